//! Which variant is a value read into, and is it written back unchanged?

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::codec::decode::decode;
use crate::codec::object::object;
use crate::{Json, UnknownFields};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    r#type: String,
    cron: String,
    #[serde(flatten)]
    unknown_fields: UnknownFields,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    r#type: String,
    then: Option<Trigger>,
}

tagged_union! {
    /// The trigger of a run.
    pub enum Trigger by "/type" {
        "schedule" => Schedule(Schedule),
        "webhook" | "platform_event" => Event(Event),
    }
}

tagged_union! {
    /// A version of a document.
    pub enum Document by "/version" {
        "1" => First(First),
        "true" => Latest(Latest),
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct First {
    version: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Latest {
    version: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Small {
    name: String,
    unknown_fields: UnknownFields,
}

object! { Small required { "name" name } nullable {} optional {} unknown_fields }

#[derive(Debug, Clone, PartialEq)]
pub struct Big {
    name: String,
    size: i64,
    unknown_fields: UnknownFields,
}

object! { Big required { "name" name, "size" size } nullable {} optional {} unknown_fields }

any_of! {
    /// Any JSON, or one of two structs that overlap.
    pub enum Overlap {
        Any(Json),
        Small(Box<Small>),
        Big(Box<Big>),
        List(Vec<Overlap>),
    }
}

any_of! {
    /// A schedule, or its ID.
    pub enum IdOrSchedule {
        /// The ID.
        Id(Uuid),
        Schedule(Box<Schedule>),
    }
}

fn round_trip<T: Serialize + serde_core::de::DeserializeOwned>(json: serde_json::Value) -> T {
    let read: T = decode(json.to_string().as_bytes()).unwrap();
    assert_eq!(serde_json::to_value(&read).unwrap(), json);
    read
}

#[test]
fn the_tag_selects_the_variant() {
    let trigger = round_trip(json!({"type": "schedule", "cron": "* * * * *", "new": 1}));
    assert!(matches!(trigger, Trigger::Schedule(schedule) if schedule.cron == "* * * * *"));
    for tag in ["webhook", "platform_event"] {
        let trigger = round_trip(json!({"type": tag, "then": null}));
        assert!(matches!(trigger, Trigger::Event(_)));
    }
}

#[test]
fn values_with_an_unknown_or_missing_tag_are_kept() {
    for json in [json!({"type": "moon", "phase": 0.1}), json!({}), json!("x")] {
        assert_eq!(
            round_trip::<Trigger>(json.clone()),
            Trigger::Unknown(json.into())
        );
    }
}

#[test]
fn a_known_tag_with_a_wrong_body_is_an_error_with_the_whole_path() {
    let text = br#"[{"type":"webhook","then":{"type":"schedule","cron":5}},{"type":"moon"}]"#;
    let mismatch = decode::<Vec<Trigger>>(text).unwrap_err();
    assert_eq!(
        mismatch.to_string(),
        "invalid type: integer, expected a string (at $[0].then.cron)"
    );
}

#[test]
fn a_number_or_a_boolean_may_be_the_tag() {
    let first = round_trip(json!({"version": 1}));
    assert!(matches!(first, Document::First(first) if first.version == 1));
    let latest = round_trip(json!({"version": true}));
    assert!(matches!(latest, Document::Latest(latest) if latest.version));
    let json = json!({"version": 2});
    assert_eq!(
        round_trip::<Document>(json.clone()),
        Document::Unknown(json.into())
    );
}

#[test]
fn the_variant_that_leaves_least_unknown_is_used() {
    let small = json!({"name": "a"});
    assert!(matches!(round_trip(small.clone()), Overlap::Small(_)));
    let big = json!({"name": "a", "size": 1, "color": null});
    assert!(matches!(round_trip(big.clone()), Overlap::Big(_)));
    assert!(matches!(round_trip(json!([small, big])), Overlap::List(_)));
    assert!(matches!(round_trip(json!({"id": 1})), Overlap::Any(_)));
}

#[test]
fn unknown_values_and_unknown_members_keep_every_digit() {
    for text in [
        r#"{"type":"moon","n":1180591620717411303424}"#,
        r#"{"type":[1e400]}"#,
    ] {
        let read: Trigger = decode(text.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
    for text in [r#"{"x":1e400}"#, r#"{"name":"a","new":[1e400,1.10]}"#] {
        let read: Overlap = decode(text.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), text);
    }
}

#[test]
fn deep_nesting_is_an_error_and_does_not_exhaust_the_stack() {
    let depth = 100_000;
    let text = r#"{"type":"webhook","then":"#.repeat(depth) + "null" + &"}".repeat(depth);
    let mismatch = decode::<Trigger>(text.as_bytes()).unwrap_err();
    assert!(
        mismatch.to_string().contains("recursion limit"),
        "{mismatch}"
    );
}

#[test]
fn the_first_matching_variant_is_used() {
    let id = Uuid::from_u128(7);
    assert_eq!(round_trip::<IdOrSchedule>(json!(id)), IdOrSchedule::Id(id));
    let schedule = round_trip(json!({"type": "schedule", "cron": "@daily"}));
    assert!(matches!(schedule, IdOrSchedule::Schedule(_)));
}

#[test]
fn a_value_that_matches_no_variant_is_kept() {
    for json in [json!("not an id"), json!({"cron": 5}), json!([1.5, null])] {
        let unknown = IdOrSchedule::Unknown(json.clone().into());
        assert_eq!(round_trip::<IdOrSchedule>(json), unknown);
    }
}

#[test]
fn payloads_convert_with_or_without_a_box() {
    let schedule = Schedule {
        r#type: "schedule".to_owned(),
        cron: "@daily".to_owned(),
        unknown_fields: UnknownFields::default(),
    };
    let boxed = IdOrSchedule::from(Box::new(schedule.clone()));
    assert_eq!(IdOrSchedule::from(schedule.clone()), boxed);
    assert!(matches!(Trigger::from(schedule), Trigger::Schedule(_)));
    assert!(matches!(
        IdOrSchedule::from(Uuid::nil()),
        IdOrSchedule::Id(_)
    ));
}
