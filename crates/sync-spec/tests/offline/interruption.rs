//! A run that is interrupted at any step is completed by the next run, with the same report.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, abort};

use zenml_sync_spec::api::Api;
use zenml_sync_spec::plan::Permissions;
use zenml_sync_spec::source::Source;
use zenml_sync_spec::sync::{Options, Outcome, Step};
use zenml_sync_spec::transaction::{UNDO_LOG, roll_back};

use crate::checkout::{Checkout, accept, document, options, run, run_watched};

/// Variables that tell a child process where to work, and after which step to die.
const ROOT: &str = "SYNC_SPEC_TEST_ROOT";
const DOCUMENTS: &str = "SYNC_SPEC_TEST_DOCUMENTS";
const LAST_STEP: &str = "SYNC_SPEC_TEST_LAST_STEP";

#[test]
fn a_run_killed_after_any_step_is_completed_by_the_next_one_with_the_same_report() {
    if let Some(last) = env::var_os(LAST_STEP) {
        die_after(last.to_str().unwrap().parse().unwrap());
    }
    let before = Checkout::new();
    let after = before.copy();
    let mut steps = Vec::new();
    let uninterrupted = run_watched(
        after.path(),
        &to_version_2(after.documents()),
        &mut |step| {
            steps.push(step.clone());
        },
    )
    .unwrap();
    let logged = steps.iter().position(|step| *step == written(UNDO_LOG));
    let logged = logged.unwrap();
    assert!(steps.len() > logged + 7, "{steps:?}");
    assert!(steps.contains(&written("specs/overlays/workspace/names.json")));
    assert_eq!(steps.last(), Some(&written("specs/sources.toml")));

    for (index, step) in steps.iter().enumerate() {
        let checkout = before.copy();
        let ended = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "interruption::a_run_killed_after_any_step_is_completed_by_the_next_one_with_the_same_report",
            ])
            .env(ROOT, checkout.path())
            .env(DOCUMENTS, checkout.documents())
            .env(LAST_STEP, index.to_string())
            .output()
            .unwrap();
        assert_eq!(
            ended.status.code(),
            None,
            "not killed after {step:?}: {ended:?}"
        );
        if index <= logged {
            assert!(checkout.tree() == before.tree(), "changed by {step:?}");
        }
        let next = run(checkout.path(), &to_version_2(checkout.documents())).unwrap();
        assert_eq!(next.rolled_back, index >= logged, "{step:?}");
        assert_eq!(reports(&next), reports(&uninterrupted), "after {step:?}");
        assert_eq!(next.changes, uninterrupted.changes, "after {step:?}");
        assert!(checkout.tree() == after.tree(), "incomplete after {step:?}");
        assert!(!checkout.path().join(UNDO_LOG).exists(), "{step:?}");
    }
}

/// Runs the command, and never returns.
fn die_after(last: usize) -> ! {
    let folder = |name| PathBuf::from(env::var_os(name).unwrap());
    let mut index = 0;
    let options = to_version_2(&folder(DOCUMENTS));
    let result = run_watched(&folder(ROOT), &options, &mut |_| {
        if index == last {
            abort();
        }
        index += 1;
    });
    panic!("has ended: {result:?}");
}

/// Returns the options to follow version 2 of both documents. In that of the Workspace API, the
/// member `secret` has another name, so that an overlay action becomes stale.
fn to_version_2(documents: &Path) -> Options {
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

fn written(path: &str) -> Step {
    Step::Written(path.into())
}

fn reports(outcome: &Outcome) -> Vec<String> {
    let reports = outcome.plans.iter().map(|plan| &plan.report);
    reports.map(zenml_api_diff::markdown).collect()
}

#[test]
fn a_file_that_was_edited_after_an_interruption_keeps_its_content() {
    let checkout = Checkout::new();
    let before = checkout.read("specs/pro.json");
    interrupt(&checkout, &written("specs/sources.toml"));
    checkout.write("specs/workspace.json", "edited");
    assert!(roll_back(checkout.path()).unwrap());
    assert_eq!(checkout.read("specs/workspace.json"), "edited");
    assert_eq!(checkout.read("specs/pro.json"), before);
}

/// Interrupts a run by a panic, after a step.
fn interrupt(checkout: &Checkout, last: &Step) {
    let options = to_version_2(checkout.documents());
    let run = std::panic::AssertUnwindSafe(|| {
        run_watched(checkout.path(), &options, &mut |step| {
            assert_ne!(step, last, "the end of the run");
        })
    });
    assert!(std::panic::catch_unwind(run).is_err());
}

#[test]
fn a_damaged_undo_log_is_an_error_that_says_how_to_recover() {
    let checkout = Checkout::new();
    checkout.write(UNDO_LOG, "{");
    let options = to_version_2(checkout.documents());
    let error = run(checkout.path(), &options).unwrap_err().to_string();
    assert!(error.contains("with git, and delete .sync-spec"), "{error}");
}

#[test]
fn a_write_that_fails_changes_nothing() {
    let checkout = Checkout::new();
    let before = checkout.tree();
    let path = checkout.path().join("tests/snapshots/workspace/tags.snap");
    let options = to_version_2(checkout.documents());
    run_watched(checkout.path(), &options, &mut |step| {
        if *step == written("specs/workspace.json") {
            // A folder where a file has to go.
            fs::create_dir(&path).unwrap();
        }
    })
    .unwrap_err();
    fs::remove_dir(&path).unwrap();
    assert_eq!(checkout.tree(), before);
    assert!(!checkout.path().join(UNDO_LOG).exists());
}
