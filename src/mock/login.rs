//! Which requests does the mock server respond to without an expectation? Logins, and those for its version.

use http::{Method, header};
use serde_json::json;

use super::received::Received;
use super::reply::Reply;
use crate::WorkspaceClient;
use crate::transport::api::ApiConfig;
use crate::transport::server_version::ServerVersion;

/// The access tokens that the server has issued. Each login gets another one.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    issued: usize,
    /// The number of tokens that have expired, the oldest ones.
    expired: usize,
}

const PREFIX: &str = "mock-token-";

impl Tokens {
    /// Returns the number of logins.
    pub fn issued(&self) -> usize {
        self.issued
    }

    /// Ends the life of all tokens that were issued so far.
    pub fn expire(&mut self) {
        self.expired = self.issued;
    }

    /// Returns the response to a request with an expired token.
    pub fn rejection(&self, received: &Received) -> Option<Reply> {
        let token = received.header(&header::AUTHORIZATION)?;
        let number = token.strip_prefix("Bearer ")?.strip_prefix(PREFIX)?;
        let number: usize = number.parse().ok()?;
        (number <= self.expired).then(expired)
    }

    fn issue(&mut self) -> Reply {
        self.issued += 1;
        Reply::json(&json!({
            "access_token": format!("{PREFIX}{}", self.issued),
            "token_type": "bearer",
            "expires_in": 3600,
        }))
    }

    /// Returns the response to a login or to a request for the version, and `None` to other requests.
    ///
    /// All credentials are accepted, and device logins are confirmed at once.
    pub fn answer(&mut self, received: &Received, version: &str) -> Option<Reply> {
        let (workspace, pro) = (&WorkspaceClient::CONFIG, &ApiConfig::PRO);
        let path = received.path.as_str();
        let is =
            |method: &Method, paths: [&str; 2]| received.method == *method && paths.contains(&path);
        if is(&Method::GET, [ServerVersion::PATH; 2]) {
            Some(info(version))
        } else if is(&Method::POST, [workspace.login_path, pro.login_path]) {
            Some(self.issue())
        } else if is(&Method::POST, [workspace.device_path, pro.device_path]) {
            Some(Reply::json(&json!({
                "device_code": "mock-device-code",
                "user_code": "MOCK-CODE",
                "verification_uri": "/devices/verify",
                "verification_uri_complete": "/devices/verify?user_code=MOCK-CODE",
                "expires_in": 300,
                "interval": 5,
            })))
        } else {
            None
        }
    }
}

/// Returns the response to an expired token.
pub(super) fn expired() -> Reply {
    let status = http::StatusCode::UNAUTHORIZED;
    Reply::error(
        status,
        "CredentialsNotValid",
        "the access token has expired",
    )
}

/// Returns what a server says about itself.
fn info(version: &str) -> Reply {
    Reply::json(&json!({
        "id": "00000000-0000-4000-8000-000000000001",
        "name": "mock",
        "version": version,
        "active": true,
        "debug": false,
        "deployment_type": "other",
        "database_type": "other",
        "secrets_store_type": "none",
        "auth_scheme": "OAUTH2_PASSWORD_BEARER",
        "server_url": "",
        "dashboard_url": "",
        "analytics_enabled": false,
        "metadata": {},
    }))
}
