use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use crate::base_url::BaseUrl;
use crate::{Credentials, Error, ErrorKind, Result, Transport};

/// What distinguishes one API's client from another's.
pub trait Api: Sized {
    /// What users write at the end of the base URL although operations' paths begin with it.
    const PATH_SUFFIX: &str;
    /// Where user and password are exchanged for a token.
    const LOGIN_PATH: &str;

    /// The client that sends its calls through a transport.
    fn over(transport: Transport) -> Self;
}

/// Configuration of a client.
///
/// `Debug` shows neither the credentials' secrets nor the URL, which may hold some by mistake.
#[must_use = "a client comes of `build`"]
pub struct ClientBuilder<C> {
    url: String,
    credentials: Option<Credentials>,
    insecure_http: bool,
    client: PhantomData<fn() -> C>,
}

impl<C: Api> ClientBuilder<C> {
    pub(crate) fn new(url: String) -> Self {
        Self {
            url,
            credentials: None,
            insecure_http: false,
            client: PhantomData,
        }
    }

    /// How the client proves who it is. Without, only operations that are open to everyone
    /// succeed (`server_info`, for example).
    pub fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Allows credentials to be sent in clear text, to a server that is reached by plain http and
    /// is not on this machine. Everyone on the way can read them.
    pub fn allow_insecure_http(mut self) -> Self {
        self.insecure_http = true;
        self
    }

    /// Makes the client. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Configuration`](ErrorKind::Configuration): the URL is none of a server, credentials would
    /// go out in clear text, or TLS cannot be set up.
    pub fn build(self) -> Result<C> {
        let base = BaseUrl::parse(&self.url, C::PATH_SUFFIX)?;
        if self.credentials.is_some()
            && base.is_clear_text_to_another_machine()
            && !self.insecure_http
        {
            return Err(Error::new(
                ErrorKind::Configuration,
                "the credentials would be sent in clear text; use https, or allow_insecure_http \
                 if the network is trusted",
            ));
        }
        // Redirects and retries are the transport's: it knows which calls may be repeated. There is
        // no cookie jar: the server would let a cookie win over the Authorization header.
        let http = reqwest::Client::builder()
            .user_agent(concat!("zenml-rust/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(|error| {
                let message = format!("the HTTP client cannot be set up: {error}");
                Error::new(ErrorKind::Configuration, message).with_source(error)
            })?;
        let transport = Transport::new(http, base, C::LOGIN_PATH, self.credentials);
        Ok(C::over(transport))
    }
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

impl<C> fmt::Debug for ClientBuilder<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("credentials", &self.credentials)
            .field("insecure_http", &self.insecure_http)
            .finish_non_exhaustive()
    }
}
