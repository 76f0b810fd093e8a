//! Samples of responses, for tests of programs that use this crate. Requires the feature `mock`.
//!
//! Each response type has a function `sample`, which returns a small valid value. The value is the same each
//! time. It has the required members only; assign others, also inside its parts:
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
// | `check` | which requests does the document allow |
// | `sample` | how does a response type become a sample |
// | `workspace`, `pro` | what does codegen write for an API |

pub(crate) mod check;
#[cfg(feature = "pro")]
pub(crate) mod pro;
pub(crate) mod sample;
pub(crate) mod workspace;
