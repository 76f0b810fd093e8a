use std::fmt;
use std::pin::pin;
use std::time::Duration;

use http::{HeaderMap, Method};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::auth::login::{Grant, LoginStep};
use crate::transport::request::Body;
use crate::{Error, ErrorKind, Result, Secret, Transport};

/// Where to go to confirm the login of a device: what [`Credentials::device`] shows.
///
/// [`Credentials::device`]: crate::Credentials::device
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeviceLogin {
    /// The page to open. The code is a part of it already, where the server does that.
    pub url: String,
    /// The code that the page shows, or asks for.
    pub user_code: String,
    /// How much time there is.
    pub expires_in: Duration,
}

/// The OAuth device flow (RFC 8628), as ZenML's servers do it
/// (`zen_server/routers/auth_endpoints.py` and `login/web_login.py` in ZenML 0.98.0).
pub(crate) struct Device {
    client_id: Uuid,
    show: Box<dyn Fn(&DeviceLogin) + Send + Sync>,
}

/// The answer to a request for codes.
#[derive(Deserialize)]
struct Codes {
    device_code: Secret,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    /// Seconds.
    expires_in: u64,
    /// Seconds between two questions.
    interval: Option<u64>,
}

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What RFC 8628 prescribes when the server says nothing, and after `slow_down`.
const INTERVAL: Duration = Duration::from_secs(5);

impl Device {
    pub fn new(client_id: Uuid, show: impl Fn(&DeviceLogin) + Send + Sync + 'static) -> Self {
        Self {
            client_id,
            show: Box::new(show),
        }
    }

    /// Asks for codes, has them shown, and waits until somebody has confirmed them.
    pub async fn log_in(&self, transport: &Transport) -> Result<Grant> {
        let codes = self.codes(transport).await?;
        (self.show)(&DeviceLogin {
            url: transport.absolute(
                codes
                    .verification_uri_complete
                    .as_ref()
                    .unwrap_or(&codes.verification_uri),
            ),
            user_code: codes.user_code.clone(),
            expires_in: Duration::from_secs(codes.expires_in),
        });
        let world = transport.world();
        let limit = Some(Duration::from_secs(codes.expires_in));
        let confirmed = self.confirmed(transport, &codes);
        let confirmed = world.within(limit, pin!(confirmed)).await;
        confirmed.unwrap_or_else(|| {
            Err(Error::new(
                ErrorKind::Credentials,
                format!("nobody confirmed it within {} seconds", codes.expires_in),
            ))
        })
    }

    async fn codes(&self, transport: &Transport) -> Result<Codes> {
        let form = json!({ "client_id": self.client_id });
        let step = LoginStep {
            method: Method::POST,
            path: transport.api().device_path,
            body: Some(Body::form(&form)?),
            headers: HeaderMap::new(),
            secrets: Vec::new(),
        };
        transport.login_step(step).await
    }

    async fn confirmed(&self, transport: &Transport, codes: &Codes) -> Result<Grant> {
        let mut interval = codes.interval.map_or(INTERVAL, Duration::from_secs);
        let form = json!({
            "grant_type": GRANT_TYPE,
            "client_id": self.client_id,
            "device_code": codes.device_code.expose(),
        });
        loop {
            transport.world().clock.sleep(interval).await;
            let step = LoginStep {
                method: Method::POST,
                path: transport.api().login_path,
                body: Some(Body::form(&form)?),
                headers: HeaderMap::new(),
                secrets: vec![codes.device_code.clone()],
            };
            match transport.login_step(step).await {
                Err(error) if error.server_exception() == Some("authorization_pending") => {}
                Err(error) if error.server_exception() == Some("slow_down") => {
                    interval += INTERVAL;
                }
                Err(error) if error.is_retryable() => {}
                granted_or_refused => return granted_or_refused,
            }
        }
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
