//! Rust client for [ZenML](https://zenml.io): typed clients for the Workspace API of ZenML servers
//! ([`WorkspaceClient`]) and for the ZenML Pro API ([`ProClient`]).
//!
//! ```no_run
//! # async fn example() -> zenml::Result<()> {
//! use zenml::{Credentials, Filter, WorkspaceClient};
//!
//! let zenml = WorkspaceClient::builder("https://zenml.example.com")
//!     .credentials(Credentials::api_key("ZENKEY_…"))
//!     .build()?;
//! let runs = zenml
//!     .list_runs()
//!     .project("default")
//!     .name(Filter::starts_with("train"))
//!     .send()
//!     .await?;
//! for run in &runs.items {
//!     println!("{} {}", run.id, run.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Every operation of an API is a method of its client. It returns a builder with a method for
//! each parameter; `send` carries the call out and returns a [`Response`] or an [`Error`].
//! Lists have `stream` beside `send`: an [`ItemStream`] of all items, page after page.
//! What a newer server sends beyond the types is kept, in [`UnknownFields`] and in the `Unknown`
//! variants of enums.
//!
//! # ZenML Pro
//!
//! One key opens the Pro API and its workspaces:
//!
//! ```no_run
//! # #[cfg(feature = "pro")]
//! # async fn example() -> zenml::Result<()> {
//! use zenml::{Credentials, ProClient, RunTemplate};
//!
//! let pro = ProClient::builder(ProClient::DEFAULT_URL)
//!     .credentials(Credentials::api_key("ZENPROKEY_…"))
//!     .build()?;
//! let ws = pro.connect_workspace("staging").await?;
//! let run = ws
//!     .trigger(RunTemplate::named("nightly"))
//!     .project("default")
//!     .parameter("trainer", "learning_rate", 0.01)
//!     .await?;
//! let run = ws.wait_for_run(run.id).await?;
//! println!("{} is {}", run.name, run.status().map_or("hidden", |status| status.as_str()));
//! # Ok(())
//! # }
//! ```
//!
//! Which API to call with which credential, and what to do about the errors that the vendor's
//! documentation lists, is in the
//! [guide](https://github.com/zenml-io/zenml-rust/blob/main/docs/pro.md).

#![warn(missing_docs)]

// Generated code and the crate's macros say `zenml::` wherever they stand.
extern crate self as zenml;

mod auth;
mod client;
mod codec;
mod error;
mod operation;
mod retry;
mod runtime;
mod streaming;
#[cfg(test)]
mod testing;
mod transport;
mod types;
mod workflows;

pub use auth::credentials::{Credentials, CredentialsProvider, ProvidedCredentials};
pub use auth::device::DeviceLogin;
pub use client::builder::ClientBuilder;
#[cfg(feature = "pro")]
pub use client::pro_client::ProClient;
pub use client::version::VersionCheck;
pub use client::workspace_client::WorkspaceClient;
pub use error::{Error, ErrorKind, Result};
pub(crate) use operation::call::Call;
pub(crate) use operation::descriptor::Operation;
pub use operation::item_stream::ItemStream;
pub use operation::page::Page;
pub use operation::raw_request::RawCall;
pub use operation::response::Response;
pub use retry::budget::RetryBudget;
pub use retry::policy::RetryPolicy;
pub use runtime::clock::Clock;
pub use streaming::byte_stream::ByteStream;
pub use streaming::event_stream::EventStream;
pub use streaming::server_sent_event::ServerSentEvent;
pub use transport::call_options::CallOptions;
pub(crate) use transport::shared::Transport;
pub use types::field::Field;
pub use types::filter::Filter;
pub use types::filter_value::FilterValue;
pub use types::secret::Secret;
pub use types::secret_map::SecretMap;
pub use types::timestamp::{ParseTimestampError, Timestamp};
pub use types::unknown_fields::UnknownFields;
#[cfg(feature = "pro")]
pub use workflows::connect_workspace::{ConnectWorkspace, WorkspaceLocator};
pub use workflows::run_target::{RunTemplate, Runnable, Snapshot};
pub use workflows::trigger::Trigger;
pub use workflows::wait_for_run::WaitForRun;

pub use http::{HeaderMap, Method, StatusCode};

// The macros of generated code.
#[allow(unused_imports, reason = "not every document needs all of them")]
use codec::{
    object::object,
    open_enum::open_enum,
    union::{any_of, tagged_union},
};

/// Support for generated code, and for the tools that check it. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::operation::call::{Call, read_answer};
    pub use crate::operation::descriptor::Operation;
}

/// The Workspace API, generated from the document of a ZenML server.
#[allow(missing_docs, reason = "fields say what they are by name and type")]
#[allow(clippy::type_complexity, reason = "free maps of maps have no name")]
pub mod workspace {
    include!(concat!(env!("OUT_DIR"), "/workspace.rs"));
}

/// The ZenML Pro API, generated from a reconstruction of its document.
#[allow(missing_docs, reason = "fields say what they are by name and type")]
#[allow(clippy::type_complexity, reason = "free maps of maps have no name")]
#[cfg(feature = "pro")]
pub mod pro {
    include!(concat!(env!("OUT_DIR"), "/pro.rs"));
}

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The guide's examples compile.
#[cfg(doctest)]
#[cfg(feature = "pro")]
#[doc = include_str!("../docs/pro.md")]
struct Pro;
