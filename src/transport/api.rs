//! How do the two APIs differ for all of their calls?

use http::Method;

use crate::availability::release::Release;
use crate::availability::route::Route;

/// Settings of an API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiConfig {
    pub kind: ApiKind,
    /// Prefix of the operations' paths. It is ignored at the end of a base URL.
    pub path_suffix: &'static str,
    /// Path of the token endpoint.
    pub login_path: &'static str,
    /// Path of the device authorization endpoint (RFC 8628).
    pub device_path: &'static str,
    /// Version of the document that the client was generated from, if servers report theirs.
    pub document_version: Option<&'static str>,
    /// Oldest supported version of the server, if servers report theirs.
    pub oldest_supported: Option<Release>,
    /// Routes that not all supported servers have, or have with the same parts.
    pub routes: &'static [Route],
    /// Whether the server deduplicates `POST` requests by their `Idempotency-Key`.
    pub deduplicates_post: bool,
}

impl ApiConfig {
    /// Settings of the Pro API. Logins to workspaces use it, too.
    pub const PRO: Self = Self {
        kind: ApiKind::Pro,
        path_suffix: "",
        login_path: "/auth/login",
        device_path: "/auth/device_authorization",
        // The control plane reports its own version, which is not that of the document.
        document_version: None,
        oldest_supported: None,
        routes: &[],
        deduplicates_post: false,
    };

    /// Returns whether the server deduplicates a request that has no generated method. The path is as
    /// servers understand it.
    ///
    /// The server does not deduplicate events of a run (`routers/runs_endpoints.py`) and of webhooks
    /// (`routers/webhook_endpoints.py`).
    pub fn deduplicates(&self, method: &Method, path: &str) -> bool {
        self.deduplicates_post && *method == Method::POST && !path.ends_with("/events")
    }
}

/// One of the two APIs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiKind {
    /// The Workspace API of a ZenML server.
    Workspace,
    /// The API of the control plane of ZenML Pro.
    Pro,
}
