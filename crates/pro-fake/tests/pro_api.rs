//! The double of the Pro API, from the outside.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may panic"
)]

use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use zenml_pro_fake::{Account, ControlPlane, Options};

fn call(plane: &ControlPlane, method: Method, path: &str) -> RequestBuilder {
    reqwest::Client::new().request(method, plane.url() + path)
}

fn get(plane: &ControlPlane, caller: &Account, path: &str) -> RequestBuilder {
    call(plane, Method::GET, path).bearer_auth(caller.session())
}

/// Status and body.
async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn log_in(plane: &ControlPlane, form: &[(&str, &str)]) -> (u16, Value) {
    answer(call(plane, Method::POST, "/auth/login").form(form)).await
}

#[tokio::test]
async fn a_request_that_the_document_does_not_allow_is_refused_with_what_is_wrong() {
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
        let (status, body) = answer(request).await;
        assert_eq!(status, 422, "{location}: {body}");
        assert_eq!(body["detail"][0]["loc"], location, "{body}");
    }
    assert_eq!(plane.violations(), [""; 0]);
}

#[tokio::test]
async fn what_the_document_does_not_know_is_not_there() {
    let plane = ControlPlane::start().await.unwrap();
    let (status, body) = answer(call(&plane, Method::GET, "/scim/users")).await;
    assert_eq!((status, body), (404, json!({"detail": "Not Found"})));
    let (status, _) = answer(call(&plane, Method::DELETE, "/health")).await;
    assert_eq!(status, 405);
}

#[tokio::test]
async fn an_answer_that_the_document_does_not_allow_cannot_be_missed() {
    let plane = ControlPlane::start().await.unwrap();
    let admin = plane.user("ada@acme.test").superuser();
    // The double accepts from a test what the document forbids to say.
    plane.user(&"x".repeat(51)).rename(&"x".repeat(51));
    let (status, body) = answer(get(&plane, &admin, "/users")).await;
    assert_eq!(status, 500);
    assert!(
        body["detail"].as_str().unwrap().contains("GET /users"),
        "{body}"
    );
    let error = plane.stop().unwrap_err().to_string();
    assert!(
        error.contains("GET /users") && error.contains("name"),
        "{error}"
    );
}

#[tokio::test]
async fn a_violation_that_nobody_asks_for_panics() {
    let plane = ControlPlane::start().await.unwrap();
    let admin = plane
        .user("ada@acme.test")
        .superuser()
        .rename(&"x".repeat(51));
    assert_eq!(answer(get(&plane, &admin, "/users/me")).await.0, 500);
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(plane)));
    assert!(dropped.is_err());
}

#[tokio::test]
async fn credentials_are_checked_wherever_the_document_says_so() {
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
            answer(call(&plane, Method::GET, "/users/me").bearer_auth(bearer)).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(body["email"], "ada@acme.test");
    }
    let (status, body) = answer(call(&plane, Method::GET, "/users/me").bearer_auth("?")).await;
    assert_eq!(
        (status, &body["detail"][0]),
        (401, &json!("CredentialsNotValid"))
    );
    assert_eq!(answer(call(&plane, Method::GET, "/health")).await.0, 200);
}

#[tokio::test]
async fn sessions_and_keys_end() {
    let plane = ControlPlane::start().await.unwrap();
    let user = plane.user("ada@acme.test");
    let key = user.key_for(Duration::from_hours(2));
    let (_, granted) = log_in(&plane, &[("password", key.value())]).await;
    assert_eq!(
        (&granted["expires_in"], &granted["token_type"]),
        (&json!(3600), &json!("bearer"))
    );
    let session = granted["access_token"].as_str().unwrap();
    let me = |bearer: &str| {
        let request = call(&plane, Method::GET, "/users/me").bearer_auth(bearer);
        async { answer(request).await.0 }
    };
    assert_eq!((me(session).await, me(key.value()).await), (200, 200));
    plane.advance(Duration::from_hours(1));
    assert_eq!((me(session).await, me(key.value()).await), (401, 200));
    plane.advance(Duration::from_hours(1));
    assert_eq!(me(key.value()).await, 401);
    assert_eq!(log_in(&plane, &[("password", key.value())]).await.0, 401);

    let (session, key) = (user.session(), user.key());
    key.revoke();
    assert_eq!((me(&session).await, me(key.value()).await), (200, 401));
    key.restore();
    plane.expire_sessions();
    assert_eq!((me(&session).await, me(key.value()).await), (401, 200));
}

#[tokio::test]
async fn tokens_of_devices_are_refused_where_keys_are_managed() {
    let plane = ControlPlane::start().await.unwrap();
    let user = plane.user("ada@acme.test");
    let with = |path, token: &str| answer(call(&plane, Method::GET, path).bearer_auth(token));
    let (status, body) = with("/users/me/api_keys", &user.device_session()).await;
    assert_eq!(status, 401);
    assert!(
        body["detail"].as_str().unwrap().contains("device_code"),
        "{body}"
    );
    let (_, generic) = with("/auth/api_token", &user.device_session()).await;
    let (status, keys) = with("/users/me/api_keys", generic.as_str().unwrap()).await;
    assert_eq!((status, keys), (200, json!([])));
}

