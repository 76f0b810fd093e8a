//! Credentials, and how they become an access token.
//!
//! A client exchanges its [`Credentials`] for an access token when a call first needs one, and renews
//! the token before it expires. Implement [`CredentialsProvider`] for credentials that another program
//! keeps, for instance a vault.
//!
//! | to | see |
//! | --- | --- |
//! | use an API key, a token or a password | [`Credentials`] |
//! | let a user confirm the login in a browser | [`Credentials::device`], [`DeviceLogin`] |
//! | fetch credentials from elsewhere | [`Credentials::provider`], [`CredentialsProvider`] |
//! | use the login of the `zenml` command line (feature `cli-login`) | [`WorkspaceClient::from_env`](crate::WorkspaceClient::from_env) |

// A `Session` implements the transport's `Authenticator`.
//
// | module | question |
// | --- | --- |
// | credentials, device | which credentials can a client have |
// | session | which login do they need |
// | login, token_request | how are they exchanged at the token endpoint |
// | pro_token_exchange | how does a login to a workspace go through the Pro API |
// | token_cache, token | when is a token renewed |
// | cli_store, yaml | which logins has the `zenml` command line stored (feature `cli-login`) |
// | hint | what can users do about rejected credentials |

#[cfg(feature = "cli-login")]
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
#[cfg(feature = "cli-login")]
pub(crate) mod yaml;

#[doc(no_inline)]
pub use credentials::Credentials;
pub use credentials::{CredentialsProvider, ProvidedCredentials};
pub use device::DeviceLogin;
