//! A run that is interrupted between two files is completed by the next run, with the same report.

use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::{Command, abort};

use zenml_sync_spec::api::Api;
use zenml_sync_spec::plan::Permissions;
use zenml_sync_spec::source::Source;
use zenml_sync_spec::sync::{Options, Outcome};
use zenml_sync_spec::transaction::{UNDO_LOG, roll_back};

use crate::checkout::{Checkout, accept, document, options, run, run_watched};

/// Variables that tell a child process where to work, and after which file to die.
const ROOT: &str = "SYNC_SPEC_TEST_ROOT";
const DOCUMENTS: &str = "SYNC_SPEC_TEST_DOCUMENTS";
const LAST_FILE: &str = "SYNC_SPEC_TEST_LAST_FILE";

#[test]
fn a_run_killed_after_any_file_is_completed_by_the_next_one_with_the_same_report() {
    let variable = |name| env::var_os(name).map(PathBuf::from);
    if let (Some(root), Some(documents), Some(last)) =
        (variable(ROOT), variable(DOCUMENTS), variable(LAST_FILE))
    {
        run_until(&root, &documents, &last, || abort());
    }
    let before = Checkout::new();
    let after = before.copy();
    let mut files: Vec<PathBuf> = Vec::new();
    let to_version_2 = |checkout: &Checkout| follow_version_2(checkout.documents());
    let uninterrupted = run_watched(after.path(), &to_version_2(&after), &mut |path| {
        files.push(path.to_owned());
    })
    .unwrap();
    assert_eq!(files.first(), Some(&UNDO_LOG.into()));
    assert!(files.contains(&"specs/overlays/workspace/names.json".into()));
    assert_eq!(files.last(), Some(&"specs/sources.toml".into()));

    for last in &files {
        let checkout = before.copy();
        let ended = Command::new(env::current_exe().unwrap())
            .args(["--exact", "interruption::a_run_killed_after_any_file_is_completed_by_the_next_one_with_the_same_report"])
            .env(ROOT, checkout.path())
            .env(DOCUMENTS, checkout.documents())
            .env(LAST_FILE, last)
            .output()
            .unwrap();
        let code = ended.status.code();
        assert_eq!(code, None, "not killed after {last:?}: {ended:?}");
        assert!(checkout.path().join(UNDO_LOG).exists(), "{last:?}");
        let next = run(checkout.path(), &to_version_2(&checkout)).unwrap();
        assert!(next.rolled_back, "{last:?}");
        assert_eq!(reports(&next), reports(&uninterrupted), "after {last:?}");
        assert_eq!(next.changes, uninterrupted.changes, "after {last:?}");
        assert!(checkout.tree() == after.tree(), "incomplete after {last:?}");
        assert!(!checkout.path().join(UNDO_LOG).exists(), "{last:?}");
    }
}

/// Runs the command, and calls `interrupt` after a file is written.
fn run_until(root: &Path, documents: &Path, last: &Path, interrupt: impl Fn()) {
    let result = run_watched(root, &follow_version_2(documents), &mut |path| {
        if path == last {
            interrupt();
        }
    });
    panic!("has ended: {result:?}");
}

/// Returns the options to follow version 2 of both documents. In that of the Workspace API, the
/// member `secret` has another name, so that an overlay action becomes stale.
fn follow_version_2(documents: &Path) -> Options {
    let sources = Api::ALL.map(|api| {
        let path = documents.join(format!("{}.json", api.name()));
        let text = document(api, "2").to_string();
        fs::write(&path, text.replace("\"secret\"", "\"password\"")).unwrap();
        (api, Source::File(path))
    });
    Options {
        permissions: Permissions {
            drop_stale: true,
            ..accept()
        },
        ..options(sources.to_vec())
    }
}

fn reports(outcome: &Outcome) -> Vec<String> {
    let reports = outcome.plans.iter().map(|plan| &plan.report);
    reports.map(zenml_api_diff::markdown).collect()
}

#[test]
fn a_file_that_was_edited_after_an_interruption_keeps_its_content() {
    let checkout = Checkout::new();
    let before = checkout.read("specs/pro.json");
    let interrupted = catch_unwind(AssertUnwindSafe(|| {
        let last = Path::new("specs/sources.toml");
        run_until(checkout.path(), checkout.documents(), last, || panic!());
    }));
    assert!(interrupted.is_err());
    checkout.write("specs/workspace.json", "edited");
    assert!(roll_back(checkout.path()).unwrap());
    assert_eq!(checkout.read("specs/workspace.json"), "edited");
    assert_eq!(checkout.read("specs/pro.json"), before);
}

#[test]
fn a_damaged_undo_log_is_an_error_that_says_how_to_recover() {
    let checkout = Checkout::new();
    checkout.write(UNDO_LOG, "{");
    let options = follow_version_2(checkout.documents());
    let error = run(checkout.path(), &options).unwrap_err().to_string();
    assert!(error.contains("with git, and delete .sync-spec"), "{error}");
}

#[test]
fn a_write_that_fails_changes_nothing() {
    let checkout = Checkout::new();
    let before = checkout.tree();
    let obstacle = checkout.path().join("tests/snapshots/workspace/tags.snap");
    let options = follow_version_2(checkout.documents());
    run_watched(checkout.path(), &options, &mut |path| {
        if path == Path::new("specs/workspace.json") {
            // A folder where a file has to go.
            fs::create_dir(&obstacle).unwrap();
        }
    })
    .unwrap_err();
    fs::remove_dir(&obstacle).unwrap();
    assert_eq!(checkout.tree(), before);
    assert!(!checkout.path().join(UNDO_LOG).exists());
}
