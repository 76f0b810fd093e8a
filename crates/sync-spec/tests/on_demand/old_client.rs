//! A client built from the document of the oldest supported server reads a newer server.

use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;
use tokio::runtime::Runtime;
use zenml_sync_spec::source::{Edition, pypi_document};
use zenml_test_server::{
    Access, ConsoleProgress, Fill, Options, Progress as _, Server, cargo_command, oldest_version,
    paths,
};

use crate::checkout::copy_checkout;

/// A checkout that generates the client from the document of an old server.
struct OldClient {
    checkout: TempDir,
    document: PathBuf,
}

impl OldClient {
    fn new(runtime: &Runtime, version: &str) -> Self {
        let checkout = TempDir::new().unwrap();
        copy_checkout(checkout.path());
        let progress = ConsoleProgress::new();
        let printed = pypi_document(version, Edition::Pro, None, &*progress);
        let document = checkout.path().join("document.json");
        fs::write(&document, runtime.block_on(printed).unwrap().raw).unwrap();
        Self { checkout, document }
    }

    /// Returns the exit code and the report of the conformance check, in which at least 95 operations
    /// must be without a finding.
    fn check(&self, server: &Access) -> (Option<i32>, String) {
        let target = paths::scratch().parent().unwrap().to_path_buf();
        let output = cargo_command()
            .as_std_mut()
            .args(["run", "--quiet", "--package=zenml-conformance", "--"])
            .args(["--at-least", "95"])
            .current_dir(self.checkout.path())
            // The packages of other workspaces are not compiled again.
            .env("CARGO_TARGET_DIR", target)
            .env("ZENML_WORKSPACE_SPEC", &self.document)
            .envs(server.variables())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("error: "), "{stderr}");
        let report = String::from_utf8(output.stdout).unwrap();
        println!("{report}");
        (output.status.code(), report)
    }

    /// Removes what the checkout knows of servers that are newer than the client's document.
    fn forget_newer_servers(&self, oldest: &str) {
        let known = serde_json::json!({"floor": oldest, "newest": oldest, "operations": {}});
        let file = self.checkout.path().join("specs/availability.json");
        fs::write(file, known.to_string()).unwrap();
    }
}

#[test]
fn a_client_of_the_oldest_document_loses_no_page_of_the_newest_server_to_an_item() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let progress = ConsoleProgress::new();
    let oldest = oldest_version().unwrap();
    let client = OldClient::new(&runtime, &oldest);
    let server = Server::start(Options::default().progress(progress.clone()));
    let server = runtime.block_on(server).unwrap();
    runtime.block_on(server.fill(Fill::All)).unwrap();

    progress.stage("Reading the server with a client of the oldest document");
    let (code, report) = client.check(&server.access());
    assert_eq!(code, Some(0), "{report}");

    // The client as it was built then could not know which fields newer servers would drop.
    progress.stage("Reading the server with a client that knows only the oldest server");
    client.forget_newer_servers(&oldest);
    let (_, report) = client.check(&server.access());
    let has = |start: &str| report.lines().any(|line| line.starts_with(start));
    assert!(has("items rejected: list_"), "{report}");
    assert!(!has("rejected: list_"), "{report}");
    assert!(!has("lossy: "), "{report}");
    runtime.block_on(server.stop()).unwrap();
    progress.done();
}
