//! The recorded responses in `tests/recordings/`: complete, lossless and free of secrets.

#![allow(clippy::unwrap_used, reason = "tests and their helpers may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use zenml_conformance::json::{Json, json_path};
use zenml_conformance::operation::Api;
use zenml_conformance::recording::{self, Entry};
use zenml_conformance::replay::replay;
use zenml_conformance::scrub::{PLACEHOLDER, Scrubber};
use zenml_conformance::shape::{Shape, walk};

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
    text.parse().unwrap_or(Json::String(text))
}

#[test]
fn every_recorded_response_is_lossless() {
    let report = replay(folder(), None).unwrap();
    let summary = report.summary();
    assert!(summary.is_lossless(), "{report}");
    assert!(summary.ok >= 100, "{summary}");
    assert_eq!(summary.not_exercised, 0, "{report}");
}

#[test]
fn errors_of_every_status_code_are_recorded() {
    let statuses: BTreeSet<u16> = entries().iter().map(|entry| entry.status).collect();
    let expected = [200, 400, 401, 403, 404, 409, 422, 501];
    assert_eq!(statuses, BTreeSet::from(expected));
}

#[test]
fn lists_and_objects_are_recorded_plain_and_hydrated() {
    let recorded = |parameter: &str| -> BTreeSet<String> {
        let has_parameter = |entry: &Entry| entry.path.split(['?', '&']).any(|p| p == parameter);
        let entries = entries().into_iter();
        entries
            .filter(|entry| entry.status == 200 && has_parameter(entry))
            .map(|entry| entry.operation_id)
            .collect()
    };
    let plain = recorded("hydrate=false");
    assert_eq!(plain, recorded("hydrate=true"));
    assert!(plain.len() > 70, "{}", plain.len());
}

#[test]
fn the_index_names_each_file_exactly_once() {
    let named: Vec<String> = entries().into_iter().map(|entry| entry.file).collect();
    let files = fs::read_dir(folder()).unwrap();
    let existing: BTreeSet<String> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "index.json")
        .collect();
    assert_eq!(named.len(), existing.len());
    assert_eq!(BTreeSet::from_iter(named), existing);
}

#[test]
fn values_declared_as_secret_are_scrubbed() {
    let mut scrubbed = 0;
    for entry in entries().iter().filter(|entry| entry.status == 200) {
        let operation = Api::Workspace.operation(&entry.operation_id).unwrap();
        walk(
            &json(entry),
            Api::Workspace.response_schema(operation),
            &mut |visit| {
                if matches!(visit.shape, Shape::Secret) {
                    let path = json_path(visit.path);
                    assert_eq!(
                        visit.value.text(),
                        Some(PLACEHOLDER),
                        "{}: {path}",
                        entry.file
                    );
                    scrubbed += 1;
                }
            },
        );
    }
    assert!(scrubbed > 5, "{scrubbed}");
}

/// Passwords and keys that `crates/test-server/fill/` uses.
const FILL_SECRETS: [&str; 8] = [
    "ada-password",
    "warehouse-password",
    "a-token",
    "pusher-password",
    "a-key\"",
    "webhook-secret",
    "deployment-key",
    "not-the-password",
];

/// Parts of paths on recording machines.
const MACHINE_PATHS: [&str; 4] = ["/home/", "/root/", "/Users/", "/target"];

#[test]
fn no_recorded_file_contains_a_secret_or_a_path_of_the_machine() {
    for entry in entries() {
        let leak = Scrubber::default().leak(&json(&entry));
        assert_eq!(leak, None, "{}", entry.file);
        let text = fs::read_to_string(folder().join(&entry.file)).unwrap();
        for word in FILL_SECRETS.iter().chain(&MACHINE_PATHS) {
            assert!(!text.contains(word), "{}: {word}", entry.file);
        }
        assert!(!entry.path.contains("token="), "{}", entry.path);
    }
}
