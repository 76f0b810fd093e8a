//! Keys, sessions and logins in the browser.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use zenml_pro_fake::ControlPlane;

use crate::{call, get, log_in, response};

#[tokio::test]
async fn sessions_and_keys_expire() {
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
        async { response(request).await.0 }
    };
    assert_eq!((me(session).await, me(key.value()).await), (200, 200));
    plane.advance(Duration::from_hours(1));
    assert_eq!((me(session).await, me(key.value()).await), (401, 200));
    plane.advance(Duration::from_hours(1));
    assert_eq!(me(key.value()).await, 401);
    assert_eq!(log_in(&plane, &[("password", key.value())]).await.0, 401);

    let (session, key, other) = (user.session(), user.key(), user.key());
    key.revoke();
    assert_eq!((me(&session).await, me(key.value()).await), (200, 401));
    plane.revoke_sessions();
    assert_eq!((me(&session).await, me(other.value()).await), (401, 200));
}

#[tokio::test]
async fn a_rotated_key_works_until_its_retention_ends() {
    let plane = ControlPlane::start().await.unwrap();
    let user = plane.user("ada@acme.test");
    let old = user.key();
    let path = format!("/users/me/api_keys/{}/rotate", old.id());
    let rotate = call(&plane, Method::PUT, &path).bearer_auth(user.session());
    let (_, new) = response(rotate.json(&json!({"retain_period_minutes": 60}))).await;
    let works = async |key: &Value| {
        let form = [("password", key.as_str().unwrap())];
        log_in(&plane, &form).await.0 == 200
    };
    let old = json!(old.value());
    assert!(works(&new["key"]).await && works(&old).await);
    plane.advance(Duration::from_hours(1));
    assert!(works(&new["key"]).await && !works(&old).await);
}

#[tokio::test]
async fn a_device_token_cannot_manage_keys() {
    let plane = ControlPlane::start().await.unwrap();
    let user = plane.user("ada@acme.test");
    let path = "/users/me/api_keys";
    let device = call(&plane, Method::GET, path).bearer_auth(user.device_session());
    let (status, body) = response(device).await;
    assert_eq!(status, 401);
    assert!(
        body["detail"].as_str().unwrap().contains("device_code"),
        "{body}"
    );
    let keys = response(get(&plane, &user, path)).await;
    assert_eq!(keys, (200, json!([])));
}

#[tokio::test]
async fn a_login_on_a_device_waits_for_its_user() {
    let plane = ControlPlane::start().await.unwrap();
    let user = plane.user("ada@acme.test");
    let client = user.id().to_string();
    let authorize = call(&plane, Method::POST, "/auth/device_authorization");
    let (_, device) = response(authorize.form(&[("client_id", &client)])).await;
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
    let codes = plane.pending_user_codes();
    assert_eq!(codes, [device["user_code"].as_str().unwrap()]);
    plane.confirm_device(&codes[0], &user).unwrap();
    let (status, body) = log_in(&plane, &form).await;
    assert_eq!((status, &body["expires_in"]), (200, &json!(24 * 3600)));
    let again = log_in(&plane, &form).await;
    assert_eq!(again.0, 400, "a code can be used once");
}
