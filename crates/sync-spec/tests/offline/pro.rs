//! Replacing the reconstructed Pro document by the vendor's.

use std::fs;

use zenml_api_diff::Class;
use zenml_sync_spec::api::Api;
use zenml_sync_spec::plan::Permissions;
use zenml_sync_spec::source::Source;
use zenml_sync_spec::sync::Outcome;
use zenml_test_server::paths::workspace;

use crate::checkout::{Checkout, accept, options, run};
use crate::stand_in::stand_in;

/// Returns a checkout with the reconstruction, its overlays and snapshots, after following the
/// stand-in.
fn replaced() -> (Checkout, Outcome) {
    let checkout = Checkout::new();
    checkout.copy_from(workspace(), "specs/pro.json");
    checkout.copy_from(workspace(), "specs/sources.toml");
    for folder in ["specs/overlays/pro", "tests/snapshots/pro"] {
        fs::remove_dir_all(checkout.path().join(folder)).unwrap();
        checkout.copy_from(workspace(), folder);
    }
    let path = checkout.documents().join("stand-in.json");
    fs::write(&path, stand_in().to_string()).unwrap();
    let mut options = options(vec![(Api::Pro, Source::File(path))]);
    options.permissions = Permissions {
        drop_stale: true,
        ..accept()
    };
    let outcome = run(checkout.path(), &options).unwrap();
    (checkout, outcome)
}

#[test]
fn marks_of_evidence_disappear_from_document_and_snapshots() {
    let (checkout, _) = replaced();
    let document = checkout.read("specs/pro.json");
    assert!(!document.contains("x-evidence"));
    let roles = checkout.read("tests/snapshots/pro/roles.snap");
    assert!(
        roles.contains("fn create_role: POST /roles -> RoleResponse\n"),
        "{roles}"
    );
    for (path, text) in checkout.tree() {
        let marked = |line: &&str| {
            line.starts_with("fn ")
                && ["documented", "client-observed", "inferred"]
                    .iter()
                    .any(|evidence| line.ends_with(evidence))
        };
        if path.starts_with("tests/snapshots/pro") {
            assert_eq!(text.lines().find(marked), None, "{}", path.display());
        }
    }
}

#[test]
fn a_renamed_type_is_recognised() {
    let (_, outcome) = replaced();
    let report = &outcome.plans[0].report;
    let sentences: Vec<String> = report
        .changes
        .iter()
        .filter(|change| change.class == Class::Breaking)
        .map(zenml_api_diff::Change::line)
        .collect();
    assert_eq!(
        sentences,
        ["`TeamRead.name` was removed (was: string, required)"],
        "and nothing else breaks"
    );
    let renamed = report.rust.as_ref().unwrap().items.iter().find(|item| {
        item.before.as_deref() == Some("struct RoleRead")
            && item.after.as_deref() == Some("struct RoleResponse")
    });
    assert_eq!(renamed.unwrap().note, Some("renamed"));
}

#[test]
fn an_overlay_action_that_no_longer_applies_is_reported() {
    let (checkout, outcome) = replaced();
    let notices = &outcome.plans[0].report.notices;
    let overlays = notices
        .iter()
        .filter(|notice| notice.heading.contains("Overlay"));
    let lines: Vec<&String> = overlays.flat_map(|notice| &notice.lines).collect();
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("APIKeyRead"), "{lines:?}");
    let overlay = checkout.read("specs/overlays/pro/secrets.json");
    assert!(!overlay.contains("$.components.schemas.APIKeyRead.properties.key.anyOf"));
}
