//! Credentials, and how they become an access token.
//!
//! Most programs need only [`Credentials`] or a client's `from_env`. This module has what goes beyond:
//! a [`CredentialsProvider`] supplies credentials from another place, such as a vault, and a
//! [`DeviceLogin`] is what a program shows to a user who logs in with a browser.

// A `Session` implements the transport's `Authenticator`: it logs in when a call first needs it, and
// renews the access token before it expires.
//
// | module | has |
// | --- | --- |
// | `credentials`, `device` | what users configure |
// | `session` | which way a login takes |
// | `login`, `token_request` | the exchange of credentials at the token endpoint |
// | `pro_token_exchange` | the login to a workspace through the Pro API |
// | `token_cache`, `token` | the access token, and one renewal at a time |
// | `cli_store`, `yaml` | what the `zenml` command line has stored |
// | `hint` | what to do about rejected credentials |

pub(crate) mod cli_store;
pub(crate) mod credentials;
pub(crate) mod device;
pub(crate) mod hint;
pub(crate) mod login;
pub(crate) mod pro_token_exchange;
pub(crate) mod session;
pub(crate) mod token;
pub(crate) mod token_cache;
pub(crate) mod token_request;
pub(crate) mod yaml;

#[doc(no_inline)]
pub use crate::Credentials;
pub use credentials::{CredentialsProvider, ProvidedCredentials};
pub use device::DeviceLogin;
