//! Control planes from before 2025, which call workspaces tenants.

use zenml::{Credentials, ErrorKind, ProClient};
use zenml_pro_fake::{ControlPlane, Options};

#[tokio::test]
async fn a_workspace_of_a_legacy_control_plane_is_connected_by_its_tenant() {
    let plane = Options::default().legacy_tenants().base_path("/api/v1");
    let plane = ControlPlane::start_with(plane).await.unwrap();
    let acme = plane.organization("acme");
    let prod = acme.workspace("prod", "http://127.0.0.1:9");
    let ci = acme.service_account("ci").with_role("Organization Admin");
    let pro = ProClient::builder(plane.url())
        .credentials(Credentials::api_key(ci.key().value()))
        .build()
        .unwrap();
    assert_eq!(
        pro.list_workspaces().send().await.unwrap_err().kind(),
        ErrorKind::NotFound
    );
    for client in [
        pro.connect_workspace("prod").send().await.unwrap(),
        pro.connect_workspace(prod.id()).send().await.unwrap(),
        pro.connect_workspace("http://127.0.0.1:9")
            .send()
            .await
            .unwrap(),
        pro.connect_workspace("prod")
            .organization("acme")
            .send()
            .await
            .unwrap(),
    ] {
        assert_eq!(client.url(), "http://127.0.0.1:9");
    }
    let error = pro.connect_workspace("staging").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    plane.finish().unwrap();
}

#[tokio::test]
#[allow(deprecated, reason = "the legacy names are under test")]
async fn the_tenant_operations_find_workspaces() {
    let plane = Options::default().legacy_tenants();
    let plane = ControlPlane::start_with(plane).await.unwrap();
    let acme = plane.organization("acme");
    acme.workspace("prod", "http://127.0.0.1:9");
    let ci = acme.service_account("ci").with_role("Organization Admin");
    let pro = ProClient::builder(plane.url())
        .credentials(Credentials::api_key(ci.key().value()))
        .build()
        .unwrap();
    let tenants = pro.list_workspaces_via_tenants().tenant_name("prod");
    let tenants = tenants.stream().try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(tenants.len(), 1);
    let tenant = pro.get_workspace_via_tenants().tenant_id_or_name("prod");
    assert_eq!(tenant.send().await.unwrap().id, tenants[0].id);
    let tenant = pro
        .get_organization_workspace_via_tenant()
        .organization_id(acme.id())
        .tenant_name("prod");
    assert_eq!(tenant.send().await.unwrap().id, tenants[0].id);
}
