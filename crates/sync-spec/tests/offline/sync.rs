//! What a run writes, and for which decisions it asks.

use std::fs;

use zenml_api_diff::Class;
use zenml_sync_spec::api::Api;
use zenml_sync_spec::plan::Permissions;
use zenml_sync_spec::source::Source;
use zenml_sync_spec::sources_file::SourcesFile;
use zenml_sync_spec::sync::{Mode, Options};

use crate::checkout::{Checkout, accept, document, options, run};

const WORKSPACE: &[Api] = &[Api::Workspace];

#[test]
fn a_new_version_is_written_and_reported() {
    let checkout = Checkout::new();
    let outcome = run(checkout.path(), &checkout.options("2", WORKSPACE)).unwrap();
    let report = &outcome.plans[0].report;
    assert_eq!(report.title(), "The Workspace API 1 → 2");
    assert_eq!(report.count(Class::Breaking), 0);
    assert!(
        checkout
            .read("specs/workspace.json")
            .contains("/api/v1/tags")
    );
    let sources = checkout.read("specs/sources.toml");
    assert!(
        sources.contains("origin = \"the file workspace-2.json\"\n"),
        "{sources}"
    );
    assert!(
        sources.contains("retrieved = \"2026-11-21\"\n"),
        "{sources}"
    );
}

#[test]
fn the_written_document_is_canonical() {
    let checkout = Checkout::new();
    let text = checkout.read("specs/workspace.json");
    assert!(text.starts_with("{\n  \"components\": {\n"), "{text}");
    assert!(!text.contains("What it is called."), "{text}");
}

#[test]
fn a_second_run_changes_nothing_not_even_the_date() {
    let checkout = Checkout::new();
    let options = Options {
        permissions: accept(),
        ..checkout.options("2", WORKSPACE)
    };
    run(checkout.path(), &options).unwrap();
    let before = checkout.tree();
    let tomorrow = Options {
        today: "2026-11-22".to_owned(),
        ..options
    };
    let outcome = run(checkout.path(), &tomorrow).unwrap();
    assert_eq!(outcome.changes, []);
    assert!(outcome.plans[0].report.is_empty());
    assert_eq!(checkout.tree(), before);
}

#[test]
fn two_checkouts_get_the_same_bytes() {
    let (one, other) = (Checkout::new(), Checkout::new());
    for checkout in [&one, &other] {
        run(checkout.path(), &checkout.options("2", &Api::ALL)).unwrap();
    }
    assert_eq!(one.tree(), other.tree());
}

#[test]
fn new_snapshots_await_review() {
    let checkout = Checkout::new();
    let accepted = checkout.read("tests/snapshots/workspace/shared_types.snap");
    let outcome = run(checkout.path(), &checkout.options("2", WORKSPACE)).unwrap();
    assert_eq!(outcome.plans[0].pending, ["shared_types", "tags"]);
    assert_eq!(
        checkout.read("tests/snapshots/workspace/shared_types.snap"),
        accepted
    );
    let pending = checkout.read("tests/snapshots/workspace/shared_types.snap.new");
    assert!(
        pending.contains("struct Run.started: Option<Timestamp>\n"),
        "{pending}"
    );
}

#[test]
fn a_later_run_accepts_pending_snapshots() {
    let checkout = Checkout::new();
    run(checkout.path(), &checkout.options("2", WORKSPACE)).unwrap();
    let options = Options {
        permissions: accept(),
        ..checkout.options("2", WORKSPACE)
    };
    let outcome = run(checkout.path(), &options).unwrap();
    assert_eq!(
        outcome.changes.len(),
        4,
        "two accepted, two no longer pending"
    );
    let tree = checkout.tree();
    assert!(tree.keys().all(|path| path.extension().unwrap() != "new"));
    assert!(
        checkout
            .read("tests/snapshots/workspace/tags.snap")
            .contains("fn get_tags")
    );
}

#[test]
fn check_and_dry_run_change_nothing() {
    let checkout = Checkout::new();
    let before = checkout.tree();
    for mode in [Mode::Check, Mode::DryRun] {
        let options = Options {
            mode,
            ..checkout.options("2", WORKSPACE)
        };
        let outcome = run(checkout.path(), &options).unwrap();
        assert_ne!(outcome.changes, []);
        assert_eq!(checkout.tree(), before);
    }
}

#[test]
fn a_pending_snapshot_is_out_of_date() {
    let checkout = Checkout::new();
    run(checkout.path(), &checkout.options("2", WORKSPACE)).unwrap();
    let options = Options {
        mode: Mode::Check,
        ..checkout.options("2", WORKSPACE)
    };
    let outcome = run(checkout.path(), &options).unwrap();
    assert_eq!(outcome.changes.len(), 2, "{:?}", outcome.changes);
}

