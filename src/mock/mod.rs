//! A mock server and samples of responses, for the tests of programs that use this crate.
//!
//! Enable the feature `mock` for tests only:
//!
//! ```toml
//! [dev-dependencies]
//! zenml = { version = "0.1", features = ["mock"] }
//! ```
//!
//! A [`Server`] runs in the process of the test. The test tells it what to expect with the client's own
//! builders. The server fails the test if the program sends any other request:
//!
//! ```
//! use zenml::mock::Server;
//! use zenml::workspace::types::StackResponse;
//! use zenml::{Filter, Page, WorkspaceClient};
//!
//! // A function of the program.
//! async fn has_stack(client: &WorkspaceClient, name: &str) -> zenml::Result<bool> {
//!     Ok(client.list_stacks().name(Filter::equals(name)).count().await? > 0)
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> zenml::Result<()> {
//! // In a test, this is the body of an `async fn` with `#[tokio::test]`.
//! let server = Server::start().await;
//! let client = server.workspace_client();
//! server
//!     .expect(client.list_stacks().name(Filter::equals("prod")))
//!     .returns(Page::from_iter([StackResponse::sample()]));
//! assert!(has_stack(&client, "prod").await?);
//! # Ok(())
//! # }
//! ```
//!
//! The [guide](https://github.com/zenml-io/zenml-rust/blob/main/docs/testing.md) shows how to test a
//! program that triggers runs, waits for them and retries.
//!
//! # Samples
//!
//! Each response type has a function `sample`, which returns a small valid value. The value is the same each
//! time. It has the parts of the response (`body`, `metadata`, `resources`), and otherwise only the required
//! members. Assign others to it or to its parts:
//!
//! ```
//! use zenml::workspace::types::{ExecutionStatus, PipelineRunResponse};
//!
//! let mut run = PipelineRunResponse::sample();
//! run.name = "nightly".to_owned();
//! if let Some(body) = &mut run.body {
//!     body.status = ExecutionStatus::Failed;
//! }
//! assert_eq!(run.status(), Some(&ExecutionStatus::Failed));
//! ```
// | file | question |
// | --- | --- |
// | `server` | what does a test do with a mock server |
// | `expect`, `expectation`, `times` | what can be expected, and what happens then |
// | `pattern`, `content`, `difference` | which requests match, and how does another one differ |
// | `script` | which expectation does a request meet |
// | `received`, `reply`, `events`, `paging` | what is received and sent |
// | `failing`, `fault` | what goes wrong on demand |
// | `login` | which requests need no expectation |
// | `listener`, `exchange`, `body` | how are connections and requests served |
// | `check` | which requests does the document allow |
// | `clock` | how does time pass |
// | `report`, `text` | what does a failed test print |
// | `sample` | how does a response type become a sample |
// | `workspace`, `pro` | what does codegen write for an API |

mod body;
pub(crate) mod check;
mod clock;
mod content;
mod difference;
mod events;
mod exchange;
pub(crate) mod expect;
mod expectation;
mod failing;
mod fault;
mod listener;
mod login;
mod paging;
mod pattern;
#[cfg(feature = "pro")]
pub(crate) mod pro;
mod received;
mod reply;
mod report;
pub(crate) mod sample;
mod script;
mod server;
mod text;
mod times;
pub(crate) mod workspace;

pub use events::Events;
pub use expect::Expect;
pub use expectation::Expectation;
pub use fault::Fault;
#[doc(hidden)]
pub use pattern::Pattern;
pub use reply::Reply;
pub use server::Server;
pub use times::Times;
