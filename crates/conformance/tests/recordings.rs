//! The answers of a real server that are kept in `tests/recordings/`.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and so may its helpers"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use zenml_conformance::json::{Json, json_path};
use zenml_conformance::operation::Api;
use zenml_conformance::recording::{self, Entry};
use zenml_conformance::replay::replay;
use zenml_conformance::schema::{Shape, walk};
use zenml_conformance::scrub::{PLACEHOLDER, Scrubber};

fn folder() -> &'static Path {
    Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/recordings/workspace"
    ))
}

fn entries() -> Vec<Entry> {
    recording::index(folder()).unwrap()
}

fn json(entry: &Entry) -> Json {
    let text = String::from_utf8(entry.body(folder()).unwrap().to_vec()).unwrap();
    text.parse().unwrap_or(Json::Text(text))
}

#[test]
fn every_recorded_answer_survives() {
    let report = replay(folder(), None).unwrap();
    let summary = report.summary();
    assert!(summary.is_lossless(), "{report}");
    assert!(summary.ok >= 100, "{summary}");
    assert_eq!(summary.not_exercised, 0, "{report}");
}

#[test]
fn errors_of_every_kind_are_recorded() {
    let statuses: BTreeSet<u16> = entries().iter().map(|entry| entry.status).collect();
    let expected = [200, 400, 401, 403, 404, 409, 422, 501];
    assert_eq!(statuses, BTreeSet::from(expected));
}

#[test]
fn lists_and_objects_are_recorded_plain_and_hydrated() {
    let asked = |entry: &Entry, hydrate: &str| {
        let query = entry.path.split(['?', '&']).any(|part| part == hydrate);
        (query && entry.status == 200).then(|| entry.operation_id.clone())
    };
    let with = |hydrate: &str| -> BTreeSet<String> {
        entries()
            .iter()
            .filter_map(|entry| asked(entry, hydrate))
            .collect()
    };
    let plain = with("hydrate=false");
    assert_eq!(plain, with("hydrate=true"));
    assert!(plain.len() > 70, "{}", plain.len());
}

#[test]
fn the_index_names_every_file_once_and_no_other() {
    let named: Vec<String> = entries().into_iter().map(|entry| entry.file).collect();
    let files = fs::read_dir(folder()).unwrap();
    let there: BTreeSet<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "index.json")
        .collect();
    assert_eq!(named.len(), there.len());
    assert_eq!(BTreeSet::from_iter(named), there);
}

#[test]
fn what_the_document_declares_secret_is_scrubbed() {
    let mut scrubbed = 0;
    for entry in entries().iter().filter(|entry| entry.status == 200) {
        let operation = Api::Workspace.operation(&entry.operation_id).unwrap();
        walk(
            &json(entry),
            Api::Workspace.answer(operation),
            &mut |visit| {
                if matches!(visit.shape, Shape::Secret) {
                    let place = json_path(visit.path);
                    assert_eq!(
                        visit.value.text(),
                        Some(PLACEHOLDER),
                        "{}: {place}",
                        entry.file
                    );
                    scrubbed += 1;
                }
            },
        );
    }
    assert!(scrubbed > 5, "{scrubbed}");
}

/// What the fill of the recorded server uses as passwords and keys (`crates/test-server/fill/`).
const SECRETS_OF_THE_FILL: [&str; 8] = [
    "ada-password",
    "warehouse-password",
    "a-token",
    "pusher-password",
    "a-key\"",
    "webhook-secret",
    "deployment-key",
    "not-the-password",
];

/// Where things lie on the machines of those who record.
const PLACES: [&str; 4] = ["/home/", "/root/", "/Users/", "/target"];

#[test]
fn no_recorded_file_holds_a_secret_or_a_path_of_a_machine() {
    for entry in entries() {
        let leak = Scrubber::default().leak(&json(&entry));
        assert_eq!(leak, None, "{}", entry.file);
        let text = fs::read_to_string(folder().join(&entry.file)).unwrap();
        for word in SECRETS_OF_THE_FILL.iter().chain(&PLACES) {
            assert!(!text.contains(word), "{}: {word}", entry.file);
        }
        assert!(!entry.path.contains("token="), "{}", entry.path);
    }
}
