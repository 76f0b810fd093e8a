//! Rust client for [ZenML](https://zenml.io): [`WorkspaceClient`] for the Workspace API of ZenML
//! servers, and [`ProClient`] for the ZenML Pro API.
//!
//! ```no_run
//! # async fn example() -> zenml::Result<()> {
//! use zenml::{Credentials, Filter, WorkspaceClient};
//!
//! let client = WorkspaceClient::builder("https://zenml.example.com")
//!     .credentials(Credentials::api_key("ZENKEY_…"))
//!     .build()?;
//! let training = Filter::starts_with("train");
//! let runs = client.list_runs().project("default").name(training).send().await?;
//! for run in &runs.items {
//!     println!("{} {}", run.id, run.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Every operation of an API is a method of its client. The method returns a builder with a setter
//! for each parameter. `send` sends the request and returns a [`Response`] or an [`Error`].
//!
//! # ZenML Pro
//!
//! A single API key gives access to the Pro API and to its workspaces:
//!
//! ```no_run
//! # #[cfg(feature = "pro")]
//! # async fn example() -> zenml::Result<()> {
//! use zenml::{Credentials, ProClient, RunTemplate};
//!
//! let pro = ProClient::builder(ProClient::DEFAULT_URL)
//!     .credentials(Credentials::api_key("ZENPROKEY_…"))
//!     .build()?;
//! let client = pro.connect_workspace("staging").send().await?;
//! let nightly = client.trigger(RunTemplate::by_name("nightly")).project("default");
//! let run = nightly.parameter("trainer", "learning_rate", 0.01).send().await?;
//! let run = run.wait().await?.into_result().await?;
//! println!("{} has succeeded", run.name);
//! # Ok(())
//! # }
//! ```
//!
//! The [guide](https://github.com/zenml-io/zenml-rust/blob/main/docs/pro.md) shows which API takes
//! which credentials, and how to solve common problems.
//!
//! # Features
//!
//! - Typed: each operation, parameter and response has a Rust type, generated from the servers'
//!   OpenAPI documents.
//! - Lossless: data that only a newer server sends is kept in [`UnknownFields`] and in the `Unknown`
//!   variants of enums. Free-form JSON keeps every digit of its numbers ([`Json`]).
//! - Robust: transient failures are retried if a retry is safe, and tokens are renewed before they
//!   expire.
//! - Confidential: credentials and secret values never appear in `Debug` output, errors or `tracing`
//!   events.
//!
//! | cargo feature | enables |
//! | --- | --- |
//! | `cli-login` (default) | [`from_env`](WorkspaceClient::from_env) also reads the login, the server and the active project of the `zenml` command line |
//! | `pro` (default) | the client of the ZenML Pro API |
//! | `pro-inferred` | Pro operations inferred by analogy; they have never been observed and may not exist |
//! | `rustls` (default) | TLS by rustls with ring |
//! | `aws-lc-rs` | TLS by rustls with aws-lc-rs: post-quantum key exchange and P-521 |
//! | `native-tls` | TLS by the library of the operating system |
//! | `gzip` | compressed responses of all calls except downloads and event streams |
//! | `mock` | a mock server and samples of all response types, for tests of programs that use this crate |
//! | `generate` | generation of the clients from other documents, which `ZENML_WORKSPACE_SPEC` and `ZENML_PRO_SPEC` name |
//!
//! An https URL needs one of the three TLS features. All of them verify certificates as the platform does; the
//! [comparison](https://github.com/zenml-io/zenml-rust/blob/main/docs/network.md#tls) lists the differences. If
//! several are enabled, `aws-lc-rs` is used, then `rustls`.
//!
//! The minimum supported Rust version is 1.88.
//!
//! # Where to look
//!
//! | to | see |
//! | --- | --- |
//! | do a common task | the [cookbook](https://github.com/zenml-io/zenml-rust/blob/main/docs/cookbook.md) |
//! | configure a client | [`WorkspaceClient::builder`], [`ClientBuilder`] |
//! | take URL and credentials from the environment, or from `zenml login` with the feature `cli-login` | [`WorkspaceClient::from_env`] |
//! | choose credentials, log in with a browser, write a credentials provider | [`Credentials`], [`auth`] |
//! | find an operation and its types | [`workspace`], [`pro`] |
//! | filter a list | [`Filter`] |
//! | read a list page by page, or item by item | [`Page`], [`List`], [`ItemStream`] |
//! | read items that do not match their type | [`RejectedItem`], [`Error::body`] |
//! | read free-form JSON with all digits of its numbers | [`Json`] |
//! | find one item, or count the items | `one`, `first` and `count` of the [list's builder](workspace::stacks::ListStacks::one) |
//! | leave a field unchanged, clear it or set it in an update | [`Field`] |
//! | read HTTP status and headers | [`Response`] |
//! | handle an error | [`Error`], [`ErrorKind`] |
//! | set timeouts and retries of a client or of some calls | [`CallOptions`], [`RetryPolicy`], [`retry`] |
//! | read or follow the logs of a run | [`WorkspaceClient::stream_run_logs`] |
//! | download a file, read server-sent events | [`stream`] |
//! | run a template or snapshot, and wait for the run | [`WorkspaceClient::trigger`], [`WorkspaceClient::wait_for_run`] |
//! | connect to a workspace of ZenML Pro | [`ProClient::connect_workspace`] |
//! | use servers of other versions | [`WorkspaceClient::check_version`], [`CallOptions::allow_unsupported`] |
//! | call a route that has no method | [`WorkspaceClient::request`] |
//! | test a program without a ZenML server | `mock::Server`, with the feature `mock` ([guide](https://github.com/zenml-io/zenml-rust/blob/main/docs/testing.md)) |
//! | pass a secret | [`Secret`] |

