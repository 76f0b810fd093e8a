//! What does free-form JSON keep, and how does it handle?

use serde_json::json;

use super::*;
use crate::codec::decode::decode;

/// Numbers that 64 bits cannot hold.
const UNUSUAL: &str =
    r#"{"big":1180591620717411303424,"deep":[{"fine":0.1000000000000000055}],"huge":-1e400}"#;

fn json(text: &str) -> Json {
    decode(text.as_bytes()).unwrap()
}

#[test]
fn every_digit_is_written_back() {
    for text in [UNUSUAL, "1180591620717411303424", "[1e400]", "1.10", "-0"] {
        assert_eq!(serde_json::to_string(&json(text)).unwrap(), text);
        assert_eq!(json(text).to_string(), text);
    }
    let object: JsonObject = decode(UNUSUAL.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&object).unwrap(), UNUSUAL);
    assert_eq!(Json::<Value>::from(object).to_string(), UNUSUAL);
}

#[test]
fn it_handles_like_a_value() {
    let json = json(r#"{"loss":0.25,"tags":["a",null],"n":5}"#);
    assert_eq!(json["loss"].as_f64(), Some(0.25));
    assert_eq!(json["tags"][0], "a");
    assert_eq!(json.pointer("/n").and_then(Value::as_u64), Some(5));
    assert_eq!(json, json!({"loss": 0.25, "tags": ["a", null], "n": 5}));
    assert_eq!(format!("{json:?}"), format!("{:?}", *json));
    assert_eq!(Value::from(json)["n"], 5);
}

#[test]
fn the_view_as_a_value_rounds_and_never_fails() {
    let json = json(UNUSUAL);
    assert_eq!(json["big"].as_f64(), Some(1_180_591_620_717_411_303_424.0));
    // With serde_json's feature `arbitrary_precision`, it is a number, -1e+400.
    let huge = json["huge"].to_string().replace(['"', '+'], "");
    assert_eq!(huge, "-1e400");
}

#[test]
fn other_types_read_all_digits() {
    let members: std::collections::BTreeMap<String, Json> = json(UNUSUAL).parse().unwrap();
    assert_eq!(members["big"].parse::<u128>().unwrap(), 1 << 70);
    assert_eq!(
        members["deep"].to_string(),
        r#"[{"fine":0.1000000000000000055}]"#
    );
}

#[test]
fn a_change_replaces_the_text() {
    let mut json = json(r#"{ "a":1.5}"#);
    json["b"] = json!([2]);
    assert_eq!(json.to_string(), r#"{"a":1.5,"b":[2]}"#);
    let mut object = JsonObject::default();
    object.insert("a".to_owned(), Value::Null);
    assert_eq!(serde_json::to_string(&object).unwrap(), r#"{"a":null}"#);
}

#[test]
fn values_are_compared_with_all_digits() {
    assert_eq!(json(r#"{"a":1,"b":2}"#), json(r#"{"b":2, "a":1}"#));
    assert_eq!(
        json("1180591620717411303424"),
        json(" 1180591620717411303424")
    );
    assert_ne!(
        json("1180591620717411303424"),
        json("1180591620717411303425")
    );
    assert_ne!(json("1e400"), json(r#""1e400""#));
    assert_eq!(json("1.50"), json("1.5"));
    assert_eq!(json("15e-1"), json("1.5"));
    assert_eq!(json("[1e2, -0]"), Json::from(json!([100.0, -0.0])));
    assert_eq!(json(r#"{"a":[1]}"#), Json::from(json!({"a": [1]})));
}

#[test]
fn values_from_other_deserializers_are_kept() {
    let value = json!({"a": [1, 2.5, "x", null, true], "b": {}});
    assert_eq!(
        serde_json::from_value::<Json>(value.clone()).unwrap(),
        value
    );

    #[derive(serde::Deserialize)]
    struct Flat {
        #[serde(flatten)]
        rest: std::collections::BTreeMap<String, Json>,
    }
    let flat: Flat = serde_json::from_str(&value.to_string()).unwrap();
    assert_eq!(flat.rest["a"], value["a"]);
    assert_eq!(flat.rest["b"], value["b"]);
}

#[test]
fn what_is_not_an_object_does_not_match_an_object() {
    for (text, kind) in [
        ("[]", "sequence"),
        ("1.5", "floating point"),
        ("null", "null"),
    ] {
        let text = format!(r#"{{"a":[{{"b": {text}}}]}}"#);
        type Nested =
            std::collections::BTreeMap<String, Vec<std::collections::BTreeMap<String, JsonObject>>>;
        let mismatch = decode::<Nested>(text.as_bytes()).unwrap_err();
        assert_eq!(
            mismatch.to_string(),
            format!("invalid type: {kind}, expected a map (at $.a[0].b)")
        );
    }
}

#[test]
fn text_that_cannot_be_parsed_later_is_an_error_at_once() {
    let deep = "[".repeat(200) + &"]".repeat(200);
    for text in [&*deep, r#"["\ud800"]"#, "[1,]", "nul", "01"] {
        decode::<Json>(text.as_bytes()).unwrap_err();
    }
    assert_eq!(json(r#""\ud83d\ude00\u00e9""#).as_str(), Some("😀é"));
}
