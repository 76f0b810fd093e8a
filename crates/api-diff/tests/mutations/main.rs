//! Checks the comparison on random changes of real operations, each with a known class.
//!
//! `MUTATION_SEED=… cargo test -p zenml-api-diff --test mutations` tries other changes; a failure
//! names its seed.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

mod document;
mod mutation;
mod random;

use std::collections::BTreeSet;
use std::env;

use mutation::{Expected, Mutation};
use random::Random;
use serde_json::{Value, json};
use zenml_api_diff::{Change, Class, Direction, Kind, compare, markdown};

const MUTATIONS: usize = 2000;
const SEED: u64 = 20_261_126;

#[test]
fn random_changes_of_real_operations_have_their_known_class() {
    let seed = seed();
    let mut random = Random::new(seed);
    let samples = document::samples();
    let mut tried = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut count = 0;
    while count < MUTATIONS {
        let sample = random.choose(&samples);
        let mutation = random.choose(&Mutation::ALL);
        let Some((new, directions)) = mutation.apply(sample, &mut random) else {
            continue;
        };
        count += 1;
        tried.insert(format!("{mutation:?}"));
        let (there, back) = (
            compare(&sample.document, &new),
            compare(&new, &sample.document),
        );
        let (forward, backward) = mutation.expected();
        for (report, expected, way) in [(&there, forward, "there"), (&back, backward, "back")] {
            let class = class(&report.changes);
            if class != worst(expected, &directions) {
                let lines: Vec<String> = report.changes.iter().map(Change::line).collect();
                wrong.push(format!(
                    "{mutation:?} {way} in {}: {class:?} in {directions:?}\n{lines:#?}",
                    sample.name
                ));
            }
        }
        if mirrored(&there.changes) != mirrored(&back.changes) {
            wrong.push(format!(
                "{mutation:?} in {} is not mirrored:\n{:#?}\n{:#?}",
                sample.name,
                mirrored(&there.changes),
                mirrored(&back.changes)
            ));
        }
        if count % 100 == 0 {
            let again = compare(&sample.document, &new);
            assert_eq!(markdown(&there), markdown(&again));
            assert_eq!(zenml_api_diff::json(&there), zenml_api_diff::json(&again));
        }
    }
    assert_eq!(tried.len(), Mutation::ALL.len(), "only {tried:?} applied");
    assert!(
        wrong.is_empty(),
        "{} wrong with seed {seed}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(10)].join("\n")
    );
}

#[test]
fn a_document_equals_itself() {
    for sample in document::samples() {
        let report = compare(&sample.document, &sample.document);
        assert!(report.is_empty(), "{}: {:#?}", sample.name, report.changes);
    }
    for api in ["workspace", "pro"] {
        let document = document::real(api);
        assert!(compare(&document, &document).is_empty(), "{api}");
    }
}

/// A document with a value of the wrong type somewhere must not stop the comparison.
#[test]
fn a_malformed_document_is_compared_without_a_panic() {
    let mut random = Random::new(seed());
    let samples = document::samples();
    let odd = [
        Value::Null,
        Value::Bool(false),
        json!([]),
        json!({}),
        json!(-1.5),
        json!("#/components/schemas/Missing"),
        json!({"$ref": "#"}),
        json!({"$ref": "#/components"}),
        json!({"allOf": [{"$ref": "#/paths"}, {"$ref": ""}]}),
    ];
    for _ in 0..500 {
        let sample = random.choose(&samples);
        let mut broken = sample.document.clone();
        for _ in 0..3 {
            let pointers = document::pointers(&broken);
            let pointer = random.choose(&pointers).clone();
            *broken.pointer_mut(&pointer).unwrap() = random.choose(&odd).clone();
        }
        let there = compare(&sample.document, &broken);
        assert!(!markdown(&there).is_empty());
        compare(&broken, &sample.document);
        let same = compare(&broken, &broken);
        assert!(same.is_empty(), "{}: {:#?}", sample.name, same.changes);
    }
}

#[test]
fn a_long_chain_of_references_is_followed_to_its_end() {
    const LENGTH: usize = 3000;
    let document = |last: &str| {
        let schemas: serde_json::Map<String, Value> = (0..LENGTH)
            .map(|index| {
                let next = match index + 1 {
                    LENGTH => json!({"type": last}),
                    next => json!({"$ref": format!("#/components/schemas/S{next}")}),
                };
                let schema = json!({"type": "object", "properties": {"p": next}});
                (format!("S{index}"), schema)
            })
            .collect();
        let first = json!({"$ref": "#/components/schemas/S0"});
        json!({
            "openapi": "3.1.0",
            "info": {"title": "Chain", "version": "1"},
            "paths": {"/it": {"get": {
                "operationId": "get_it",
                "responses": {"200": {"content": {"application/json": {"schema": first}}}},
            }}},
            "components": {"schemas": schemas},
        })
    };
    let report = compare(&document("string"), &document("integer"));
    assert_eq!(report.changes.len(), 1);
    assert_eq!(report.changes[0].kind, Kind::TypeChanged);
}

fn seed() -> u64 {
    let seed = env::var("MUTATION_SEED").ok();
    let seed = seed.map_or(SEED, |seed| seed.parse().unwrap());
    println!("MUTATION_SEED={seed}");
    seed
}

fn class(changes: &[Change]) -> Expected {
    match changes.iter().map(|change| change.class).min() {
        None | Some(Class::MetadataOnly) => Expected::Same,
        Some(Class::Breaking) => Expected::Breaking,
        Some(Class::Compatible) => Expected::Compatible,
        Some(Class::Deprecated) => Expected::Deprecated,
        Some(Class::Undeprecated) => Expected::Undeprecated,
    }
}

/// Returns the most severe class in the directions that a schema is used in.
fn worst((sent, received): (Expected, Expected), directions: &BTreeSet<Direction>) -> Expected {
    let classes = directions.iter().map(|direction| match direction {
        Direction::Sent => sent,
        Direction::Received => received,
    });
    classes.min().unwrap()
}

/// Returns what changed where, in words that are the same for the way back.
fn mirrored(changes: &[Change]) -> Vec<(&'static str, String)> {
    let what = |kind: Kind| match kind {
        Kind::PropertyAdded | Kind::RequiredPropertyAdded | Kind::PropertyRemoved => "property",
        Kind::PresenceLoosened | Kind::PresenceTightened => "presence",
        Kind::ObjectClosed | Kind::ObjectOpened => "openness",
        Kind::TypeWidened | Kind::TypeNarrowed => "type",
        Kind::AlternativeAdded | Kind::VariantAdded | Kind::AlternativeRemoved => "alternative",
        Kind::EnumValueAdded | Kind::EnumValueRemoved => "enum value",
        Kind::EnumOpened | Kind::EnumClosed => "enum",
        Kind::FormatAdded | Kind::FormatRemoved => "format",
        Kind::LimitTightened | Kind::LimitLoosened => "limit",
        Kind::Deprecated | Kind::Undeprecated => "deprecation",
        kind => kind.name(),
    };
    let renamed =
        |change: &Change| matches!(change.kind, Kind::PropertyRenamed | Kind::SchemaRenamed);
    let mut all: Vec<(&'static str, String)> = changes
        .iter()
        .map(|change| {
            // A renamed thing has its old name on the way there and its new one on the way back.
            let at = if renamed(change) {
                String::new()
            } else {
                change.at()
            };
            (what(change.kind), at)
        })
        .collect();
    all.sort();
    all
}
