//! The text that each filter sends, and its JSON.

use super::*;

fn sent(filter: impl Into<Filter>) -> Vec<String> {
    filter.into().values().map(str::to_owned).collect()
}

fn timestamp(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn every_operator_has_its_text() {
    for (filter, text) in [
        (Filter::equals("a"), "a"),
        (Filter::not_equals("a"), "notequals:a"),
        (Filter::contains("a"), "contains:a"),
        (Filter::not_contains("a"), "notcontains:a"),
        (Filter::starts_with("a"), "startswith:a"),
        (Filter::ends_with("a"), "endswith:a"),
        (Filter::one_of(["a", "b"]), r#"oneof:["a","b"]"#),
        (Filter::not_one_of(["a"]), r#"notoneof:["a"]"#),
        (Filter::is_null(), "isnull:"),
        (Filter::is_not_null(), "isnotnull:"),
        (Filter::gt(1), "gt:1"),
        (Filter::gte(1.5), "gte:1.5"),
        (Filter::lt(-1), "lt:-1"),
        (Filter::lte(u64::MAX), "lte:18446744073709551615"),
        (
            Filter::between(
                timestamp("2026-01-01T00:00:00"),
                timestamp("2026-02-01T00:00:00Z"),
            ),
            "in:2026-01-01 00:00:00,2026-02-01 00:00:00",
        ),
    ] {
        assert_eq!(sent(filter), [text]);
    }
}

#[test]
fn a_string_is_sent_as_it_is() {
    assert_eq!(sent("contains:x"), ["contains:x"]);
    assert_eq!(sent("plain".to_owned()), ["plain"]);
    let text = "isnull:".to_owned();
    assert_eq!(sent(&text), ["isnull:"]);
}

#[test]
fn equals_protects_text_that_starts_like_an_operator() {
    assert_eq!(sent(Filter::equals("contains:x")), ["equals:contains:x"]);
    assert_eq!(sent(Filter::equals("in:")), ["equals:in:"]);
    // Not an operator of the server.
    assert_eq!(sent(Filter::equals("s3://bucket")), ["s3://bucket"]);
    assert_eq!(sent(Filter::equals("Contains:x")), ["Contains:x"]);
    // The server reads only the first operator.
    assert_eq!(sent(Filter::not_equals("gte:5")), ["notequals:gte:5"]);
}

#[test]
fn list_values_are_json_strings() {
    let id = Uuid::nil();
    assert_eq!(
        sent(Filter::one_of([id])),
        [format!("oneof:[{:?}]", id.to_string())]
    );
    assert_eq!(sent(Filter::one_of(["a\"b,c"])), [r#"oneof:["a\"b,c"]"#]);
}

#[test]
fn an_empty_list_is_a_problem_unless_it_is_negated() {
    assert!(Filter::one_of(Vec::<String>::new()).problem().is_some());
    assert!(Filter::equals("a").and("oneof:[]").problem().is_some());
    assert!(Filter::not_one_of(Vec::<String>::new()).problem().is_none());
    serde_json::to_string(&Filter::one_of(Vec::<String>::new())).unwrap_err();
}

#[test]
fn scalars_convert_to_equality() {
    assert_eq!(sent(true), ["true"]);
    assert_eq!(sent(5_i64), ["5"]);
    assert_eq!(sent(0.5), ["0.5"]);
    assert_eq!(sent(Uuid::nil()), ["00000000-0000-0000-0000-000000000000"]);
}

#[test]
fn datetimes_are_sent_in_utc_without_fraction_or_offset() {
    assert_eq!(
        sent(timestamp("2026-11-21T19:09:41+01:00")),
        ["2026-11-21 18:09:41"]
    );
    let instant = DateTime::from_timestamp(1_795_284_581, 0).unwrap();
    assert_eq!(sent(Filter::gt(instant)), ["gt:2026-11-21 18:09:41"]);
}

#[test]
fn bounds_finer_than_a_second_are_rounded_outward() {
    let fine = timestamp("2026-12-31T23:59:59.5");
    assert_eq!(sent(Filter::gte(fine)), ["gte:2026-12-31 23:59:59"]);
    assert_eq!(sent(Filter::lt(fine)), ["lt:2027-01-01 00:00:00"]);
    assert_eq!(
        sent(Filter::between(fine, fine)),
        ["in:2026-12-31 23:59:59,2027-01-01 00:00:00"]
    );
    let whole = timestamp("2026-12-31T23:59:59");
    assert_eq!(sent(Filter::lte(whole)), ["lte:2026-12-31 23:59:59"]);
}

#[test]
fn several_conditions_on_one_field_are_several_values() {
    let filter = Filter::gte(1).and(Filter::lt(9)).and("notequals:5");
    assert_eq!(sent(filter.clone()), ["gte:1", "lt:9", "notequals:5"]);
    assert_eq!(filter.to_string(), "gte:1 & lt:9 & notequals:5");
}

#[test]
fn json_is_a_string_or_a_list_and_survives_a_round_trip() {
    for (filter, json) in [
        (Filter::contains("a"), r#""contains:a""#),
        (Filter::gte(1).and(Filter::lt(9)), r#"["gte:1","lt:9"]"#),
    ] {
        assert_eq!(serde_json::to_string(&filter).unwrap(), json);
        assert_eq!(serde_json::from_str::<Filter>(json).unwrap(), filter);
    }
}

#[test]
fn json_scalars_are_read_as_filters() {
    assert_eq!(serde_json::from_str::<Filter>("5").unwrap(), 5.into());
    assert_eq!(
        serde_json::from_str::<Filter>(r#"[true, "lt:9"]"#).unwrap(),
        Filter::equals(true).and("lt:9")
    );
    serde_json::from_str::<Filter>("[]").unwrap_err();
    serde_json::from_str::<Filter>("{}").unwrap_err();
}
