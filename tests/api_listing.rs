//! The public items of both generated clients, as reviewed. A change of the API shows here, group by
//! group; `cargo insta review` accepts it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

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
        for (group, listing) in listings {
            insta::assert_snapshot!(group, listing);
        }
    });
}

#[test]
fn the_workspace_api_is_as_reviewed() {
    assert_listings("workspace");
}

#[test]
fn the_pro_api_is_as_reviewed() {
    assert_listings("pro");
}
