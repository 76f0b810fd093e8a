//! The fake from the outside, over plain HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

mod contract;
mod credentials;
mod faults;
mod handlers;

use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use zenml::ProClient;
use zenml_pro_fake::{Account, ControlPlane};

/// A request without credentials.
fn call(plane: &ControlPlane, method: Method, path: &str) -> RequestBuilder {
    let http = ProClient::builder(plane.url()).http_client_builder();
    let http = http.unwrap().build().unwrap();
    http.request(method, plane.url() + path)
}

fn get(plane: &ControlPlane, caller: &Account, path: &str) -> RequestBuilder {
    call(plane, Method::GET, path).bearer_auth(caller.session())
}

/// Returns status and body.
async fn response(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

async fn log_in(plane: &ControlPlane, form: &[(&str, &str)]) -> (u16, Value) {
    response(call(plane, Method::POST, "/auth/login").form(form)).await
}
