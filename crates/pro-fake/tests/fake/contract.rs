//! The document decides every request and every response.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use zenml_pro_fake::{ControlPlane, Options};

use crate::{call, get, response};

#[tokio::test]
async fn a_request_that_the_document_forbids_is_rejected_with_its_mistake() {
    let plane = ControlPlane::start().await.unwrap();
    let admin = plane.user("ada@acme.test").superuser();
    let teams = || call(&plane, Method::POST, "/teams").bearer_auth(admin.session());
    for (request, location) in [
        (
            get(&plane, &admin, "/users?color=red"),
            json!(["query", "color"]),
        ),
        (
            get(&plane, &admin, "/users?limit=many"),
            json!(["query", "limit"]),
        ),
        (
            get(&plane, &admin, "/workspaces?status=tired"),
            json!(["query", "status"]),
        ),
        (
            get(&plane, &admin, "/workspaces?limit=101"),
            json!(["query", "limit"]),
        ),
        (get(&plane, &admin, "/teams/ml"), json!(["path", "team_id"])),
        (
            get(&plane, &admin, "/users/authorize_server"),
            json!(["query", "server_id"]),
        ),
        (get(&plane, &admin, "/users").body("{}"), json!(["body"])),
        (teams(), json!(["body"])),
        (teams().body("{"), json!(["body"])),
        (teams().json(&json!({"name": "ml"})), json!(["body"])),
        (
            teams().json(&json!({"name": 1, "organization_id": admin.id()})),
            json!(["body", "name"]),
        ),
        (
            teams().json(&json!({"name": "ml", "organization_id": admin.id(), "color": 1})),
            json!(["body"]),
        ),
    ] {
        let (status, body) = response(request).await;
        assert_eq!(status, 422, "{location}: {body}");
        assert_eq!(body["detail"][0]["loc"], location, "{body}");
    }
    assert_eq!(plane.violations(), [""; 0]);
}

#[tokio::test]
async fn an_undeclared_operation_does_not_exist() {
    let plane = ControlPlane::start().await.unwrap();
    let (status, body) = response(call(&plane, Method::GET, "/scim/users")).await;
    assert_eq!((status, body), (404, json!({"detail": "Not Found"})));
    let (status, _) = response(call(&plane, Method::DELETE, "/health")).await;
    assert_eq!(status, 405);
}

#[tokio::test]
async fn an_operation_without_a_handler_responds_with_a_sample() {
    let plane = ControlPlane::start().await.unwrap();
    let user = plane.user("ada@acme.test");
    let id = "6f0d3ab5-4f52-44ea-9a4e-6f5c6d0c65a1";
    let (status, team) = response(get(&plane, &user, &format!("/teams/{id}"))).await;
    assert_eq!((status, &team["name"]), (200, &json!("name")));
    assert!(plane.recorded()[0].sampled);
    plane.finish().unwrap();
}

#[tokio::test]
async fn a_response_that_the_document_forbids_is_a_violation() {
    let plane = ControlPlane::start().await.unwrap();
    // A test may set what the document forbids.
    let ada = plane.user("ada@acme.test").rename(&"x".repeat(51));
    let (status, body) = response(get(&plane, &ada, "/users/me")).await;
    assert_eq!(status, 500);
    assert!(
        body["detail"].as_str().unwrap().contains("GET /users/me"),
        "{body}"
    );
    let error = plane.finish().unwrap_err().to_string();
    assert!(
        error.contains("GET /users/me") && error.contains("name"),
        "{error}"
    );
}

#[tokio::test]
async fn dropping_a_fake_with_violations_panics() {
    let plane = ControlPlane::start().await.unwrap();
    let ada = plane.user("ada@acme.test").rename(&"x".repeat(51));
    assert_eq!(response(get(&plane, &ada, "/users/me")).await.0, 500);
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(plane)));
    assert!(dropped.is_err());
}

#[tokio::test]
async fn credentials_are_required_where_the_document_says_so() {
    let plane = ControlPlane::start().await.unwrap();
    let user = plane.user("ada@acme.test");
    let missing = call(&plane, Method::GET, "/users/me").send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(missing.headers()["www-authenticate"], "Bearer");
    let body: Value = missing.json().await.unwrap();
    assert_eq!(body, json!({"detail": "Not authenticated"}));

    let key = user.key();
    for bearer in [key.value(), &user.session(), &user.device_session()] {
        let (status, body) =
            response(call(&plane, Method::GET, "/users/me").bearer_auth(bearer)).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["email"], "ada@acme.test");
    }
    let (status, body) = response(call(&plane, Method::GET, "/users/me").bearer_auth("?")).await;
    assert_eq!(
        (status, &body["detail"][0]),
        (401, &json!("CredentialsNotValid"))
    );
    assert_eq!(response(call(&plane, Method::GET, "/health")).await.0, 200);
}

#[tokio::test]
async fn a_legacy_control_plane_has_tenants_and_no_workspaces() {
    let options = Options::default().legacy_tenants().base_path("/api/v1/");
    let plane = ControlPlane::start_with(options).await.unwrap();
    assert!(plane.url().ends_with("/api/v1"));
    let prod = plane
        .organization("acme")
        .workspace("prod", "https://prod.test/");
    let user = plane.user("ada@acme.test").superuser();
    for path in [
        "/workspaces",
        "/workspaces/prod",
        "/auth/workspace_authorization/x",
    ] {
        let (status, body) = response(get(&plane, &user, path)).await;
        assert_eq!(
            (status, body),
            (404, json!({"detail": "Not Found"})),
            "{path}"
        );
    }
    let (_, tenants) = response(get(&plane, &user, "/tenants?tenant_name=prod")).await;
    assert_eq!(tenants[0]["id"], json!(prod.id()));
    let (_, none) = response(get(&plane, &user, "/tenants?tenant_name=staging")).await;
    assert_eq!(none, json!([]));
    let (_, tenant) = response(get(&plane, &user, "/tenants/prod")).await;
    assert_eq!(tenant["id"], json!(prod.id()));
    let unknown = response(get(&plane, &user, "/tenants?workspace_name=prod")).await;
    assert_eq!(unknown.0, 422);
}