#![warn(missing_docs)]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(docsrs, doc(auto_cfg(hide(feature = "__tls"))))]

pub mod auth;
mod availability;
mod client;
mod codec;
mod error;
#[cfg(feature = "mock")]
pub mod mock;
mod operation;
// Debug builds are those without optimization, in the profiles of cargo.
#[cfg(debug_assertions)]
mod precompiled;
pub mod retry;
pub mod runtime;
mod streaming;
#[cfg(test)]
mod testing;
mod transport;
pub mod types;
pub mod workflows;

pub use auth::credentials::Credentials;
pub use client::builder::ClientBuilder;
#[cfg(feature = "pro")]
pub use client::pro_client::ProClient;
pub use client::version::VersionCheck;
pub use client::workspace_client::WorkspaceClient;
pub use error::{Error, ErrorKind, Result};
pub use operation::item_stream::ItemStream;
pub use operation::list::List;
pub use operation::page::Page;
pub use operation::raw_request::RawRequest;
pub use operation::rejected_item::RejectedItem;
pub use operation::response::Response;
pub use retry::policy::RetryPolicy;
pub use transport::call_options::CallOptions;
pub use types::field::Field;
pub use types::filter::Filter;
pub use types::json::{Json, JsonObject};
pub use types::secret::Secret;
pub use types::timestamp::Timestamp;
pub use workflows::run_target::{RunTemplate, Snapshot};
#[cfg(feature = "pro")]
pub use workflows::workspace_locator::WorkspaceLocator;

#[doc(no_inline)]
pub use http::{HeaderMap, Method, StatusCode};

// The macros of generated code.
#[allow(unused_imports, reason = "not every document needs all of them")]
use codec::{
    accessors::accessors,
    duration::duration,
    object::object,
    open_enum::open_enum,
    request::request,
    union::{any_of, tagged_union},
};
#[allow(unused_imports, reason = "not every document needs all of them")]
use operation::{default_project::all_projects, find::find};

