//! What stateful operations keep, beyond what the workflow tests of the library show.

use reqwest::Method;
use serde_json::{Value, json};
use zenml_pro_fake::{Account, ControlPlane, Organization, Workspace};

use crate::{call, get, response};

struct Fixture {
    plane: ControlPlane,
    acme: Organization,
    prod: Workspace,
    /// May do everything in the organization.
    admin: Account,
    /// Belongs to the organization without permissions.
    member: Account,
}

async fn fixture() -> Fixture {
    let plane = ControlPlane::start().await.unwrap();
    let acme = plane.organization("acme");
    Fixture {
        prod: acme.workspace("prod", "https://prod.acme.test"),
        admin: acme.member("ada@acme.test").with_role("Organization Admin"),
        member: acme.member("vera@acme.test"),
        acme,
        plane,
    }
}

impl Fixture {
    async fn send(&self, token: &str, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let request = call(&self.plane, method, path).bearer_auth(token);
        if body.is_null() {
            response(request).await
        } else {
            response(request.json(body)).await
        }
    }

    /// Sends a request as the workspace's server.
    async fn as_server(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        self.send(&self.prod.server_session(), method, path, body)
            .await
    }

    async fn list(&self, path: &str) -> Value {
        let (status, list) = response(get(&self.plane, &self.admin, path)).await;
        assert_eq!(status, 200, "{path}: {list}");
        list
    }
}

/// Returns one member of each item.
fn each(list: &Value, pointer: &str) -> Vec<Value> {
    let items = list.as_array().unwrap().iter();
    items
        .map(|item| item.pointer(pointer).unwrap().clone())
        .collect()
}

