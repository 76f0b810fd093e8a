//! What a running server serves is what its package prints.

use serde_json::Value;
use zenml_sync_spec::source::{Edition, Limits, Source, pypi_document};
use zenml_test_server::{Access, Silent, default_version};

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_server_serves_the_document_that_its_package_prints() {
    let url = format!("{}/openapi.json", Access::from_env().unwrap().url);
    let source: Source = url.parse().unwrap();
    let served = source
        .fetch(None, &Limits::default(), &Silent)
        .await
        .unwrap();
    let version = default_version().unwrap();
    let printed = pypi_document(&version, Edition::OpenSource, None, &Silent).await;
    let document = |raw: &[u8]| serde_json::from_slice::<Value>(raw).unwrap();
    assert!(document(&served.raw) == document(&printed.unwrap().raw));
}
