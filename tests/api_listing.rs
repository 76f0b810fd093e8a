//! Does the public API of the generated clients equal its reviewed listings, one per group?
//!
//! `cargo insta review` accepts a change. `cargo xtask sync-spec` writes the same listings for a new
//! version of an API.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use zenml_codegen::{files, public_api};

fn assert_listings(api: &str) {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let source = files::load(&specs, api, None).unwrap();
    let listings = public_api::listings(&source.generate().unwrap());
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(format!("snapshots/{api}"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (group, listing) in &listings {
            insta::assert_snapshot!(group.as_str(), listing);
        }
    });
    let groups: BTreeSet<String> = listings.into_keys().collect();
    let orphans: Vec<_> = accepted(api).difference(&groups).cloned().collect();
    assert!(
        orphans.is_empty(),
        "no group has these listings any more; delete them with `cargo xtask sync-spec --accept`: {orphans:?}"
    );
}

/// Returns the groups that have an accepted listing.
fn accepted(api: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let entries = fs::read_dir(folder.join(api)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter_map(|name| name.strip_suffix(".snap").map(str::to_owned))
        .collect()
}

#[test]
fn the_workspace_api_matches_its_listings() {
    assert_listings("workspace");
}

#[test]
fn the_pro_api_matches_its_listings() {
    assert_listings("pro");
}
