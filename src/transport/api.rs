use http::Method;

/// How an API differs from another in what calls have in common.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    pub(crate) family: Family,
    /// What users write at the end of the base URL although operations' paths begin with it.
    pub(crate) path_suffix: &'static str,
    /// Where credentials are exchanged for a token.
    pub(crate) login_path: &'static str,
    /// Where a device asks for codes.
    pub(crate) device_path: &'static str,
    /// The version of the document that the client was generated from, where servers tell theirs.
    pub(crate) document_version: Option<&'static str>,
    /// Whether the server recognizes a `POST` that repeats an `Idempotency-Key`.
    pub(crate) deduplicates_post: bool,
}

impl Facts {
    /// The Pro API. Not the Pro client's alone: workspaces log in there too.
    pub(crate) const PRO: Self = Self {
        family: Family::Pro,
        path_suffix: "",
        login_path: "/auth/login",
        device_path: "/auth/device_authorization",
        // The control plane tells its own version, which is not the document's.
        document_version: None,
        deduplicates_post: false,
    };

    /// Returns whether the server deduplicates this request, which has no generated method.
    ///
    /// Events of a run (`routers/runs_endpoints.py`) and of webhooks (`routers/webhook_endpoints.py`)
    /// are not deduplicated (`zen_server/request_management.py`).
    pub(crate) fn deduplicates(&self, method: &Method, path: &str) -> bool {
        let route = path.split('?').next().unwrap_or_default();
        self.deduplicates_post && *method == Method::POST && !route.ends_with("/events")
    }
}

/// Whose manners an API has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// A ZenML server.
    Workspace,
    /// The control plane of ZenML Pro.
    Pro,
}