#[test]
fn a_smaller_document_needs_allow_shrink() {
    let checkout = Checkout::new();
    run(checkout.path(), &checkout.options("2", WORKSPACE)).unwrap();
    let before = checkout.tree();
    let mut options = checkout.options("1", WORKSPACE);
    let error = run(checkout.path(), &options).unwrap_err().to_string();
    assert!(error.contains("has 2 operations and 1 schemas"), "{error}");
    assert!(error.contains("--allow-shrink"), "{error}");
    assert_eq!(checkout.tree(), before);
    options.permissions.allow_shrink = true;
    let outcome = run(checkout.path(), &options).unwrap();
    assert!(outcome.plans[0].report.is_breaking());
}

#[test]
fn a_check_needs_no_permissions() {
    let checkout = Checkout::new();
    run(checkout.path(), &checkout.options("2", WORKSPACE)).unwrap();
    let options = Options {
        mode: Mode::Check,
        ..checkout.options("1", WORKSPACE)
    };
    assert_ne!(run(checkout.path(), &options).unwrap().changes, []);
    let options = Options {
        mode: Mode::Check,
        ..without_secret(&checkout)
    };
    assert_ne!(run(checkout.path(), &options).unwrap().changes, []);
}

#[test]
fn the_snapshot_of_a_group_that_no_longer_exists_is_deleted_with_accept() {
    let checkout = Checkout::new();
    let permissions = Permissions {
        allow_shrink: true,
        ..accept()
    };
    let to = |version| Options {
        permissions,
        ..checkout.options(version, WORKSPACE)
    };
    run(checkout.path(), &to("2")).unwrap();
    let without_accept = Options {
        permissions: Permissions {
            accept: false,
            ..permissions
        },
        ..to("1")
    };
    let outcome = run(checkout.path(), &without_accept).unwrap();
    assert_eq!(outcome.plans[0].orphans, ["tags"]);
    run(checkout.path(), &to("1")).unwrap();
    assert!(
        !checkout
            .path()
            .join("tests/snapshots/workspace/tags.snap")
            .exists()
    );
}

#[test]
fn a_stale_overlay_action_is_an_error_with_its_place() {
    let checkout = Checkout::new();
    let before = checkout.tree();
    let options = without_secret(&checkout);
    let error = run(checkout.path(), &options).unwrap_err().to_string();
    assert!(
        error.contains("specs/overlays/workspace/names.json/actions/0\n    $.components.schemas.Run.properties.secret"),
        "{error}"
    );
    assert!(error.contains("--drop-stale"), "{error}");
    assert_eq!(checkout.tree(), before);
}

#[test]
fn drop_stale_removes_stale_overlay_actions_and_reports_them() {
    let checkout = Checkout::new();
    let mut options = without_secret(&checkout);
    options.permissions.drop_stale = true;
    let outcome = run(checkout.path(), &options).unwrap();
    let notice = &outcome.plans[0].report.notices[0];
    assert!(
        notice
            .heading
            .starts_with("Overlay actions that no longer match")
    );
    assert!(
        notice.lines[0].contains("It is a secret."),
        "{:?}",
        notice.lines
    );
    let overlay = checkout.read("specs/overlays/workspace/names.json");
    assert!(!overlay.contains("properties.secret"), "{overlay}");
    assert!(overlay.contains("properties.name"), "{overlay}");
}

#[test]
fn what_has_no_description_is_reported_and_what_matches_nothing_too() {
    let checkout = Checkout::new();
    let descriptions = r#"{
        "groups": {"runs": {"heading": "Runs", "summary": "S.", "details": "D."}},
        "operations": {
            "GET /api/v1/info": {"text": "Returns it."},
            "GET /api/v1/runs": {"text": "Returns it.", "parameters": {"gone": "Gone."}}
        }
    }"#;
    checkout.write("specs/overlays/workspace/descriptions.json", descriptions);
    let outcome = run(checkout.path(), &checkout.options("2", WORKSPACE)).unwrap();
    let notices = outcome.plans[0].report.notices.iter();
    let lines: Vec<_> = notices.flat_map(|notice| &notice.lines).collect();
    assert_eq!(
        lines,
        [
            "`GET /api/v1/tags`",
            "`server`",
            "`tags`",
            "`GET /api/v1/runs gone`"
        ]
    );
}

#[test]
fn an_overlay_that_was_adapted_beforehand_is_accepted() {
    let checkout = Checkout::new();
    let options = without_secret(&checkout);
    let overlay = checkout.read("specs/overlays/workspace/names.json");
    // The overlay fits the new document, and no longer the old one.
    let adapted = overlay.replace("properties.secret", "properties.password");
    checkout.write("specs/overlays/workspace/names.json", &adapted);
    run(checkout.path(), &options).unwrap();
}

/// Returns the options to follow a version in which the member `secret` has another name.
fn without_secret(checkout: &Checkout) -> Options {
    let text = document(Api::Workspace, "2").to_string();
    let path = checkout.documents().join("new.json");
    fs::write(&path, text.replace("\"secret\"", "\"password\"")).unwrap();
    options(vec![(Api::Workspace, Source::File(path))])
}

#[test]
fn the_sources_of_this_project_survive_reading_and_writing() {
    let path = zenml_test_server::paths::workspace().join("specs/sources.toml");
    let text = fs::read_to_string(path).unwrap();
    let written = SourcesFile::parse(&text).unwrap().text().unwrap();
    assert_eq!(written, text);
}
