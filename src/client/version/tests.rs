//! When do the versions of server and client match?

use crate::testing::{TestServer, builder_of, json};
use crate::{ErrorKind, WorkspaceClient};

async fn check(info: &str) -> crate::Result<super::VersionCheck> {
    let server = TestServer::always(json(info)).await;
    let client = builder_of::<WorkspaceClient>(&server.url).build().unwrap();
    let check = client.check_version().await;
    assert_eq!(server.only().line, "GET /api/v1/info");
    check
}

#[tokio::test]
async fn versions_that_differ_in_the_patch_match() {
    let check = check(r#"{"version":"0.98.4"}"#).await.unwrap();
    assert!(check.is_match() && !check.is_server_older() && !check.is_server_newer());
}

#[tokio::test]
async fn an_older_server_may_lack_operations() {
    let check = check(r#"{"version":"0.97.3"}"#).await.unwrap();
    assert!(check.is_server_older() && !check.is_match());
    assert_eq!(
        check.to_string(),
        "the server is ZenML 0.97.3, the client was generated for ZenML 0.98.0: the server may lack \
         operations and fields; upgrade the server"
    );
}

#[tokio::test]
async fn a_newer_server_may_send_more() {
    let check = check(r#"{"version":"1.0.0"}"#).await.unwrap();
    assert!(check.is_server_newer());
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
