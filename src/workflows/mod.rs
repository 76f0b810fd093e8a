//! Workflows: methods of the clients that make several calls, for instance to start a run and to wait for it.
//!
//! Each method returns a builder. Its method `send` or `wait` makes the calls; a [`LogStream`] makes them
//! while it is read.
//!
//! | method | builder | result |
//! | --- | --- | --- |
//! | `ProClient::connect_workspace` | `ConnectWorkspace` | a client of the workspace |
//! | [`WorkspaceClient::trigger`](crate::WorkspaceClient::trigger) | [`Trigger`] | [`TriggeredRun`] |
//! | [`WorkspaceClient::stream_run_logs`](crate::WorkspaceClient::stream_run_logs), [`stream_step_logs`](crate::WorkspaceClient::stream_step_logs) | [`LogStream`] | its [`LogLine`]s |
//! | [`WorkspaceClient::wait_for_run`](crate::WorkspaceClient::wait_for_run) | [`WaitForRun`] | [`FinishedRun`], or an error with a [`RunFailure`] |
// | file | question |
// | --- | --- |
// | `connect_workspace`, `workspace_locator`, `workspace_lookup`, `workspace_record` | which workspace is meant, and how is it reached |
// | `trigger`, `run_target`, `configuration` | how is a run template or a snapshot run |
// | `triggered_run`, `wait_for_run`, `run_progress`, `patience` | when has a run ended |
// | `finished_run`, `run_failure` | what is known about a run that has ended |
// | `logs` | how are logs read |

mod configuration;
#[cfg(feature = "pro")]
pub(crate) mod connect_workspace;
pub(crate) mod finished_run;
pub(crate) mod logs;
mod patience;
pub(crate) mod run_failure;
pub(crate) mod run_progress;
pub(crate) mod run_target;
pub(crate) mod trigger;
pub(crate) mod triggered_run;
pub(crate) mod wait_for_run;
#[cfg(feature = "pro")]
pub(crate) mod workspace_locator;
#[cfg(feature = "pro")]
pub(crate) mod workspace_lookup;
#[cfg(feature = "pro")]
pub(crate) mod workspace_record;

#[cfg(feature = "pro")]
pub use connect_workspace::ConnectWorkspace;
pub use finished_run::FinishedRun;
pub use logs::line::{LogLevel, LogLine};
pub use logs::stream::LogStream;
pub use run_failure::{FailedStep, RunException, RunFailure};
pub use run_progress::{RunProgress, StepProgress};
pub use run_target::RunTarget;
pub use trigger::Trigger;
pub use triggered_run::TriggeredRun;
pub use wait_for_run::WaitForRun;

#[doc(no_inline)]
#[cfg(feature = "pro")]
pub use crate::WorkspaceLocator;
#[doc(no_inline)]
pub use crate::{RunTemplate, Snapshot};
