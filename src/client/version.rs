use std::fmt;
use std::sync::atomic::Ordering;

use http::Method;
use serde::Deserialize;
use tokio::runtime::Handle;
use tracing::Level;
use tracing::instrument::WithSubscriber;

use crate::transport::execute::Accept;
use crate::transport::request::{Repeat, Request};
use crate::{CallOptions, RetryPolicy, Transport};

/// The version of a ZenML server, as it tells it.
#[derive(Debug, PartialEq)]
pub(crate) struct ServerVersion(String);

impl ServerVersion {
    /// Reads an answer of `GET /api/v1/info`; none if it is something else.
    pub fn read(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Info {
            version: String,
        }
        let info: Info = serde_json::from_slice(body).ok()?;
        let version = Self(info.version);
        version.minor().map(|_| version)
    }

    /// Major and minor.
    fn minor(&self) -> Option<(u32, u32)> {
        minor(&self.0)
    }

    /// Whether it is of another minor version, or major.
    fn differs_from(&self, document: &str) -> bool {
        self.minor() != minor(document)
    }

    pub fn is_older_than(&self, document: &str) -> bool {
        self.minor() < minor(document)
    }
}

fn minor(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
        _ => None,
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Transport {
    /// Once per client, and only if somebody would read the warning: asks the server, beside the
    /// calls, for its version.
    pub(crate) fn compare_versions(&self) {
        let pending = &self.shared().check_version;
        let Some(document) = self.api().document_version else {
            return;
        };
        if !pending.load(Ordering::Relaxed)
            || !tracing::enabled!(target: "zenml", Level::WARN)
            || !pending.swap(false, Ordering::Relaxed)
        {
            return;
        }
        let Ok(runtime) = Handle::try_current() else {
            return;
        };
        let options = CallOptions::default().retry(RetryPolicy::never());
        let transport = self.with(options);
        let comparison = async move {
            // What cannot be asked is not worth a word: the calls themselves succeed.
            if let Some(server) = transport.server_version().await
                && server.differs_from(document)
            {
                tracing::warn!(
                    target: "zenml",
                    %server,
                    document,
                    "the server and the document that the client was generated from differ in \
                     version: newer fields arrive as unknown, newer operations need `request`"
                );
            }
        };
        runtime.spawn(comparison.with_current_subscriber());
    }

    async fn server_version(&self) -> Option<ServerVersion> {
        let path = "/api/v1/info";
        let request = Request {
            operation: "server_info".into(),
            template: path.into(),
            method: Method::GET,
            path: path.to_owned(),
            query: Vec::new(),
            headers: http::HeaderMap::new(),
            body: None,
            secrets: Vec::new(),
            repeat: Repeat::Always,
            authenticated: false,
        };
        let answer = self.send(request, Accept::Json).await.ok()?;
        ServerVersion::read(&answer.body)
    }
}

#[cfg(test)]
mod tests;
