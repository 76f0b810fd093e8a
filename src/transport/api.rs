use crate::Transport;

/// What distinguishes one API's client from another's.
pub trait Api: Sized {
    /// The API.
    const FACTS: Facts;

    /// The client that sends its calls through a transport.
    fn over(transport: Transport) -> Self;
}

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
    };
}

/// Whose manners an API has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    /// A ZenML server.
    Workspace,
    /// The control plane of ZenML Pro.
    Pro,
}
