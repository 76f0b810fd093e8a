//! How is a run template or a snapshot run?
//!
//! The lookups and requests are those of `trigger_pipeline` in the Python client (`client.py` in
//! ZenML 0.98.0).

use std::fmt::{self, Display};

use serde_core::Serialize;
use uuid::Uuid;

use crate::codec::object::readable;
use crate::operation::find::{ListForm, NotOne};
use crate::retry::state::is_in_progress;
use crate::transport::hint::lacks_the_route;
use crate::workflows::configuration::Part;
use crate::workflows::run_target::Selector;
use crate::workflows::triggered_run::TriggeredRun;
use crate::{
    Call, Error, ErrorKind, Filter, Operation, Result, RunTarget, Transport, WorkspaceClient,
};

impl WorkspaceClient {
    /// Runs a run template or a snapshot, optionally with a changed configuration.
    ///
    /// Only workspaces of ZenML Pro can run pipelines.
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
    /// use zenml::RunTemplate;
    ///
    /// let run = client
    ///     .trigger(RunTemplate::by_name("nightly"))
    ///     .project("default")
    ///     .parameter("trainer", "learning_rate", 0.01)
    ///     .send()
    ///     .await?;
    /// let run = run.wait().await?.into_result().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn trigger(&self, target: impl Into<RunTarget>) -> Trigger {
        Trigger {
            transport: self.transport.clone(),
            target: target.into(),
            project: None,
            stack: None,
            configuration: Part::default(),
            problem: None,
        }
    }
}

/// The builder of a run, created by [`WorkspaceClient::trigger`].
///
/// Each [`send`](Self::send) starts one run, even if the client has to retry the request: the server
/// recognizes retries.
#[derive(Clone)]
#[must_use = "a trigger does nothing until it is sent"]
pub struct Trigger {
    transport: Transport,
    target: RunTarget,
    project: Option<String>,
    stack: Option<String>,
    configuration: Part,
    /// Describes the first value that cannot be encoded.
    problem: Option<String>,
}

impl Trigger {
    /// Sets the project, by name or id, that contains the template or snapshot. Defaults to the default
    /// project of the client, and then to that of the server.
    ///
    /// Workspaces of ZenML Pro have no default project. There, a project is required, unless the target
    /// is given by its id, without a stack or a pipeline.
    pub fn project(mut self, name_or_id: impl Display) -> Self {
        self.project = Some(name_or_id.to_string());
        self
    }

    /// Sets the stack, by name or id, that the template or snapshot was built for.
    ///
    /// The stack only narrows the lookup. It cannot move the run to another stack, because images are
    /// built for one stack.
    pub fn stack(mut self, name_or_id: impl Display) -> Self {
        self.stack = Some(name_or_id.to_string());
        self
    }

    /// Sets a parameter of a step.
    pub fn parameter(self, step: impl Into<String>, name: &str, value: impl Serialize) -> Self {
        self.merge(&["steps", &step.into(), "parameters", name], &value)
    }

    /// Sets a parameter of the pipeline. Only dynamic pipelines have parameters.
    pub fn pipeline_parameter(self, name: &str, value: impl Serialize) -> Self {
        self.merge(&["parameters", name], &value)
    }

    /// Merges an object into a step's configuration.
    ///
    /// The object is a
    /// [`StepConfigurationUpdate`](crate::workspace::types::StepConfigurationUpdate), or JSON such as
    /// `json!({"enable_cache": false})`.
    pub fn step_configuration(self, step: impl Into<String>, value: impl Serialize) -> Self {
        self.merge(&["steps", &step.into()], &value)
    }

    /// Merges an object into the run's configuration.
    ///
    /// The object is a
    /// [`PipelineRunConfiguration`](crate::workspace::types::PipelineRunConfiguration), or JSON such
    /// as `json!({"run_name": "nightly-42"})`. It is sent without changes.
    pub fn configuration(self, value: impl Serialize) -> Self {
        self.merge(&[], &value)
    }

