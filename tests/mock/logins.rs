//! Logins and the version of the server need no expectation.

use uuid::uuid;
use zenml::mock::Server;
use zenml::workspace::types::ExecutionStatus;
use zenml::{Credentials, ErrorKind, WorkspaceClient};

use crate::{ID, problems};

#[tokio::test]
async fn all_kinds_of_credentials_are_accepted() {
    let server = Server::start().await;
    let device = uuid!("6f0d3ab5-4f52-44ea-9a4e-6f5c6d0c65a1");
    for credentials in [
        Credentials::api_key("ZENKEY_x"),
        Credentials::api_key("ZENPROKEY_x"),
        Credentials::api_token("t0ken"),
        Credentials::password("default", "hunter2"),
        Credentials::device(device, |login| assert!(login.url.contains("verify"))),
    ] {
        let client = server.workspace_client_builder().credentials(credentials);
        let client = client.build().unwrap();
        server
            .expect(client.get_run_status())
            .returns(ExecutionStatus::Running);
        client.get_run_status().run_id(ID).send().await.unwrap();
    }
    assert_eq!(server.logins(), 4);
}

#[tokio::test]
async fn the_server_reports_its_version() {
    let server = Server::start().await.version("0.92.0");
    let client = server.workspace_client();
    assert_eq!(client.server_info().send().await.unwrap().version, "0.92.0");
    assert!(client.check_version().await.unwrap().is_server_older());
}

#[tokio::test]
async fn a_request_without_credentials_is_wrong() {
    let server = Server::start().await;
    let client = WorkspaceClient::builder(server.url()).build().unwrap();
    server
        .expect(client.get_run_status())
        .returns(ExecutionStatus::Running);
    let error = client.get_run_status().run_id(ID).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(problems(&server).contains("it carries no credentials"));
}

#[tokio::test]
async fn an_expectation_of_a_login_takes_precedence() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let login = client.request(zenml::Method::POST, "/api/v1/login");
    server.expect(login).fails(ErrorKind::Unauthorized);
    let error = client.get_run_status().run_id(ID).send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
}

#[cfg(feature = "pro")]
#[tokio::test]
async fn the_client_of_the_pro_api_logs_in_too() {
    use zenml::pro::types::UserRead;

    let server = Server::start().await;
    let pro = server.pro_client();
    server
        .expect(pro.get_current_user())
        .returns(UserRead::sample());
    pro.get_current_user().send().await.unwrap();
    assert_eq!(server.logins(), 1);
}