// The short paths of generated code and of the library itself.
#[allow(unused_imports, reason = "not every document has rules of each kind")]
pub(crate) use availability::{
    release::{Release, Versions},
    route::Route,
    rule::{Rule, Step, Subject},
};
pub(crate) use operation::call::Call;
pub(crate) use operation::descriptor::Operation;
pub(crate) use retry::budget::RetryBudget;
pub(crate) use streaming::byte_stream::ByteStream;
pub(crate) use streaming::event_stream::EventStream;
pub(crate) use streaming::server_sent_event::ServerSentEvent;
pub(crate) use transport::shared::Transport;
pub(crate) use types::secret_map::SecretMap;
pub(crate) use types::unknown_fields::UnknownFields;
pub(crate) use workflows::run_target::RunTarget;

/// Bodies and lists that are read as they arrive.
///
/// All streams implement `futures_core::Stream`. They also have methods of their own, for programs
/// without a stream library.
///
/// | type | returned by |
/// | --- | --- |
/// | [`ItemStream`] | `stream` of the builder of a list |
/// | [`ByteStream`] | `send` of a download |
/// | [`EventStream`] | `send` of an operation with server-sent events |
/// | [`LogStream`](crate::workflows::LogStream) | `stream_run_logs` and `stream_step_logs` of the client |
pub mod stream {
    #[doc(no_inline)]
    pub use crate::ItemStream;
    pub use crate::streaming::byte_stream::{ByteStream, DownloadProgress};
    pub use crate::streaming::event_stream::EventStream;
    pub use crate::streaming::server_sent_event::ServerSentEvent;
}

/// Support for generated code and for the tools of this repository. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::availability::release::{Release, Versions};
    pub use crate::availability::route::Route;
    pub use crate::availability::rule::{Rule, Step, Subject};
    #[cfg(all(feature = "mock", feature = "pro"))]
    pub use crate::mock::pro::REQUESTS as PRO_REQUESTS;
    #[cfg(feature = "mock")]
    pub use crate::mock::{
        check::{Request, check, table::Requests},
        workspace::REQUESTS as WORKSPACE_REQUESTS,
    };
    pub use crate::operation::call::Call;
    pub use crate::operation::descriptor::Operation;
    pub use crate::operation::recorded::{read_array, read_page, read_response};
}

/// Types and request builders of the Workspace API, generated from the OpenAPI document of a ZenML
/// server.
///
/// [`types`](workspace::types) has the types of requests and responses. The other modules have the
/// builders that the methods of [`WorkspaceClient`] return, one module for each tag of the document.
#[allow(missing_docs, reason = "names and types describe the fields")]
#[allow(clippy::type_complexity, reason = "nested free-form maps have no name")]
pub mod workspace {
    include!(concat!(env!("OUT_DIR"), "/workspace.rs"));
}

/// Types and request builders of the ZenML Pro API, generated from a reconstruction of its OpenAPI
/// document.
///
/// [`types`](pro::types) has the types of requests and responses. The other modules have the builders
/// that the methods of [`ProClient`] return, one module for each tag of the document.
#[allow(missing_docs, reason = "names and types describe the fields")]
#[allow(clippy::type_complexity, reason = "nested free-form maps have no name")]
#[cfg(feature = "pro")]
pub mod pro {
    include!(concat!(env!("OUT_DIR"), "/pro.rs"));
}

/// Compiles the examples of the README.
#[cfg(doctest)]
#[cfg(feature = "pro")]
#[doc = include_str!("../README.md")]
struct Readme;

/// Compiles the examples of the guide.
#[cfg(doctest)]
#[cfg(feature = "pro")]
#[doc = include_str!("../docs/pro.md")]
struct Pro;

/// Compiles the examples of the cookbook.
#[cfg(doctest)]
#[doc = include_str!("../docs/cookbook.md")]
struct Cookbook;

/// Compiles the example of the page about other versions of servers.
#[cfg(doctest)]
#[doc = include_str!("../docs/servers.md")]
struct Servers;

/// Compiles and runs the examples of the guide to tests.
#[cfg(doctest)]
#[cfg(feature = "mock")]
#[doc = include_str!("../docs/testing.md")]
struct Testing;
