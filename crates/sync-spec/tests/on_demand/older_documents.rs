//! Documents of older servers are read, generated from, and compile.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use zenml_sync_spec::api::Api;
use zenml_sync_spec::document::Document;
use zenml_sync_spec::source::{Limits, Source};
use zenml_test_server::{Shown, paths::workspace};

const VERSIONS: [&str; 5] = ["0.80.2", "0.85.0", "0.90.0", "0.93.3", "0.95.1"];

#[test]
fn the_documents_of_older_servers_compile() {
    let progress = Shown::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let folder = TempDir::new().unwrap();
    for version in VERSIONS {
        let source: Source = format!("pypi:{version}").parse().unwrap();
        let fetched = runtime
            .block_on(source.fetch(None, &Limits::default(), &*progress))
            .unwrap();
        let path = folder.path().join(format!("{version}.json"));
        fs::write(&path, &fetched.raw).unwrap();
        let document = Document::new(fetched, Some(Api::Workspace)).unwrap();
        assert_eq!(document.facts.version, version);
        compiles(&path);
        progress.done();
    }
}

/// The library, generated from this document.
fn compiles(document: &Path) {
    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--quiet",
            "--package=zenml",
            "--lib",
            "--all-features",
        ])
        .current_dir(workspace())
        .env("ZENML_WORKSPACE_SPEC", document)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}:\n{}",
        document.display(),
        String::from_utf8_lossy(&output.stderr)
    );
}
