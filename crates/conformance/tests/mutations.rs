//! What newer and other servers may send: recorded answers, changed in ways that the types have to
//! take, are still read, and nothing of them is lost.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
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
use zenml_conformance::schema::{Member, Shape, walk};

const FOLDER: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../tests/recordings/workspace"
);
const CASES: u32 = 3_000;
const SEED_VARIABLE: &str = "ZENML_CONFORMANCE_SEED";

/// A recorded answer, and the places in it that may change.
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

/// A change of the value at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// An object gets a member that the document does not know.
    UnknownField(usize),
    /// A value of an enum becomes one that the document does not list.
    UnknownValue(usize),
    /// An optional value becomes null.
    Null,
    /// An optional value goes.
    Missing,
    /// A datetime is written in another form.
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
    /// Every change that a place of this kind may undergo.
    fn changes(self) -> Vec<Change> {
        match self {
            Self::Object => (0..UNKNOWN_FIELDS.len())
                .map(Change::UnknownField)
                .collect(),
            Self::Enum => (0..UNKNOWN_VALUES.len())
                .map(Change::UnknownValue)
                .collect(),
            Self::Optional => vec![Change::Null, Change::Missing],
            Self::Timestamp => (0..FRACTIONS.len())
                .flat_map(|fraction| {
                    (0..OFFSETS.len()).map(move |offset| Change::Timestamp(fraction, offset))
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
    walk(json, Api::Workspace.answer(operation), &mut |visit| {
        let kind = match visit.shape {
            Shape::Object(_) => Some(Kind::Object),
            Shape::Enum => Some(Kind::Enum),
            Shape::Timestamp => Some(Kind::Timestamp),
            _ => None,
        };
        let optional = (visit.member == Some(Member::Optional)).then_some(Kind::Optional);
        places.extend(kind.into_iter().chain(optional).map(|kind| Place {
            path: visit.path.to_vec(),
            kind,
        }));
    });
    places
}

/// Changes the value at the path; an earlier change may have taken it away.
fn apply(json: &mut Json, path: &[Step], change: Change) {
    match change {
        Change::UnknownField(index) => {
            if let Some(Json::Object(members)) = json.at_mut(path) {
                let name = format!("new_{index}");
                members.retain(|(known, _)| *known != name);
                let value = UNKNOWN_FIELDS[index].parse().unwrap();
                members.insert(members.len() / 2, (name, value));
            }
        }
        Change::UnknownValue(index) => {
            if let Some(Json::Text(text)) = json.at_mut(path) {
                UNKNOWN_VALUES[index].clone_into(text);
            }
        }
        Change::Timestamp(fraction, offset) => {
            if let Some(Json::Text(text)) = json.at_mut(path) {
                text.truncate("2026-11-21T18:09:41".len());
                text.push_str(FRACTIONS[fraction]);
                text.push_str(OFFSETS[offset]);
            }
        }
        Change::Null => {
            if let Some(value) = json.at_mut(path) {
                *value = Json::Null;
            }
        }
        Change::Missing => {
            if let Some((Step::Member(name), around)) = path.split_last()
                && let Some(Json::Object(members)) = json.at_mut(around)
            {
                members.retain(|(known, _)| known != name);
            }
        }
    }
}

fn survives(recorded: &Recorded, json: &Json) -> Result<(), String> {
    let body = Bytes::from(json.to_string());
    let operation = recorded.operation;
    match check(Api::Workspace, operation, zenml::StatusCode::OK, &body) {
        Verdict::Kept => Ok(()),
        Verdict::Lost(differences) => {
            let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
            Err(format!("{}: lost {}", recorded.file, told.join(", ")))
        }
        other => Err(format!("{}: {other:?}", recorded.file)),
    }
}

/// Changes all places of a kind at once: the first by one of its changes, the next by the next.
fn changed(recorded: &Recorded, kind: Kind, changes: &[Change], first: usize) -> Json {
    let mut json = recorded.json.clone();
    let places = recorded.places.iter().filter(|place| place.kind == kind);
    for (place, change) in places.zip(changes.iter().cycle().skip(first)) {
        apply(&mut json, &place.path, *change);
    }
    json
}

#[test]
fn every_place_of_every_recorded_answer_may_change() {
    let mut places = 0;
    let mut problems = Vec::new();
    for recorded in recorded() {
        let of = |kind: Kind| changed(&recorded, kind, &kind.changes(), recorded.file.len());
        for (what, json) in [
            ("unknown fields", of(Kind::Object)),
            ("unknown values of enums", of(Kind::Enum)),
            ("other forms of datetimes", of(Kind::Timestamp)),
            (
                "null",
                changed(&recorded, Kind::Optional, &[Change::Null], 0),
            ),
            (
                "missing",
                changed(&recorded, Kind::Optional, &[Change::Missing], 0),
            ),
        ] {
            if let Err(problem) = survives(&recorded, &json) {
                problems.push(format!("{what}: {problem}"));
            }
        }
        places += recorded.places.len();
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(places > 10_000, "only {places} places were changed");
}

#[test]
fn recorded_answers_survive_any_mixture_of_changes() {
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
        let mut changes = Vec::new();
        for (place, change) in &picks {
            if recorded.places.is_empty() {
                break;
            }
            let place = place.get(&recorded.places);
            let change = *change.get(&place.kind.changes());
            apply(&mut json, &place.path, change);
            changes.push(format!("{change:?} at {}", json_path(&place.path)));
        }
        survives(recorded, &json)
            .map_err(|problem| TestCaseError::fail(format!("{problem}\n  after {changes:?}")))
    });
    if let Err(TestError::Fail(reason, _) | TestError::Abort(reason)) = result {
        panic!("{reason}\n  repeat it by {SEED_VARIABLE}={seed}");
    }
}

fn rng(seed: u64) -> TestRng {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
}
