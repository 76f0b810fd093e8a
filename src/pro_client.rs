use std::ops::Deref;

use http::Method;

use crate::builder::{Api, ClientBuilder};
use crate::{RawCall, Transport, pro};

/// Client of the ZenML Pro API: organizations, workspaces, teams, roles.
///
/// It dereferences to [`pro::Client`], which has a method for each operation. Cheap to clone; all
/// clones share connections and login.
///
/// ```no_run
/// # async fn example() -> zenml::Result<()> {
/// use zenml::{Credentials, ProClient};
///
/// let pro = ProClient::builder(ProClient::DEFAULT_URL)
///     .credentials(Credentials::api_key("ZENPROKEY_…"))
///     .build()?;
/// println!("{:?}", pro.get_current_user().send().await?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ProClient(pro::Client);

impl ProClient {
    /// The URL of the Pro API that ZenML GmbH runs.
    pub const DEFAULT_URL: &str = "https://cloudapi.zenml.io";

    /// Configures a client of the Pro API at this URL ([`DEFAULT_URL`](Self::DEFAULT_URL), or that
    /// of a self-hosted one). A base path such as `/api/v1` is part of it, a trailing slash makes
    /// no difference.
    pub fn builder(url: impl Into<String>) -> ClientBuilder<Self> {
        ClientBuilder::new(url.into())
    }

    /// A call of a route that the crate's document lacks, with the client's credentials.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawCall {
        RawCall::new(self.transport(), method, path.into(), false)
    }
}

impl Api for ProClient {
    const PATH_SUFFIX: &str = "";
    const LOGIN_PATH: &str = "/auth/login";

    fn over(transport: Transport) -> Self {
        Self(pro::Client::new(transport))
    }
}

impl Deref for ProClient {
    type Target = pro::Client;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}
