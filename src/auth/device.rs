//! How does a user confirm a login in the browser (RFC 8628)?

use std::fmt;
use std::pin::pin;
use std::time::Duration;

use serde_json::json;
use uuid::Uuid;

use super::token_request::{TokenRequest, TokenResponse};
use crate::codec::object::readable;
use crate::error::escape::escaped;
use crate::transport::shared::Transport;
use crate::{Error, ErrorKind, Result, Secret};

/// Page and code with which a user confirms a device login.
///
/// The client passes it to the function of [`Credentials::device`](crate::Credentials::device), which
/// shows it to the user:
///
/// ```
/// use zenml::auth::DeviceLogin;
///
/// fn show(login: &DeviceLogin) {
///     let minutes = login.expires_in.as_secs() / 60;
///     eprintln!("Open {} within {minutes} minutes and confirm the code {}", login.url, login.user_code);
/// }
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeviceLogin {
    /// The page to open. It contains the code if the server supports that.
    pub url: String,
    /// The code that the page shows or asks for.
    pub user_code: String,
    /// Time that the user has to confirm the login.
    pub expires_in: Duration,
}

/// Device flow as ZenML's servers implement it (`zen_server/routers/auth_endpoints.py` and
/// `login/web_login.py` in ZenML 0.98.0).
pub(crate) struct Device {
    client_id: Uuid,
    show: Box<dyn Fn(&DeviceLogin) + Send + Sync>,
}

/// Response of the device authorization endpoint (RFC 8628, section 3.2).
struct DeviceAuthorizationResponse {
    device_code: Secret,
    user_code: String,
    verification_uri: String,
    verification_uri_complete: Option<String>,
    /// Lifetime of the codes in seconds.
    expires_in: u64,
    /// Seconds between two requests for the token.
    interval: Option<u64>,
}

readable! {
    DeviceAuthorizationResponse
    required {
        "device_code" device_code, "user_code" user_code, "verification_uri" verification_uri,
        "expires_in" expires_in
    }
    nullable { "verification_uri_complete" verification_uri_complete, "interval" interval }
    optional {}
}

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Default polling interval of RFC 8628, and its increase after `slow_down`.
const INTERVAL: Duration = Duration::from_secs(5);

/// Minimum polling interval, for servers that ask for a shorter one.
const MIN_INTERVAL: Duration = Duration::from_secs(1);

impl Device {
    pub fn new(client_id: Uuid, show: impl Fn(&DeviceLogin) + Send + Sync + 'static) -> Self {
        Self {
            client_id,
            show: Box::new(show),
        }
    }

    /// Requests a code, shows it, and polls until the login has been confirmed.
    pub async fn log_in(&self, transport: &Transport) -> Result<TokenResponse> {
        let codes = self.request_codes(transport).await?;
        let url = codes.verification_uri_complete.as_ref();
        let url = url.unwrap_or(&codes.verification_uri);
        // The program shows them in a terminal.
        (self.show)(&DeviceLogin {
            url: escaped(transport.base().absolute(url)),
            user_code: escaped(codes.user_code.clone()),
            expires_in: Duration::from_secs(codes.expires_in),
        });
        let limit = Some(Duration::from_secs(codes.expires_in));
        let token = pin!(self.poll(transport, &codes));
        let token = transport.runtime().within(limit, token).await;
        token.unwrap_or_else(|| {
            Err(Error::new(
                ErrorKind::Credentials,
                format!(
                    "the device login was not confirmed within {} seconds",
                    codes.expires_in
                ),
            ))
        })
    }

    /// Requests the codes of a new login.
    async fn request_codes(&self, transport: &Transport) -> Result<DeviceAuthorizationResponse> {
        let form = json!({ "client_id": self.client_id });
        let request = TokenRequest::post(transport.api().device_path, &form)?;
        request.send(transport).await
    }

    /// Requests the token until the login has been confirmed or denied.
    async fn poll(
        &self,
        transport: &Transport,
        codes: &DeviceAuthorizationResponse,
    ) -> Result<TokenResponse> {
        let interval = codes.interval.map_or(INTERVAL, Duration::from_secs);
        let mut interval = interval.max(MIN_INTERVAL);
        let form = json!({
            "grant_type": GRANT_TYPE,
            "client_id": self.client_id,
            "device_code": codes.device_code.expose(),
        });
        loop {
            transport.runtime().clock.sleep(interval).await;
            let request = TokenRequest::post(transport.api().login_path, &form)?;
            let request = request.redact(&codes.device_code);
            match request.send_for_token(transport).await {
                Err(error) if error.server_exception() == Some("authorization_pending") => {}
                Err(error) if error.server_exception() == Some("slow_down") => {
                    interval += INTERVAL;
                }
                Err(error) if error.is_retryable() => {}
                outcome => return outcome,
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
