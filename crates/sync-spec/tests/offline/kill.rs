//! Killed at any moment, a run has happened or it has not.

use std::env;
use std::path::PathBuf;
use std::process::{Command, abort};

use zenml_sync_spec::api::Api;
use zenml_sync_spec::source::Source;
use zenml_sync_spec::sync::{Options, Step};
use zenml_sync_spec::transaction::{self, Recovery};

use crate::checkout::{Checkout, accept, options, options_from, run, run_watched};

/// Tells the process that this test starts which checkout it works in, and after which step it dies.
const ROOT: &str = "SYNC_SPEC_TEST_ROOT";
const DOCUMENTS: &str = "SYNC_SPEC_TEST_DOCUMENTS";
const LAST_STEP: &str = "SYNC_SPEC_TEST_LAST_STEP";

#[test]
fn killed_after_any_step_a_run_has_happened_or_it_has_not() {
    if let Some(last) = env::var_os(LAST_STEP) {
        die_after(last.to_str().unwrap().parse().unwrap());
    }
    let before = Checkout::new();
    let after = before.copy();
    let mut steps = Vec::new();
    run_watched(after.path(), &to_version_2(&after), &mut |step| {
        steps.push(step.clone());
    })
    .unwrap();
    let first_replaced = steps
        .iter()
        .position(|step| matches!(step, Step::Writing(transaction::Step::Replaced(_))))
        .unwrap();
    assert!(steps.len() > first_replaced + 5, "{steps:?}");

    for (index, step) in steps.iter().enumerate() {
        let checkout = before.copy();
        let ended = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "kill::killed_after_any_step_a_run_has_happened_or_it_has_not",
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
        if index < first_replaced {
            assert!(checkout.tree() == before.tree(), "changed by {step:?}");
        }
        // A command that does nothing else: its source does not exist.
        let nowhere = options(vec![(Api::Workspace, Source::File("no-such.json".into()))]);
        run(checkout.path(), &nowhere).unwrap_err();
        let is_decided = steps[..=index].contains(&Step::Writing(transaction::Step::Decided));
        let expected = if is_decided { &after } else { &before };
        assert!(
            checkout.tree() == expected.tree(),
            "half done after {step:?}"
        );
        assert!(!checkout.path().join(".sync-spec").exists(), "{step:?}");
    }
}

/// Runs the command, and never returns.
fn die_after(last: usize) -> ! {
    let folder = |name| PathBuf::from(env::var_os(name).unwrap());
    let options = Options {
        permissions: accept(),
        ..options_from(&folder(DOCUMENTS), "2", &Api::ALL)
    };
    let mut index = 0;
    let result = run_watched(&folder(ROOT), &options, &mut |_| {
        if index == last {
            abort();
        }
        index += 1;
    });
    panic!("has ended: {result:?}");
}

fn to_version_2(checkout: &Checkout) -> Options {
    Options {
        permissions: accept(),
        ..checkout.options("2", &Api::ALL)
    }
}

#[test]
fn a_run_that_completes_an_earlier_one_says_so() {
    let checkout = interrupted(&transaction::Step::Decided);
    let outcome = run(checkout.path(), &to_version_2(&checkout)).unwrap();
    assert_eq!(outcome.recovery, Some(Recovery::Completed));
    assert_eq!(outcome.changes, []);
}

#[test]
fn a_run_that_undoes_an_earlier_one_says_so() {
    let staged = transaction::Step::Staged("specs/pro.json".into());
    let checkout = interrupted(&staged);
    let outcome = run(checkout.path(), &to_version_2(&checkout)).unwrap();
    assert_eq!(outcome.recovery, Some(Recovery::RolledBack));
    assert_ne!(outcome.changes, []);
}

#[test]
fn of_a_run_that_had_ended_nothing_is_said() {
    let checkout = Checkout::new();
    std::fs::create_dir(checkout.path().join(".sync-spec")).unwrap();
    let outcome = run(checkout.path(), &to_version_2(&checkout)).unwrap();
    assert_eq!(outcome.recovery, None);
}

#[test]
fn what_was_edited_after_an_interruption_is_not_overwritten() {
    let checkout = interrupted(&transaction::Step::Decided);
    checkout.write("specs/workspace.json", "mine");
    let error = run(checkout.path(), &to_version_2(&checkout)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("specs/workspace.json has been edited since"),
        "{error}"
    );
    assert_eq!(checkout.read("specs/workspace.json"), "mine");
}

/// A checkout in which a run was interrupted by a panic, after a step.
fn interrupted(last: &transaction::Step) -> Checkout {
    let checkout = Checkout::new();
    let options = to_version_2(&checkout);
    let root = checkout.path();
    let run = std::panic::AssertUnwindSafe(|| {
        run_watched(root, &options, &mut |step| {
            assert_ne!(*step, Step::Writing(last.clone()), "the end of the run");
        })
    });
    assert!(std::panic::catch_unwind(run).is_err());
    checkout
}

#[test]
fn a_write_that_fails_changes_nothing() {
    let checkout = Checkout::new();
    let before = checkout.tree();
    // A folder stands where a file has to go.
    let path = checkout.path().join("tests/snapshots/workspace/tags.snap");
    std::fs::create_dir(&path).unwrap();
    run(checkout.path(), &to_version_2(&checkout)).unwrap_err();
    std::fs::remove_dir(&path).unwrap();
    assert_eq!(checkout.tree(), before);
    assert!(!checkout.path().join(".sync-spec").exists());
}
