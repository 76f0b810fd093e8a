//! Code written against the reconstructed Pro document, after following another document.

use std::fs;

use tempfile::TempDir;
use zenml_sync_spec::api::Api;
use zenml_sync_spec::compile::Compiled;
use zenml_sync_spec::plan::Permissions;
use zenml_sync_spec::source::{Limits, Source};
use zenml_sync_spec::sync::{Mode, Options, sync};
use zenml_test_server::Silent;

use crate::checkout::copy_checkout;
use crate::stand_in::stand_in;

/// Line 4 still compiles, lines 5 and 6 do not.
const EXAMPLE: &str = "\
use zenml::pro::types;
fn main() {
    let team: Option<types::TeamRead> = None;
    println!(\"{:?}\", team.as_ref().map(|team| &team.id));
    println!(\"{:?}\", team.as_ref().map(|team| &team.name));
    let role: Option<types::RoleRead> = None;
    println!(\"{role:?}\");
}
";

#[test]
fn lines_that_no_longer_compile_are_reported() {
    let checkout = TempDir::new().unwrap();
    copy_checkout(checkout.path());
    fs::write(checkout.path().join("examples/quickstart.rs"), EXAMPLE).unwrap();
    let document = checkout.path().join("stand-in.json");
    fs::write(&document, stand_in().to_string()).unwrap();
    let options = Options {
        sources: vec![(Api::Pro, Source::File(document))],
        mode: Mode::Write { compile: true },
        permissions: Permissions {
            accept: true,
            allow_shrink: false,
            drop_stale: true,
        },
        token: None,
        limits: Limits::default(),
        today: "2026-11-21".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let outcome = runtime
        .block_on(sync(checkout.path(), &options, &Silent, &mut |_| {}))
        .unwrap();
    let Some(Compiled::Failed(errors)) = outcome.compiled else {
        panic!("compiles: {:?}", outcome.compiled);
    };
    let places: Vec<&str> = errors
        .iter()
        .filter_map(|error| error.split(": ").next())
        .filter(|place| place.starts_with("examples/quickstart.rs"))
        .collect();
    assert_eq!(
        places,
        ["examples/quickstart.rs:5", "examples/quickstart.rs:6"],
        "{errors:?}"
    );
    let notices = &outcome.plans[0].report.notices;
    assert!(
        notices
            .iter()
            .any(|notice| notice.heading.contains("does not compile"))
    );
}