    /// Starts the run and returns it, with methods to wait for it and to stop it.
    ///
    /// # Errors
    /// - [`NotFound`](ErrorKind::NotFound): the template or snapshot does not exist.
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest): the selection is ambiguous, or the server
    ///   rejects the configuration.
    /// - [`NotRunnable`](ErrorKind::NotRunnable): the server cannot run this template or snapshot.
    /// - [`Unsupported`](ErrorKind::Unsupported): the server cannot run pipelines at all. It is not a
    ///   workspace of ZenML Pro, or has no workload manager.
    /// - [`PaymentRequired`](ErrorKind::PaymentRequired): the organization's plan allows no more runs.
    /// - [`Forbidden`](ErrorKind::Forbidden): the user lacks the permission to run it.
    /// - [`RateLimited`](ErrorKind::RateLimited): the server's queue of runs is full.
    ///
    /// The other errors are those of all calls.
    // Inlined, as generated calls are: a run contains most types of the document, and their decoders
    // are compiled only for programs that use them.
    #[inline]
    pub async fn send(self) -> Result<TriggeredRun> {
        if let Some(problem) = &self.problem {
            return Err(error(ErrorKind::InvalidRequest, problem));
        }
        let id = match (&self.target.selector, &self.target.pipeline, &self.stack) {
            (Selector::Id(id), None, None) => *id,
            _ => self.find().await?,
        };
        let configuration = self.configuration;
        let call = if self.target.is_template {
            Call::new(&self.transport, &RUN_TEMPLATE)
                .path("template_id", id)
                .json(&configuration)
        } else {
            Call::new(&self.transport, &RUN_SNAPSHOT)
                .path("snapshot_id", id)
                .json(&configuration.at(&["run_configuration"]))
        };
        let response = call.send().await.map_err(explain)?;
        Ok(TriggeredRun::new(self.transport, response))
    }

    /// Merges a value into the configuration so far, at a path of names.
    fn merge(mut self, path: &[&str], value: &impl Serialize) -> Self {
        let problem = match Part::new(value).map(|part| part.at(path)) {
            Ok(over @ Part::Object(_)) => {
                self.configuration.merge(over);
                return self;
            }
            Ok(Part::Other(_)) => "a configuration must be a JSON object".to_owned(),
            Err(error) => format!("the configuration cannot be encoded: {error}"),
        };
        self.problem.get_or_insert(problem);
        self
    }

    /// Returns the id of the selected template or snapshot.
    async fn find(&self) -> Result<Uuid> {
        let operation = if self.target.is_template {
            &LIST_TEMPLATES
        } else {
            &LIST_SNAPSHOTS
        };
        let call = Call::new(&self.transport, operation);
        let mut call = match &self.target.selector {
            Selector::Name(name) => call.filter("name", Filter::equals(name.as_str())),
            Selector::Id(id) => call.filter("id", Filter::equals(*id)),
            Selector::Latest => call
                .query("runnable", true)
                .query("named_only", true)
                .query("sort_by", "desc:created"),
        };
        for (name, value) in [
            ("project", &self.project),
            ("pipeline", &self.target.pipeline),
            ("stack", &self.stack),
        ] {
            if let Some(value) = value {
                call = call.query(name, value);
            }
        }
        // A match may still not be runnable. The request to run it reports that, and also whether the
        // server can run pipelines at all.
        let found: Result<Found> = match &self.target.selector {
            Selector::Latest => match call.first(ListForm::PAGES).await {
                Ok(newest) => newest.ok_or_else(|| self.not_found()),
                Err(error) => Err(error),
            },
            Selector::Name(_) | Selector::Id(_) => {
                let explain = |problem| match problem {
                    NotOne::None => self.not_found(),
                    NotOne::Several(names) => self.ambiguous(&names),
                };
                call.one_or(ListForm::PAGES, explain).await
            }
        };
        Ok(found.map_err(explain_lookup)?.id)
    }

    fn not_found(&self) -> Error {
        let mut message = format!("there is no {}", self.target);
        let project = self.project.as_deref().or(self.transport.project());
        if let Some(project) = project {
            message.push_str(&format!(" in project {project:?}"));
        }
        if let Some(stack) = &self.stack {
            message.push_str(&format!(" on stack {stack:?}"));
        }
        error(ErrorKind::NotFound, &message)
    }

    fn ambiguous(&self, found: &str) -> Error {
        let message = format!("{} is ambiguous; it matches {found}", self.target);
        let hint = "set the project or the pipeline, or select by id";
        error(ErrorKind::InvalidRequest, &message).with_hint(Some(hint.to_owned()))
    }
}

