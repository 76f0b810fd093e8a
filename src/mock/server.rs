//! What does a test do with a mock server?

use std::fmt;
use std::panic::Location;
use std::thread;

use http::HeaderValue;

use super::exchange::Shared;
use super::expect::Expect;
use super::expectation::Expectation;
use super::listener::Listener;
use super::received::SHARES_CLOCK;
use super::script::Expected;
#[cfg(feature = "pro")]
use crate::ProClient;
use crate::{ClientBuilder, Credentials, WorkspaceClient};

/// A server on the loopback interface, in the process of the test.
///
/// [`expect`](Self::expect) tells the server which requests to expect, and how to respond. Logins and the
/// version of the server need no expectation. See the [module](super) for examples.
///
/// When the server is dropped, the test fails if a request was not expected or was wrong, or if an
/// expectation was not met.
pub struct Server {
    listener: Listener,
}

impl Server {
    /// Starts a server on a free port.
    ///
    /// It runs in a thread of its own, so that it works in every Tokio runtime and beside blocking code.
    ///
    /// # Panics
    /// If the system has no free port or thread.
    pub async fn start() -> Self {
        match Listener::start() {
            Ok(listener) => Self { listener },
            Err(error) => panic!("the mock server cannot be started: {error}"),
        }
    }

    /// Sets the version that the server reports. Defaults to the version that the client was generated
    /// for.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> zenml::Result<()> {
    /// let server = zenml::mock::Server::start().await.version("0.92.0");
    /// assert!(server.workspace_client().check_version().await?.is_server_older());
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn version(self, version: impl Into<String>) -> Self {
        self.shared().state().version = version.into();
        self
    }

    /// Returns the URL of the server, for clients that the program creates itself.
    pub fn url(&self) -> &str {
        &self.listener.url
    }

    /// Returns the number of logins so far.
    pub fn logins(&self) -> usize {
        self.shared().state().tokens.issued()
    }

    /// Returns a client of this server, with credentials.
    ///
    /// Its clock skips all waiting: between attempts, between the polls of
    /// [`wait_for_run`](WorkspaceClient::wait_for_run), and before a delayed response. It retries as often as
    /// other clients do, and all time limits apply.
    pub fn workspace_client(&self) -> WorkspaceClient {
        built(self.workspace_client_builder().build())
    }

    /// Returns the builder of [`workspace_client`](Self::workspace_client), for further configuration.
    ///
    /// ```
    /// # async fn example(server: zenml::mock::Server) -> zenml::Result<()> {
    /// let client = server.workspace_client_builder().project("default").build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn workspace_client_builder(&self) -> ClientBuilder<WorkspaceClient> {
        self.configured(WorkspaceClient::builder(self.url()))
            .credentials(Credentials::api_key("ZENKEY_mock"))
    }

    /// Returns a client of the Pro API, with credentials. This server imitates the Pro API too.
    ///
    /// The client has the same clock as [`workspace_client`](Self::workspace_client).
    #[cfg(feature = "pro")]
    pub fn pro_client(&self) -> ProClient {
        built(self.pro_client_builder().build())
    }

    /// Returns the builder of [`pro_client`](Self::pro_client), for further configuration.
    #[cfg(feature = "pro")]
    pub fn pro_client_builder(&self) -> ClientBuilder<ProClient> {
        self.configured(ProClient::builder(self.url()))
            .credentials(Credentials::api_key("ZENPROKEY_mock"))
    }

    fn configured<C>(&self, builder: ClientBuilder<C>) -> ClientBuilder<C> {
        builder
            .clock(self.shared().clock.clone())
            .default_header(SHARES_CLOCK, HeaderValue::from_static("true"))
    }

    /// Expects a request.
    ///
    /// A request matches if it has all values of the builder: path, query parameters, headers and body. The
    /// builder may leave these open, and they then match anything: parameters of the path, required
    /// query parameters, the body, the position and size of a page, and the default project. Other query
    /// parameters that the builder does not set must be absent.
    ///
    /// If several expectations match, the server uses the first one that has not reached its number of
    /// calls. Expectations of the same request therefore form a sequence. An expectation of a page takes
    /// precedence over one of the whole list.
    ///
    /// # Panics
    /// If a value of the builder cannot be sent.
    #[track_caller]
    pub fn expect<E: Expect>(&self, request: E) -> Expectation<'_, E> {
        let pattern = match request.pattern() {
            Ok(pattern) => pattern,
            Err(problem) => panic!("the expected request is invalid: {problem}"),
        };
        let expected = &mut self.shared().state().script.expected;
        expected.push(Expected::new(pattern, Location::caller()));
        Expectation::new(self.shared(), expected.len() - 1)
    }

    /// Fails the test if a request was not expected or was wrong, or if an expectation was not met. Reports
    /// each problem once.
    ///
    /// # Panics
    /// In these cases, with a message that says what differs.
    #[track_caller]
    pub fn verify(&self) {
        let problems = self.shared().state().script.take_problems();
        if !problems.is_empty() {
            panic!(
                "the mock server at {}:\n{}",
                self.url(),
                problems.join("\n")
            );
        }
    }

    pub(super) fn shared(&self) -> &Shared {
        &self.listener.shared
    }
}

fn built<C>(client: crate::Result<C>) -> C {
    match client {
        Ok(client) => client,
        Err(error) => panic!("the client of the mock server cannot be created: {error}"),
    }
}

impl Drop for Server {
    /// Stops the server and [verifies](Server::verify) it, unless the test has failed already.
    fn drop(&mut self) {
        self.listener.stop();
        if !thread::panicking() {
            self.verify();
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("url", &self.url())
            .finish_non_exhaustive()
    }
}
