//! Do the types survive newer servers? Recorded responses, mutated as such servers might, stay
//! lossless.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

use std::env;
use std::path::Path;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use zenml_conformance::check::{Verdict, check};
use zenml_conformance::json::{Json, Step, json_path};
use zenml_conformance::operation::{Api, Body, Operation};
use zenml_conformance::recording;
use zenml_conformance::schema::Presence;
use zenml_conformance::shape::{Shape, walk};

const FOLDER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/recordings/workspace"
);
const CASES: u32 = 3_000;
const SEED_VARIABLE: &str = "ZENML_CONFORMANCE_SEED";

/// A recorded response, and the places in it that may change.
#[derive(Debug)]
struct Recorded {
    file: String,
    operation: &'static Operation,
    json: Json,
    places: Vec<Place>,
}

#[derive(Debug, Clone)]
struct Place {
    path: Vec<Step>,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Object,
    Enum,
    Optional,
    Timestamp,
}

/// A mutation of the value at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mutation {
    /// Adds a member that the document does not know to an object.
    UnknownField(usize),
    /// Replaces an enum value with one that the document does not list.
    UnknownValue(usize),
    /// Replaces an optional value with null.
    Null,
    /// Removes an optional value.
    Missing,
    /// Writes a datetime in another form.
    Timestamp(usize, usize),
}

const UNKNOWN_FIELDS: [&str; 7] = [
    "null",
    "\"new\"",
    "9007199254740993",
    "-0.1",
    r#"[null,{},[]]"#,
    r#"{"deep":{"er":null},"id":"x"}"#,
    "false",
];
const UNKNOWN_VALUES: [&str; 4] = ["from_a_newer_server", "", "Running", "日本 \"\\\n"];
const FRACTIONS: [&str; 6] = ["", ".7", ".784", ".784131", ".000000", ".123456789"];
const OFFSETS: [&str; 5] = ["", "Z", "+00:00", "+02:00", "-05:30"];

impl Kind {
    /// Returns every mutation of a place of this kind.
    fn mutations(self) -> Vec<Mutation> {
        match self {
            Self::Object => (0..UNKNOWN_FIELDS.len())
                .map(Mutation::UnknownField)
                .collect(),
            Self::Enum => (0..UNKNOWN_VALUES.len())
                .map(Mutation::UnknownValue)
                .collect(),
            Self::Optional => vec![Mutation::Null, Mutation::Missing],
            Self::Timestamp => (0..FRACTIONS.len())
                .flat_map(|fraction| {
                    (0..OFFSETS.len()).map(move |offset| Mutation::Timestamp(fraction, offset))
                })
                .collect(),
        }
    }
}

fn recorded() -> Vec<Recorded> {
    let folder = Path::new(FOLDER);
    let entries = recording::index(folder).unwrap();
    let successes = entries.into_iter().filter(|entry| entry.status == 200);
    successes
        .filter_map(|entry| {
            let operation = Api::Workspace.operation(&entry.operation_id).unwrap();
            if !matches!(operation.body, Body::Json(_)) {
                return None;
            }
            let body = entry.body(folder).unwrap();
            let json: Json = std::str::from_utf8(&body).unwrap().parse().unwrap();
            Some(Recorded {
                file: entry.file,
                operation,
                places: places(operation, &json),
                json,
            })
        })
        .collect()
}

fn places(operation: &Operation, json: &Json) -> Vec<Place> {
    let mut places = Vec::new();
    walk(
        json,
        Api::Workspace.response_schema(operation),
        &mut |visit| {
            let kind = match visit.shape {
                Shape::Object(_) => Some(Kind::Object),
                Shape::Enum => Some(Kind::Enum),
                Shape::Timestamp => Some(Kind::Timestamp),
                _ => None,
            };
            let optional = (visit.presence == Some(Presence::Optional)).then_some(Kind::Optional);
            places.extend(kind.into_iter().chain(optional).map(|kind| Place {
                path: visit.path.to_vec(),
                kind,
            }));
        },
    );
    places
}

