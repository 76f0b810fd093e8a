//! The public items of both generated clients, as reviewed. A change of the API shows here, group by
//! group; `cargo insta review` accepts it. `cargo xtask sync-spec` writes the same listings when it
//! follows a new version of an API.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use zenml_codegen::{files, surface::surface};

fn assert_listings(api: &str) {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("specs");
    let source = files::load(&specs, api, None).unwrap();
    let listings = surface(&source.generate().unwrap());
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
        "no group has these listings any more, `cargo xtask sync-spec --accept` deletes them: {orphans:?}"
    );
}

/// The groups that have an accepted listing.
fn accepted(api: &str) -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let entries = fs::read_dir(folder.join(api)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .filter_map(|name| name.strip_suffix(".snap").map(str::to_owned))
        .collect()
}

#[test]
fn the_workspace_api_is_as_reviewed() {
    assert_listings("workspace");
}

#[test]
fn the_pro_api_is_as_reviewed() {
    assert_listings("pro");
}
