//! Which clients make the measured calls? This one, and two that are written by hand on reqwest and
//! serde.
//!
//! The first of the latter sends the same headers as this client and has a timeout, as a service
//! needs; the second shows what these cost. All decode the responses into the same types.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderName, USER_AGENT};
use serde::{Deserialize, de::DeserializeOwned};
use uuid::{Uuid, uuid};
use zenml::{
    Credentials, Page, WorkspaceClient,
    workspace::types::{PipelineRunResponse, TagResponse},
};

use crate::Result;
use crate::server::ITEMS;

/// The tag of the small call.
pub const TAG: Uuid = uuid!("0c9e1b0e-7a9e-4c7c-9d5f-3d3f5f7a4b11");
/// Timeout of a request; equals this client's default for an attempt.
const TIMEOUT: Duration = Duration::from_secs(120);

/// A call that all clients make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Gets a tag.
    Small,
    /// Lists a page of hydrated runs.
    Large,
}

/// A client that makes the calls.
pub enum Client {
    /// This client.
    Ours(WorkspaceClient),
    /// A client that is written by hand.
    ByHand(HandWritten),
}

impl Client {
    /// Returns this client.
    ///
    /// # Errors
    /// Returns an error if the URL is not valid.
    pub fn ours(url: &str) -> Result<Self> {
        let credentials = Credentials::password("default", "");
        let builder = WorkspaceClient::builder(url).credentials(credentials);
        Ok(Self::Ours(builder.build()?))
    }

    /// Returns a hand-written client that does what a service needs.
    ///
    /// # Errors
    /// Returns an error if the login fails.
    pub async fn by_hand(url: &str) -> Result<Self> {
        Ok(Self::ByHand(HandWritten::log_in(url).await?))
    }

    /// Returns a hand-written client without user agent, request id and timeout.
    ///
    /// # Errors
    /// Returns an error if the login fails.
    pub async fn minimal(url: &str) -> Result<Self> {
        Ok(Self::ByHand(HandWritten {
            http: http_client_builder(url)?.build()?,
            headers: HeaderMap::new(),
            ..HandWritten::log_in(url).await?
        }))
    }

    /// Makes a call. Returns the id of what it gets.
    ///
    /// # Errors
    /// Returns an error if the call fails.
    pub async fn make(&self, call: Call) -> Result<Uuid> {
        match (self, call) {
            (Self::Ours(client), Call::Small) => get_tag(client).await,
            (Self::Ours(client), Call::Large) => list_runs(client).await,
            (Self::ByHand(client), Call::Small) => client.get_tag().await,
            (Self::ByHand(client), Call::Large) => client.list_runs().await,
        }
    }
}

async fn get_tag(client: &WorkspaceClient) -> Result<Uuid> {
    Ok(client.get_tag().tag_id(TAG).hydrate(true).send().await?.id)
}

async fn list_runs(client: &WorkspaceClient) -> Result<Uuid> {
    let page = client
        .list_runs()
        .size(ITEMS as i64)
        .hydrate(true)
        .send()
        .await?;
    Ok(page.items.first().ok_or("the page is empty")?.id)
}

/// Returns the same settings of reqwest that this client has.
fn http_client_builder(url: &str) -> Result<reqwest::ClientBuilder> {
    Ok(WorkspaceClient::builder(url).http_client_builder()?)
}

/// A client on reqwest and serde, as one writes it by hand.
pub struct HandWritten {
    http: reqwest::Client,
    url: String,
    token: String,
    /// Headers of every request.
    headers: HeaderMap,
}

impl HandWritten {
    async fn log_in(url: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Login {
            access_token: String,
        }
        let http = http_client_builder(url)?.timeout(TIMEOUT).build()?;
        let login = http
            .post(format!("{url}/api/v1/login"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("username=default&password=")
            .send()
            .await?
            .error_for_status()?;
        let login: Login = serde_json::from_slice(&login.bytes().await?)?;
        let agent = format!("zenml-rust/{} (by hand)", env!("CARGO_PKG_VERSION"));
        let id = "0c9e1b0e7a9e4c7c9d5f3d3f5f7a4b11";
        Ok(Self {
            http,
            url: url.to_owned(),
            token: login.access_token,
            headers: HeaderMap::from_iter([
                (ACCEPT, "application/json".parse()?),
                (USER_AGENT, agent.parse()?),
                (HeaderName::from_static("x-request-id"), id.parse()?),
            ]),
        })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let response = self
            .http
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .headers(self.headers.clone())
            .send()
            .await?
            .error_for_status()?;
        Ok(serde_json::from_slice(&response.bytes().await?)?)
    }

    async fn get_tag(&self) -> Result<Uuid> {
        let path = format!("/api/v1/tags/{TAG}?hydrate=true");
        Ok(self.get::<TagResponse>(&path).await?.id)
    }

    async fn list_runs(&self) -> Result<Uuid> {
        let path = format!("/api/v1/runs?size={ITEMS}&hydrate=true");
        let page: Page<PipelineRunResponse> = self.get(&path).await?;
        Ok(page.items.first().ok_or("the page is empty")?.id)
    }
}