/// Mutates the value at the path, unless an earlier mutation removed it.
fn apply(json: &mut Json, path: &[Step], mutation: Mutation) {
    match mutation {
        Mutation::UnknownField(index) => {
            if let Some(Json::Object(members)) = json.at_mut(path) {
                let name = format!("new_{index}");
                let value = UNKNOWN_FIELDS[index].parse().unwrap();
                members.shift_remove(&name);
                members.shift_insert(members.len() / 2, name, value);
            }
        }
        Mutation::UnknownValue(index) => {
            if let Some(Json::String(text)) = json.at_mut(path) {
                UNKNOWN_VALUES[index].clone_into(text);
            }
        }
        Mutation::Timestamp(fraction, offset) => {
            if let Some(Json::String(text)) = json.at_mut(path) {
                text.truncate("2026-11-21T18:09:41".len());
                text.push_str(FRACTIONS[fraction]);
                text.push_str(OFFSETS[offset]);
            }
        }
        Mutation::Null => {
            if let Some(value) = json.at_mut(path) {
                *value = Json::Null;
            }
        }
        Mutation::Missing => {
            if let Some((Step::Member(name), around)) = path.split_last()
                && let Some(Json::Object(members)) = json.at_mut(around)
            {
                members.shift_remove(name);
            }
        }
    }
}

fn check_lossless(recorded: &Recorded, json: &Json) -> Result<(), String> {
    let body = Bytes::from(json.to_string());
    let operation = recorded.operation;
    match check(Api::Workspace, operation, zenml::StatusCode::OK, &body) {
        Verdict::Lossless => Ok(()),
        Verdict::Lossy(differences) => {
            let listed: Vec<String> = differences.iter().map(ToString::to_string).collect();
            Err(format!("{}: {}", recorded.file, listed.join(", ")))
        }
        other => Err(format!("{}: {other:?}", recorded.file)),
    }
}

/// Mutates all places of a kind, each with the next of the mutations, starting with `first`.
fn mutated(recorded: &Recorded, kind: Kind, mutations: &[Mutation], first: usize) -> Json {
    let mut json = recorded.json.clone();
    let places = recorded.places.iter().filter(|place| place.kind == kind);
    for (place, mutation) in places.zip(mutations.iter().cycle().skip(first)) {
        apply(&mut json, &place.path, *mutation);
    }
    json
}

#[test]
fn recorded_responses_survive_mutations_of_every_place() {
    let mut places = 0;
    let mut problems = Vec::new();
    for recorded in recorded() {
        let mutate = |kind: Kind| mutated(&recorded, kind, &kind.mutations(), recorded.file.len());
        for (what, json) in [
            ("unknown members", mutate(Kind::Object)),
            ("unknown enum values", mutate(Kind::Enum)),
            ("other forms of datetimes", mutate(Kind::Timestamp)),
            (
                "null",
                mutated(&recorded, Kind::Optional, &[Mutation::Null], 0),
            ),
            (
                "missing",
                mutated(&recorded, Kind::Optional, &[Mutation::Missing], 0),
            ),
        ] {
            if let Err(problem) = check_lossless(&recorded, &json) {
                problems.push(format!("{what}: {problem}"));
            }
        }
        places += recorded.places.len();
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(places > 10_000, "only {places} places were mutated");
}

#[test]
fn recorded_responses_survive_random_mutations() {
    let all = recorded();
    let seed = env::var(SEED_VARIABLE).map_or(0, |seed| seed.parse().unwrap());
    let picks = vec(
        (any::<prop::sample::Index>(), any::<prop::sample::Index>()),
        1..8,
    );
    let mut runner = TestRunner::new_with_rng(
        Config {
            cases: CASES,
            failure_persistence: None,
            ..Config::default()
        },
        rng(seed),
    );
    let result = runner.run(&(any::<prop::sample::Index>(), picks), |(which, picks)| {
        let recorded = which.get(&all);
        let mut json = recorded.json.clone();
        let mut mutations = Vec::new();
        for (place, mutation) in &picks {
            if recorded.places.is_empty() {
                break;
            }
            let place = place.get(&recorded.places);
            let mutation = *mutation.get(&place.kind.mutations());
            apply(&mut json, &place.path, mutation);
            mutations.push(format!("{mutation:?} at {}", json_path(&place.path)));
        }
        check_lossless(recorded, &json)
            .map_err(|problem| TestCaseError::fail(format!("{problem}\n  after {mutations:?}")))
    });
    if let Err(TestError::Fail(reason, _) | TestError::Abort(reason)) = result {
        panic!("{reason}\n  to reproduce, set {SEED_VARIABLE}={seed}");
    }
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}
