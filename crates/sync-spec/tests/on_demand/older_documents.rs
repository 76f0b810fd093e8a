//! The code generated from the documents of older servers compiles.

use std::fs;

use tempfile::TempDir;
use zenml_sync_spec::api::Api;
use zenml_sync_spec::document::Document;
use zenml_sync_spec::source::{Limits, Source};
use zenml_test_server::{ConsoleProgress, Progress as _};

use crate::compiles::assert_compiles;

const VERSIONS: [&str; 5] = ["0.80.2", "0.85.0", "0.90.0", "0.93.3", "0.95.1"];

#[test]
fn code_generated_from_older_documents_compiles() {
    let progress = ConsoleProgress::new();
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
        assert_eq!(document.summary.version, version);
        assert_compiles(&[("ZENML_WORKSPACE_SPEC", &path)]);
        progress.done();
    }
}
