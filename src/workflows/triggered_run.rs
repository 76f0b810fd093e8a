//! What can be done with a run that was just started?

use std::future::ready;
use std::ops::Deref;

use crate::workflows::logs::stream::LogStream;
use crate::workflows::wait_for_run::WaitForRun;
use crate::workspace::types::PipelineRunResponse;
use crate::{Response, Transport, WorkspaceClient};

/// A run that was just started, with its client, returned by
/// [`Trigger::send`](crate::workflows::Trigger::send).
///
/// It dereferences to the response, and so to the run.
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
/// use zenml::RunTemplate;
///
/// let nightly = RunTemplate::by_name("nightly");
/// let run = client.trigger(nightly).project("default").send().await?;
/// println!("{} has started", run.name);
/// let run = run.wait().await?.into_result().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct TriggeredRun {
    client: WorkspaceClient,
    response: Response<PipelineRunResponse>,
}

impl TriggeredRun {
    // Inlined, because a run contains most types of the document.
    #[inline]
    pub(crate) fn new(transport: Transport, response: Response<PipelineRunResponse>) -> Self {
        Self {
            client: WorkspaceClient { transport },
            response,
        }
    }

    /// Waits for the run to end, as [`WorkspaceClient::wait_for_run`] does.
    pub fn wait(&self) -> WaitForRun {
        self.client.wait_for_run(self.response.id)
    }

    /// Stops the run, and waits until it has stopped. Set a deadline and other options before you
    /// await the builder.
    ///
    /// ```no_run
    /// # async fn example(run: zenml::workflows::TriggeredRun) -> zenml::Result<()> {
    /// let run = run.stop().stop_gracefully(true).await?;
    /// println!("{}", run.final_status());
    /// # Ok(())
    /// # }
    /// ```
    pub fn stop(&self) -> WaitForRun {
        self.wait().stop_on(ready(()))
    }

    /// Returns the logs of the run and of its steps, as [`WorkspaceClient::stream_run_logs`] does.
    ///
    /// ```no_run
    /// # async fn example(run: zenml::workflows::TriggeredRun) -> zenml::Result<()> {
    /// let mut logs = run.logs().follow();
    /// while let Some(line) = logs.next().await {
    ///     println!("{}", line?.message);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn logs(&self) -> LogStream {
        self.client.stream_run_logs(self.response.id)
    }

    /// Returns the run, and drops the client and the rest of the response.
    #[inline]
    pub fn into_inner(self) -> PipelineRunResponse {
        self.response.into_inner()
    }
}

impl Deref for TriggeredRun {
    type Target = Response<PipelineRunResponse>;

    fn deref(&self) -> &Self::Target {
        &self.response
    }
}
