//! A real server in Pro mode that belongs to the fake.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

use anyhow::Result;
use serde_json::{Value, json};
use zenml::WorkspaceClient;
use zenml_pro_fake::ProWorkspace;

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn a_real_server_accepts_the_fake_as_its_control_plane() -> Result<()> {
    let pro = ProWorkspace::start().await?;
    let url = pro.server.url();
    let http = WorkspaceClient::builder(&url)
        .http_client_builder()?
        .build()?;
    assert_eq!(pro.plane.calls("PATCH /workspace_status").len(), 1);

    let info: Value = http
        .get(format!("{url}/api/v1/info"))
        .send()
        .await?
        .json()
        .await?;
    assert_eq!(info["deployment_type"], "cloud");
    assert_eq!(info["pro_api_url"], json!(pro.plane.url()));
    assert_eq!(info["pro_workspace_id"], json!(pro.workspace.id()));

    let key = pro.admin.key();
    let form = [("grant_type", "zenml-api-key"), ("password", key.value())];
    let login = http
        .post(format!("{url}/api/v1/login"))
        .form(&form)
        .send()
        .await?;
    assert_eq!(login.status(), 200);
    let granted: Value = login.json().await?;
    let token = granted["access_token"].as_str().unwrap();
    let user: Value = http
        .get(format!("{url}/api/v1/current-user"))
        .bearer_auth(token)
        .send()
        .await?
        .json()
        .await?;
    assert_eq!(user["body"]["is_service_account"], true, "{user}");
    let authorized = pro.plane.calls("GET /users/authorize_server");
    assert!(
        authorized
            .iter()
            .all(|call| call.server == Some(pro.workspace.id()))
    );
    assert!(!authorized.is_empty());

    key.revoke();
    let refused = http
        .post(format!("{url}/api/v1/login"))
        .form(&form)
        .send()
        .await?;
    assert_eq!(refused.status(), 401);
    pro.stop().await
}
