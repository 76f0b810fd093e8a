//! When do the versions of server and client match?

use crate::testing::{TestServer, builder_of, json};
use crate::{ErrorKind, WorkspaceClient, workspace};

async fn check(info: &str) -> crate::Result<super::VersionCheck> {
    let server = TestServer::always(json(info)).await;
    let client = builder_of::<WorkspaceClient>(&server.url).build().unwrap();
    let check = client.check_version().await;
    assert_eq!(server.only().line, "GET /api/v1/info");
    check
}

#[tokio::test]
async fn equal_versions_match() {
    let same = workspace::DOCUMENT_VERSION;
    for suffix in ["", "rc1", ".dev20261126"] {
        let version = format!("{same}{suffix}");
        let check = check(&format!(r#"{{"version":"{version}"}}"#))
            .await
            .unwrap();
        assert!(check.is_match() && !check.is_server_older() && !check.is_server_newer());
        assert!(check.is_server_supported());
    }
}

#[tokio::test]
async fn an_older_server_lacks_what_was_added_since() {
    let (oldest, newest) = (workspace::OLDEST_SUPPORTED, workspace::DOCUMENT_VERSION);
    let check = check(&format!(r#"{{"version":"{oldest}"}}"#))
        .await
        .unwrap();
    assert!(check.is_server_older() && check.is_server_supported() && !check.is_match());
    assert_eq!(
        check.to_string(),
        format!(
            "the server is ZenML {oldest}, the client was generated for ZenML {newest}: the server \
             lacks what ZenML has added since; upgrade the server to use it"
        )
    );
}

#[tokio::test]
async fn a_server_below_the_oldest_supported_version_is_named() {
    let check = check(r#"{"version":"0.1.0"}"#).await.unwrap();
    assert!(check.is_server_older() && !check.is_server_supported());
    let oldest = workspace::OLDEST_SUPPORTED;
    assert_eq!(
        check.to_string(),
        format!(
            "the server is ZenML 0.1.0, which this client does not support; upgrade it to ZenML \
             {oldest} or newer"
        )
    );
}

#[tokio::test]
async fn a_newer_server_may_send_more() {
    let check = check(r#"{"version":"99.0.0"}"#).await.unwrap();
    assert!(check.is_server_newer() && check.is_server_supported());
    assert!(check.to_string().contains("upgrade this crate"), "{check}");
}

#[tokio::test]
async fn the_response_of_another_service_is_a_decode_error() {
    let error = check(r#"{"name":"x"}"#).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(
        error
            .message()
            .contains("check that the URL leads to a ZenML server")
    );
}