#[tokio::test]
async fn a_login_on_a_device_waits_for_its_user() {
    let plane = ControlPlane::start().await.unwrap();
    let user = plane.user("ada@acme.test");
    let client = user.id().to_string();
    let authorize = call(&plane, Method::POST, "/auth/device_authorization");
    let (_, device) = answer(authorize.form(&[("client_id", &client)])).await;
    let code = device["device_code"].as_str().unwrap();
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let form = [
        ("grant_type", grant),
        ("client_id", &client),
        ("device_code", code),
    ];
    let (status, body) = log_in(&plane, &form).await;
    assert_eq!(
        (status, &body["error"]),
        (400, &json!("authorization_pending"))
    );
    assert_eq!(
        plane.waiting_devices(),
        [device["user_code"].as_str().unwrap()]
    );
    plane
        .confirm_device(&plane.waiting_devices()[0], &user)
        .unwrap();
    let (status, body) = log_in(&plane, &form).await;
    assert_eq!((status, &body["expires_in"]), (200, &json!(24 * 3600)));
    assert_eq!(log_in(&plane, &form).await.0, 400, "a code serves once");
}

#[tokio::test]
async fn before_2025_there_are_tenants_and_no_workspaces() {
    let options = Options::default().before_2025().base_path("/api/v1/");
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
        let (status, body) = answer(get(&plane, &user, path)).await;
        assert_eq!(
            (status, body),
            (404, json!({"detail": "Not Found"})),
            "{path}"
        );
    }
    let (_, tenants) = answer(get(&plane, &user, "/tenants?tenant_name=prod")).await;
    assert_eq!(tenants[0]["id"], json!(prod.id()));
    assert_eq!(
        answer(get(&plane, &user, "/tenants/prod")).await.1["id"],
        json!(prod.id())
    );
    assert_eq!(
        answer(get(&plane, &user, "/tenants?workspace_name=prod"))
            .await
            .0,
        422
    );
}

#[tokio::test]
async fn lists_are_bare_arrays_cut_by_offset_and_limit() {
    let plane = ControlPlane::start().await.unwrap();
    let acme = plane.organization("acme");
    for number in 0..5 {
        acme.workspace(&format!("ws-{number}"), "https://ws.test");
    }
    let user = plane.user("ada@acme.test").superuser();
    let (_, page) = answer(get(
        &plane,
        &user,
        "/workspaces?offset=3&limit=20&member_only=True",
    ))
    .await;
    let names: Vec<_> = page
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["name"])
        .collect();
    assert_eq!(names, ["ws-3", "ws-4"]);
}

#[tokio::test]
async fn roles_decide_who_may_do_what() {
    let plane = ControlPlane::start().await.unwrap();
    let acme = plane.organization("acme");
    let (viewer, stranger) = (acme.member("ada@acme.test"), plane.user("eve@evil.test"));
    let create = |who: &Account| {
        let request = call(&plane, Method::POST, "/teams").bearer_auth(who.session());
        let body = json!({"name": "ml", "organization_id": acme.id()});
        async move { answer(request.json(&body)).await.0 }
    };
    assert_eq!((create(&viewer).await, create(&stranger).await), (403, 403));
    let admin = viewer.with_role("Organization Admin");
    assert_eq!(create(&admin).await, 200);
    assert_eq!(create(&admin).await, 409);
    assert_eq!(
        answer(get(&plane, &stranger, "/organizations/acme"))
            .await
            .0,
        403
    );
    assert_eq!(
        answer(get(&plane, &stranger, "/organizations")).await.1,
        json!([])
    );
}

#[tokio::test]
async fn a_test_waits_for_what_happens_and_is_asked_only_then() {
    let plane = ControlPlane::start().await.unwrap();
    let prod = plane.organization("acme").enrolled("prod");
    let asked = std::cell::Cell::new(0);
    let available = plane.until(|_| {
        asked.set(asked.get() + 1);
        prod.status() == "available"
    });
    let report = async {
        // The other side waits by now.
        tokio::task::yield_now().await;
        let report = call(&plane, Method::PATCH, "/workspace_status");
        answer(report.bearer_auth(prod.server_session())).await.0
    };
    assert_eq!(tokio::join!(available, report).1, 200);
    assert!(asked.get() < 10, "asked {} times", asked.get());
    plane.called("PATCH /workspace_status", 1).await;
}

#[tokio::test]
async fn faults_come_when_they_are_ordered_and_end() {
    let plane = ControlPlane::start().await.unwrap();
    plane.fail_next("GET /health", 503, 2);
    let health = || async { answer(call(&plane, Method::GET, "/health")).await.0 };
    assert_eq!(
        [health().await, health().await, health().await],
        [503, 503, 200]
    );
    plane.go_down().await.unwrap();
    let refused = call(&plane, Method::GET, "/health")
        .send()
        .await
        .unwrap_err();
    assert!(refused.is_connect());
    plane.come_back().await.unwrap();
    assert_eq!(health().await, 200);
    assert_eq!(plane.calls("GET /health").len(), 4);
}

#[test]
#[should_panic(expected = "no operation \"GET /helth\"")]
fn a_fault_of_an_operation_that_does_not_exist_is_a_mistake() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let plane = runtime.block_on(ControlPlane::start()).unwrap();
    plane.fail_next("GET /helth", 503, 1);
}
