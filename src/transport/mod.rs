//! What is one HTTP exchange?

pub(crate) mod api;
pub(crate) mod base_url;
pub(crate) mod call_options;
pub(crate) mod execute;
pub(crate) mod hint;
pub(crate) mod redirect;
pub(crate) mod request;
pub(crate) mod sender;
pub(crate) mod trace;
