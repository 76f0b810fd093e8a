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

mod api;
mod attempt;
mod base_url;
mod builder;
mod call;
mod call_options;
mod cli_store;
mod clock;
#[cfg(feature = "pro")]
mod connect_workspace;
mod credentials;
mod decode;
mod device;
mod environment;
mod error;
mod error_body;
mod event;
mod event_stream;
mod field;
mod filter;
mod filter_value;
mod hint;
mod item_stream;
mod login;
#[doc(hidden)]
pub mod object;
mod open_enum;
mod operation;
mod page;
mod part_file;
#[cfg(feature = "pro")]
mod pro_client;
mod pro_login;
mod provider;
mod raw_call;
mod redirect;
mod remedy;
mod request;
mod response;
mod retry;
mod retry_after;
mod retry_policy;
mod run;
mod runnable;
mod secret;
mod secret_map;
mod session;
mod stream;
#[cfg(test)]
mod testing;
mod timestamp;
mod token;
mod trace;
mod transport;
mod trigger;
#[doc(hidden)]
pub mod union;
mod unknown_fields;
mod version;
mod workspace_client;
mod yaml;

pub use builder::ClientBuilder;
#[doc(hidden)]
pub use call::{Call, read_answer};
pub use call_options::CallOptions;
pub use clock::Clock;
#[cfg(feature = "pro")]
pub use connect_workspace::{ConnectWorkspace, WorkspaceLocator};
pub use credentials::Credentials;
pub use device::DeviceLogin;
pub use error::{Error, ErrorKind, Result};
pub use event::Event;
pub use event_stream::EventStream;
pub use field::Field;
pub use filter::Filter;
pub use filter_value::FilterValue;
pub use item_stream::ItemStream;
#[doc(hidden)]
pub use operation::Operation;
pub use page::Page;
#[cfg(feature = "pro")]
pub use pro_client::ProClient;
pub use provider::{CredentialsProvider, ProvidedCredentials};
pub use raw_call::RawCall;
pub use response::Response;
pub use retry_policy::{RetryBudget, RetryPolicy};
pub use run::WaitForRun;
pub use runnable::{RunTemplate, Runnable, Snapshot};
pub use secret::Secret;
pub use secret_map::SecretMap;
pub use stream::ByteStream;
pub use timestamp::{ParseTimestampError, Timestamp};
pub use transport::Transport;
pub use trigger::Trigger;
pub use unknown_fields::UnknownFields;
pub use workspace_client::WorkspaceClient;

pub use http::{HeaderMap, Method, StatusCode};

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
