//! Hand-written code names only what every supported document has: the library compiles if it is
//! generated from the document of the oldest supported server, from that of the newest one, both
//! without what only a Pro workspace has, and from a Pro document with other names.
//!
//! `cargo xtask test --only documents`. The test `on_demand` does the same with documents of further
//! versions.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

#[path = "../support/compiles.rs"]
mod compiles;
mod renamed;

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use zenml_codegen::files;
use zenml_sync_spec::source::{Edition, pypi_document};
use zenml_test_server::{
    ConsoleProgress, Progress as _, default_version, oldest_version, paths::workspace,
};

use compiles::assert_compiles;

#[test]
fn the_library_compiles_with_the_documents_of_servers_without_pro_and_a_renamed_pro_document() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let progress = ConsoleProgress::new();
    let specs = workspace().join("specs");
    let folder = TempDir::new().unwrap();
    let pro = folder.path().join("pro.json");
    let text = fs::read_to_string(specs.join("pro.json")).unwrap();
    let document = renamed::renamed(&serde_json::from_str(&text).unwrap());
    fs::write(&pro, document.to_string()).unwrap();
    assert_nothing_is_left_out(&specs, "pro", &pro);
    for version in [oldest_version(), default_version()] {
        let version = version.unwrap();
        let printed = pypi_document(&version, Edition::OpenSource, None, &*progress);
        let path = folder.path().join(format!("{version}.json"));
        fs::write(&path, runtime.block_on(printed).unwrap().raw).unwrap();
        assert_nothing_is_left_out(&specs, "workspace", &path);
        progress.stage(&format!("Compiling the client of ZenML {version}"));
        assert_compiles(&[("ZENML_WORKSPACE_SPEC", &path), ("ZENML_PRO_SPEC", &pro)]);
        progress.done();
    }
}

/// Asserts that the client of a document has all operations.
fn assert_nothing_is_left_out(specs: &Path, api: &str, document: &Path) {
    let model = files::load(specs, api, Some(document)).unwrap().generate();
    assert_eq!(model.unwrap().left_out, []);
}
