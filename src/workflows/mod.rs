//! Operations that take several calls: connecting to a workspace, starting a run, waiting for it.
//!
//! Each operation is a method of a client. It returns a builder; its method `send` or `wait` makes
//! the calls.
//!
//! | method | builder | result |
//! | --- | --- | --- |
//! | `ProClient::connect_workspace` | `ConnectWorkspace` | a client of the workspace |
//! | [`WorkspaceClient::trigger`](crate::WorkspaceClient::trigger) | [`Trigger`] | [`TriggeredRun`] |
//! | [`WorkspaceClient::stream_run_logs`](crate::WorkspaceClient::stream_run_logs), [`stream_step_logs`](crate::WorkspaceClient::stream_step_logs) | [`LogStream`] | its [`LogLine`]s |
//! | [`WorkspaceClient::wait_for_run`](crate::WorkspaceClient::wait_for_run) | [`WaitForRun`] | [`FinishedRun`], or an error with a [`RunFailure`] |

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
