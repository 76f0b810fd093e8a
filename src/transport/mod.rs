//! What is one HTTP exchange?
//!
//! A call starts as a [`request`]. [`execute`] prepares it, runs the retry loop and adds a hint to an
//! error. [`sender`] sends one attempt and follows each [`redirect`]. The result is a [`response`].
//!
//! The transport knows no result types, and is the same for both APIs. Of an operation, it knows the
//! properties that are in the request; of authentication, the trait [`Authenticator`](shared::Authenticator).
//!
//! | module | has |
//! | --- | --- |
//! | [`shared`] | the `Transport` and what all its clones share |
//! | [`execute`] | one call, from its request to its response |
//! | [`sender`], [`redirect`] | one attempt |
//! | [`request`], [`body`], [`multipart`], [`base_url`], [`authorization`] | the request |
//! | [`response`], [`call_response`], [`body_stream`], [`content_coding`] | the response |
//! | [`connection`], `tls`, [`call_options`], [`api`] | settings |
//! | [`context`], [`request_id`], [`trace`], [`hint`] | identity, span and hints of a call |
//! | [`server_version`], [`version_cache`], [`learn_version`], [`support`] | the version of the server, and what it does not know |

pub(crate) mod api;
pub(crate) mod authorization;
pub(crate) mod base_url;
pub(crate) mod body;
pub(crate) mod body_stream;
pub(crate) mod call_options;
pub(crate) mod call_response;
pub(crate) mod connection;
pub(crate) mod content_coding;
pub(crate) mod context;
pub(crate) mod execute;
pub(crate) mod hint;
pub(crate) mod learn_version;
pub(crate) mod multipart;
pub(crate) mod redirect;
pub(crate) mod request;
pub(crate) mod request_id;
pub(crate) mod response;
pub(crate) mod sender;
pub(crate) mod server_version;
pub(crate) mod shared;
pub(crate) mod support;
#[cfg(feature = "__tls")]
pub(crate) mod tls;
pub(crate) mod trace;
pub(crate) mod version_cache;