impl fmt::Debug for Trigger {
    /// Shows the configuration's names only, because its values may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trigger")
            .field("target", &self.target)
            .field("project", &self.project)
            .field("stack", &self.stack)
            .field("configuration", &self.configuration.names())
            .finish_non_exhaustive()
    }
}

/// The fields of listed run templates and snapshots that the lookup needs.
struct Found {
    id: Uuid,
}

readable! { Found required { "id" id } nullable {} optional {} }

// Not the generated operations, which the document of a server without a workload manager lacks.
static LIST_TEMPLATES: Operation =
    Operation::get("list_run_templates", "/api/v1/run_templates").in_default_project();
static LIST_SNAPSHOTS: Operation =
    Operation::get("list_pipeline_snapshots", "/api/v1/pipeline_snapshots").in_default_project();
static RUN_TEMPLATE: Operation = Operation::post(
    "create_template_run",
    "/api/v1/run_templates/{template_id}/runs",
);
static RUN_SNAPSHOT: Operation = Operation::post(
    "create_snapshot_run",
    "/api/v1/pipeline_snapshots/{snapshot_id}/runs",
);

/// Adds a hint to the error of a list without a project (`_set_filter_project_id` in
/// `zen_stores/sql_zen_store.py`).
fn explain_lookup(error: Error) -> Error {
    let lacks_project = error.message().contains("Project scope missing");
    error.with_hint(lacks_project.then(|| "set the project with `project`".to_owned()))
}

/// Refines the kind of a failed request to run something, and adds a hint.
fn explain(error: Error) -> Error {
    if error.is_login_failure() {
        return error;
    }
    if lacks_the_route(&error) {
        return error.with_kind(ErrorKind::Unsupported).with_special_hint(
            "this server cannot run pipelines: it is not a Pro workspace, or has no workload \
             manager",
        );
    }
    if is_in_progress(&error) {
        let hint = "the server is still starting this run; look for it with `list_runs` before you \
                    trigger another";
        return error.with_hint(Some(hint.to_owned()));
    }
    match error.kind() {
        ErrorKind::InvalidRequest if is_not_runnable(error.message()) => {
            let hint = "create another snapshot: it needs a build of its own, and a stack that has no \
                        local components or custom flavors and has not changed since";
            error
                .with_kind(ErrorKind::NotRunnable)
                .with_hint(Some(hint.to_owned()))
        }
        ErrorKind::PaymentRequired => {
            error.with_special_hint("the organization's ZenML Pro plan allows no more runs")
        }
        ErrorKind::Forbidden => error.with_special_hint(
            "running needs a role that may create runs and snapshots in the project",
        ),
        ErrorKind::RateLimited if error.server_exception() == Some("MaxConcurrentTasksError") => {
            let hint = "the server's queue of runs is full; try again when some have ended";
            error.with_hint(Some(hint.to_owned()))
        }
        _ => error,
    }
}

/// Returns whether the server says that it cannot run the snapshot.
///
/// The exception is that of rejected configurations too, so that only the message decides
/// (`validate_snapshot_for_server_execution` in `zen_server/pipeline_execution/utils.py`).
fn is_not_runnable(message: &str) -> bool {
    [
        "can not be run",
        "Unable to run pipeline from the server",
        "has been updated since it was used",
    ]
    .iter()
    .any(|words| message.contains(words))
}

fn error(kind: ErrorKind, message: &str) -> Error {
    Error::new(kind, message).with_operation("trigger")
}

#[cfg(test)]
mod tests;