#[tokio::test]
async fn a_created_thing_is_listed_exists_once_and_needs_a_permission() {
    let fixture = fixture().await;
    let id = fixture.acme.id();
    let ci = fixture.acme.service_account("ci").id();
    let organization = |rest: &str| format!("/organizations/{id}/{rest}");
    for (create, list, member, body) in [
        (
            "/teams".to_owned(),
            organization("teams"),
            "name",
            json!({"name": "ml", "organization_id": id, "description": "Models"}),
        ),
        (
            "/roles".to_owned(),
            organization("roles"),
            "name",
            json!({"name": "Auditor", "organization_id": id, "description": "Reads"}),
        ),
        (
            "/workspaces".to_owned(),
            "/workspaces".to_owned(),
            "name",
            json!({"name": "staging", "organization_id": id, "description": "Tests"}),
        ),
        (
            organization("service_accounts"),
            organization("service_accounts"),
            "username",
            json!({"username": "bot", "description": "Deploys"}),
        ),
        (
            organization("invitations"),
            organization("invitations"),
            "email",
            json!({"email": "eve@acme.test"}),
        ),
        (
            organization(&format!("service_accounts/{ci}/api_keys")),
            organization(&format!("service_accounts/{ci}/api_keys")),
            "name",
            json!({"name": "nightly", "description": "CI"}),
        ),
    ] {
        let post = async |who: &Account| {
            let (status, created) = fixture
                .send(&who.session(), Method::POST, &create, &body)
                .await;
            (status, created)
        };
        assert_eq!(post(&fixture.member).await.0, 403, "{create}");
        let (status, created) = post(&fixture.admin).await;
        assert_eq!(status, 200, "{create}: {created}");
        assert_eq!(created["description"], body["description"], "{create}");
        assert_eq!(post(&fixture.admin).await.0, 409, "{create}");
        let listed = each(&fixture.list(&list).await, &format!("/{member}"));
        assert!(listed.contains(&body[member]), "{list}: {listed:?}");
    }
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn an_enrolled_workspace_shows_its_key_once() {
    let fixture = fixture().await;
    let (admin, enroll) = (fixture.admin.session(), "/workspaces?name=edge&enroll=true");
    let (_, created) = fixture
        .send(&admin, Method::POST, enroll, &Value::Null)
        .await;
    assert_eq!(created["status"], "pending");
    assert!(created["enrollment_key"].is_string(), "{created}");
    let again = fixture.list("/workspaces/edge").await;
    assert_eq!(
        (&again["id"], &again["enrollment_key"]),
        (&created["id"], &Value::Null)
    );
}

#[tokio::test]
async fn lists_are_filtered_and_paginated() {
    let fixture = fixture().await;
    for number in 0..4 {
        fixture
            .acme
            .workspace(&format!("ws-{number}"), "https://ws.test");
    }
    fixture.acme.enroll("edge");
    fixture.acme.service_account("ci");
    let id = fixture.acme.id();
    for (path, pointer, expected) in [
        (
            "/workspaces?offset=3&limit=2&member_only=True",
            "/name",
            json!(["ws-2", "ws-3"]),
        ),
        ("/workspaces?status=pending", "/name", json!(["edge"])),
        (
            "/workspaces?url=https://prod.acme.test",
            "/name",
            json!(["prod"]),
        ),
        ("/organizations?name=umbrella", "/name", json!([])),
        (
            &format!("/organizations/{id}/members?include_service_accounts=false"),
            "/user/username",
            json!(["ada@acme.test", "vera@acme.test"]),
        ),
        (
            &format!("/organizations/{id}/roles?level=project&name=Project Viewer"),
            "/name",
            json!(["Project Viewer"]),
        ),
    ] {
        let found = each(&fixture.list(path).await, pointer);
        assert_eq!(json!(found), expected, "{path}");
    }
}

#[tokio::test]
async fn a_stranger_sees_no_organization() {
    let fixture = fixture().await;
    let stranger = fixture.plane.user("eve@evil.test");
    let acme = response(get(&fixture.plane, &stranger, "/organizations/acme")).await;
    assert_eq!(acme.0, 403);
    let list = response(get(&fixture.plane, &stranger, "/organizations")).await;
    assert_eq!(list.1, json!([]));
}

#[tokio::test]
async fn an_object_is_shared_until_it_is_deleted() {
    let fixture = fixture().await;
    let vera = fixture.member.id();
    let project = "5f0d3ab5-4f52-44ea-9a4e-6f5c6d0c65a1:pipeline";
    let id = "6f0d3ab5-4f52-44ea-9a4e-6f5c6d0c65a1";
    let object = format!("{project}/{id}");
    let share = json!({"user_id": vera, "resource": object, "actions": ["read"]});
    let members = "/rbac/resource_members";
    assert_eq!(
        fixture.as_server(Method::POST, members, &share).await.0,
        200
    );

    let query = format!("user_id={vera}&action=read");
    let check = format!("/rbac/check_permissions?{query}");
    let may = async || {
        let (_, allowed) = fixture
            .as_server(Method::POST, &check, &json!([object]))
            .await;
        allowed[&object].as_bool().unwrap()
    };
    assert!(may().await);
    let allowed = format!("/rbac/allowed_resource_ids?{query}&resource={project}");
    let (_, allowed) = fixture.as_server(Method::GET, &allowed, &Value::Null).await;
    assert_eq!(allowed, json!({"full_access": false, "ids": [id]}));
    let of_object = format!("{members}?resource={object}");
    let (_, shared) = fixture
        .as_server(Method::GET, &of_object, &Value::Null)
        .await;
    assert_eq!(each(&shared, "/user/id"), [json!(vera)]);

    let delete = format!("/rbac/resources?resources={object}");
    fixture
        .as_server(Method::DELETE, &delete, &Value::Null)
        .await;
    assert!(!may().await);
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn only_a_workspace_server_reports_usage() {
    let fixture = fixture().await;
    let prod = fixture.prod.id().to_string();
    let event = json!({
        "feature": "template_run", "organization_id": fixture.acme.id(), "total": 1,
    });
    let batch = json!({prod: {"pipeline": 3, "model": 2}});
    for (path, body) in [("/usage-event", event), ("/usage-batch", batch)] {
        let admin = fixture.admin.session();
        let by_admin = fixture.send(&admin, Method::POST, path, &body);
        assert_eq!(by_admin.await.0, 403, "{path}");
        assert_eq!(fixture.as_server(Method::POST, path, &body).await.0, 200);
    }
    let usage = fixture.plane.usage();
    assert!(
        usage
            .iter()
            .all(|usage| usage.workspace == fixture.prod.id())
    );
    assert_eq!(usage.iter().map(|usage| usage.total).sum::<i64>(), 6);
}
