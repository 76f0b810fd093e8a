//! How is a client configured, and what does it offer?

pub(crate) mod builder;
mod define;
pub(crate) mod environment;
#[cfg(feature = "pro")]
pub(crate) mod pro_client;
pub(crate) mod version;
pub(crate) mod workspace_client;
