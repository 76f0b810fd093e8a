//! How do credentials become a token?

pub(crate) mod cli_store;
pub(crate) mod credentials;
pub(crate) mod device;
pub(crate) mod hint;
pub(crate) mod login;
pub(crate) mod pro_token_exchange;
pub(crate) mod provider;
pub(crate) mod session;
pub(crate) mod token;
pub(crate) mod yaml;
