//! How one API differs from the other in what all its calls have in common.

use http::Method;

/// Settings of an API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ApiConfig {
    pub kind: ApiKind,
    /// Path at the end of a base URL that users write although operations' paths begin with it.
    pub path_suffix: &'static str,
    /// Path of the token endpoint.
    pub login_path: &'static str,
    /// Path of the device authorization endpoint (RFC 8628).
    pub device_path: &'static str,
    /// Version of the document that the client was generated from, if servers tell theirs.
    pub document_version: Option<&'static str>,
    /// Whether the server deduplicates `POST` requests by their `Idempotency-Key`.
    pub deduplicates_post: bool,
}

impl ApiConfig {
    /// The Pro API. Workspaces log in there, too.
    pub const PRO: Self = Self {
        kind: ApiKind::Pro,
        path_suffix: "",
        login_path: "/auth/login",
        device_path: "/auth/device_authorization",
        // The control plane reports its own version, which is not that of the document.
        document_version: None,
        deduplicates_post: false,
    };

    /// Whether the server deduplicates this request, which has no generated method.
    ///
    /// The server does not deduplicate events of a run (`routers/runs_endpoints.py`) and of webhooks
    /// (`routers/webhook_endpoints.py`).
    pub fn deduplicates(&self, method: &Method, path: &str) -> bool {
        let route = path.split('?').next().unwrap_or_default();
        self.deduplicates_post && *method == Method::POST && !route.ends_with("/events")
    }
}

/// Which API it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ApiKind {
    /// The Workspace API of a ZenML server.
    Workspace,
    /// The API of the control plane of ZenML Pro.
    Pro,
}
