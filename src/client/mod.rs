//! How is a client configured, and what does it offer?
//!
//! [`workspace_client`] and [`pro_client`] are the clients. [`builder`] configures them,
//! [`environment`] finds URL and credentials outside the program, and [`version`] compares server and
//! client. Generated code and `workflows` add further methods to the clients.

pub(crate) mod builder;
mod define;
pub(crate) mod environment;
#[cfg(feature = "pro")]
pub(crate) mod pro_client;
pub(crate) mod version;
pub(crate) mod workspace_client;
