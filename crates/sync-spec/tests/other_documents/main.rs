//! Hand-written code names only what every supported document has: the library compiles if it is
//! generated from the poorest Workspace document and from a Pro document with other names.
//!
//! `cargo xtask test --only documents`. The test `on_demand` does the same with documents that the
//! packages of older servers print.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

#[path = "../support/compiles.rs"]
mod compiles;
mod oldest;
mod renamed;

use std::fs;

use serde_json::Value;
use tempfile::TempDir;
use zenml_codegen::availability::Availability;
use zenml_codegen::files;
use zenml_test_server::paths::workspace;

use compiles::assert_compiles;

#[test]
fn the_library_compiles_with_the_poorest_workspace_document_and_a_renamed_pro_document() {
    let specs = workspace().join("specs");
    let read = |file: &str| fs::read_to_string(specs.join(file)).unwrap();
    let document = |api: &str| serde_json::from_str(&read(&format!("{api}.json"))).unwrap();
    let availability = Availability::read(&read("availability.json")).unwrap();
    let folder = TempDir::new().unwrap();
    let write = |api: &str, document: &Value| {
        let path = folder.path().join(format!("{api}.json"));
        fs::write(&path, document.to_string()).unwrap();
        let model = files::load(&specs, api, Some(&path)).unwrap().generate();
        assert_eq!(model.unwrap().left_out, []);
        path
    };
    let workspace = write(
        "workspace",
        &oldest::oldest(document("workspace"), &availability),
    );
    let pro = write("pro", &renamed::renamed(&document("pro")));
    assert_compiles(&[
        ("ZENML_WORKSPACE_SPEC", &workspace),
        ("ZENML_PRO_SPEC", &pro),
    ]);
}
