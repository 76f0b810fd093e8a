//! What is known about a run that has ended?

use std::ops::Deref;

use crate::workflows::run_failure::RunFailure;
use crate::workspace::types::{ExecutionStatus, PipelineRunResponse};
use crate::{Result, Transport};

/// A run that has ended, successfully or not.
///
/// It dereferences to the run. [`into_result`](Self::into_result) returns an error that gives the reason
/// if the run did not succeed.
#[derive(Debug, Clone)]
pub struct FinishedRun {
    transport: Transport,
    run: PipelineRunResponse,
    status: ExecutionStatus,
}

impl FinishedRun {
    // Inlined, because a run contains most types of the document.
    #[inline]
    pub(crate) fn new(
        transport: &Transport,
        run: PipelineRunResponse,
        status: ExecutionStatus,
    ) -> Self {
        Self {
            transport: transport.clone(),
            run,
            status,
        }
    }

    /// Returns the status that the run ended with.
    pub fn final_status(&self) -> &ExecutionStatus {
        &self.status
    }

    /// Returns the run if it ended successfully, and otherwise an error that says why.
    ///
    /// The error names the step that failed, its exception and the line.
    /// [`RunFailure::from_error`] returns all that is known, such as the traceback and the last lines of
    /// the log.
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient, id: uuid::Uuid) -> zenml::Result<()> {
    /// use zenml::workflows::RunFailure;
    ///
    /// if let Err(error) = client.wait_for_run(id).await?.into_result().await {
    ///     eprintln!("{error}");
    ///     if let Some(exception) = RunFailure::from_error(&error).and_then(|f| f.exception.as_ref()) {
    ///         eprintln!("{}", exception.traceback);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns [`ErrorKind::RunFailed`](crate::ErrorKind::RunFailed) unless the run is completed, cached
    /// or skipped.
    #[inline]
    pub async fn into_result(self) -> Result<PipelineRunResponse> {
        if self.status.is_successful() {
            return Ok(self.run);
        }
        let (id, name) = (self.run.id, self.run.name);
        let failure = RunFailure::find(&self.transport, id, name, self.status).await;
        Err(failure.into_error())
    }

    /// Returns the run, and drops the client.
    #[inline]
    pub fn into_inner(self) -> PipelineRunResponse {
        self.run
    }
}

impl Deref for FinishedRun {
    type Target = PipelineRunResponse;

    fn deref(&self) -> &PipelineRunResponse {
        &self.run
    }
}
