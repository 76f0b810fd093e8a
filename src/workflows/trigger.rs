//! Runs of run templates and snapshots, as `trigger_pipeline` of the Python client starts them
//! (`client.py` in ZenML 0.98.0).

use std::fmt::{self, Display};
use std::pin::Pin;

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::retry::state::is_in_progress;
use crate::transport::hint::lacks_the_route;
use crate::workflows::run_target::Wanted;
use crate::workspace::types::PipelineRunResponse;
use crate::{Call, Error, ErrorKind, Filter, Operation, Page, Result, Runnable, Transport};

/// A run in the making; made by [`WorkspaceClient::trigger`](crate::WorkspaceClient::trigger).
/// Await it for the run, which has just begun.
///
/// Repeating the call over a bad connection starts one run: the server recognises it.
///
/// # Errors
/// - [`Unsupported`](ErrorKind::Unsupported): the server runs none; it is no workspace of ZenML Pro.
/// - [`NotFound`](ErrorKind::NotFound): there is no such template or snapshot.
/// - [`InvalidRequest`](ErrorKind::InvalidRequest): there are several, or the server refuses the
///   configuration.
/// - [`NotRunnable`](ErrorKind::NotRunnable): the server cannot run it.
/// - [`PaymentRequired`](ErrorKind::PaymentRequired): the limit of the organization's plan is
///   reached.
/// - [`Forbidden`](ErrorKind::Forbidden): the user may not run it.
/// - [`RateLimited`](ErrorKind::RateLimited): the server's queue of runs stayed full.
#[derive(Clone)]
#[must_use = "nothing runs before it is awaited"]
pub struct Trigger {
    transport: Transport,
    runnable: Runnable,
    project: Option<String>,
    stack: Option<String>,
    configuration: Map<String, Value>,
    /// The first value that is none of JSON.
    problem: Option<String>,
}

impl Trigger {
    pub(crate) fn new(transport: &Transport, runnable: Runnable) -> Self {
        Self {
            transport: transport.clone(),
            runnable,
            project: None,
            stack: None,
            configuration: Map::new(),
            problem: None,
        }
    }

    /// The project, by name or id, in which to look for the template or snapshot. What is given by
    /// its id alone needs none, and with a stack or pipeline it does; workspaces of ZenML Pro have no
    /// default project.
    pub fn project(mut self, name_or_id: impl Display) -> Self {
        self.project = Some(name_or_id.to_string());
        self
    }

    /// The stack that the template or snapshot must be made for. A run cannot be moved to another
    /// stack: its images are built for this one.
    pub fn stack(mut self, name_or_id: impl Display) -> Self {
        self.stack = Some(name_or_id.to_string());
        self
    }

    /// Sets a parameter of a step.
    pub fn parameter(self, step: impl Into<String>, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value);
        self.merge(value.map(|value| {
            let step = step.into();
            json!({ "steps": { step: { "parameters": { name: value } } } })
        }))
    }

    /// Sets a parameter of the pipeline. Only dynamic pipelines take them.
    pub fn pipeline_parameter(self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value);
        self.merge(value.map(|value| json!({ "parameters": { name: value } })))
    }

    /// Sets members of a step's configuration: a
    /// [`StepConfigurationUpdate`](crate::workspace::types::StepConfigurationUpdate), or JSON such as
    /// `json!({"enable_cache": false})`.
    pub fn step_configuration(self, step: impl Into<String>, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value);
        self.merge(value.map(|value| {
            let step = step.into();
            json!({ "steps": { step: value } })
        }))
    }

    /// Sets members of the run's configuration: a
    /// [`PipelineRunConfiguration`](crate::workspace::types::PipelineRunConfiguration), or JSON such
    /// as `json!({"run_name": "nightly-42"})`. It goes to the server as it is.
    pub fn configuration(self, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value);
        self.merge(value)
    }

    /// Puts something over what has been configured so far.
    fn merge(mut self, value: serde_json::Result<Value>) -> Self {
        let problem = match value {
            Ok(Value::Object(over)) => {
                merge(&mut self.configuration, over);
                return self;
            }
            Ok(_) => "a configuration is an object".to_owned(),
            Err(error) => format!("the configuration cannot be encoded: {error}"),
        };
        self.problem.get_or_insert(problem);
        self
    }

    // Inlined, as generated calls are: a run has most types in it, and what reads them is compiled
    // only for programs that need it.
    #[inline]
    async fn run(self) -> Result<PipelineRunResponse> {
        if let Some(problem) = &self.problem {
            return Err(error(ErrorKind::InvalidRequest, problem));
        }
        let id = match (&self.runnable.wanted, &self.runnable.pipeline, &self.stack) {
            (Wanted::Id(id), None, None) => *id,
            _ => self.find().await?,
        };
        let configuration = Value::Object(self.configuration);
        let call = match self.runnable.is_template {
            true => Call::new(&self.transport, &RUN_TEMPLATE)
                .path("template_id", id)
                .json(&configuration),
            false => Call::new(&self.transport, &RUN_SNAPSHOT)
                .path("snapshot_id", id)
                .json(&json!({ "run_configuration": configuration })),
        };
        let run = call.send::<PipelineRunResponse>().await;
        Ok(run.map_err(explain)?.into_inner())
    }

    /// The id of the one that fits, if the server can run it.
    async fn find(&self) -> Result<Uuid> {
        let operation = match self.runnable.is_template {
            true => &LIST_TEMPLATES,
            false => &LIST_SNAPSHOTS,
        };
        let mut call = Call::new(&self.transport, operation);
        call = match &self.runnable.wanted {
            Wanted::Named(name) => call.filter("name", Filter::equals(name.as_str())),
            Wanted::Id(id) => call.filter("id", Filter::equals(*id)),
            Wanted::Latest => call
                .query("runnable", true)
                .query("named_only", true)
                .query("sort_by", "desc:created")
                .query("size", 1),
        };
        for (name, value) in [
            ("project", &self.project),
            ("pipeline", &self.runnable.pipeline),
            ("stack", &self.stack),
        ] {
            if let Some(value) = value {
                call = call.query(name, value);
            }
        }
        let found = call.send::<Page<Found>>().await;
        let found = found.map_err(Self::without_project)?;
        let found = found.into_inner();
        match &*found.items {
            // Whether it can be run says the server when it is to: one that runs nothing otherwise.
            [only] => Ok(only.id),
            [] => Err(self.unknown()),
            several => Err(self.ambiguous(several)),
        }
    }

    /// What lists of a project answer when nobody says which (`_set_filter_project_id` in
    /// `zen_stores/sql_zen_store.py`).
    fn without_project(error: Error) -> Error {
        let hint = error.message().contains("Project scope missing");
        error.with_hint(hint.then(|| "say in which, by `project`".to_owned()))
    }

    fn unknown(&self) -> Error {
        let project = match &self.project {
            Some(project) => format!(" in project {project:?}"),
            None => String::new(),
        };
        let stack = match &self.stack {
            Some(stack) => format!(" on stack {stack:?}"),
            None => String::new(),
        };
        let message = format!("no {}{project}{stack}", self.runnable);
        error(ErrorKind::NotFound, &message)
    }

    fn ambiguous(&self, found: &[Found]) -> Error {
        let ids: Vec<_> = found.iter().map(|found| found.id.to_string()).collect();
        let message = format!("several are a {}: {}", self.runnable, ids.join(", "));
        let hint = "name the pipeline or the project, or give the id";
        error(ErrorKind::InvalidRequest, &message).with_hint(Some(hint.to_owned()))
    }
}

impl IntoFuture for Trigger {
    type Output = Result<PipelineRunResponse>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    #[inline]
    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Trigger {
    /// Names without values: a value of the environment may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trigger")
            .field("runnable", &self.runnable)
            .field("project", &self.project)
            .field("stack", &self.stack)
            .field("configuration", &self.configuration.keys())
            .finish_non_exhaustive()
    }
}

/// What lists say of run templates and snapshots alike.
#[derive(Deserialize)]
struct Found {
    id: Uuid,
}

static LIST_TEMPLATES: Operation = list("list_run_templates", "/api/v1/run_templates");
static LIST_SNAPSHOTS: Operation = list("list_pipeline_snapshots", "/api/v1/pipeline_snapshots");

static RUN_TEMPLATE: Operation = run(
    "create_template_run",
    "/api/v1/run_templates/{template_id}/runs",
);
static RUN_SNAPSHOT: Operation = run(
    "create_snapshot_run",
    "/api/v1/pipeline_snapshots/{snapshot_id}/runs",
);

/// Not the generated operations: a document of a server that runs nothing does not have them.
const fn run(name: &'static str, path: &'static str) -> Operation {
    Operation {
        name,
        id: name,
        method: Method::POST,
        path,
        required_query: &[],
        body_required: true,
        idempotent: false,
        deduplicated: true,
        authenticated: true,
    }
}

const fn list(name: &'static str, path: &'static str) -> Operation {
    Operation {
        name,
        id: name,
        method: Method::GET,
        path,
        required_query: &[],
        body_required: false,
        idempotent: true,
        deduplicated: false,
        authenticated: true,
    }
}

const MAKE_ANOTHER: &str = "it needs a build of its own, and a stack without local components and \
                            custom flavors that has not changed since: make another snapshot";

/// Tells apart what the status alone does not, and says what to do.
fn explain(error: Error) -> Error {
    let hint = |text: &str| Some(text.to_owned());
    if error.is_login_failure() {
        return error;
    }
    if lacks_the_route(&error) {
        return error.with_kind(ErrorKind::Unsupported).with_special_hint(
            "the server runs nothing: it is no workspace of ZenML Pro, or has no workload manager",
        );
    }
    if is_in_progress(&error) {
        return error.with_hint(hint(
            "the server is still starting this run: look for it in `list_runs` before you trigger \
             another",
        ));
    }
    if error.kind() == ErrorKind::InvalidRequest && is_not_runnable(error.message()) {
        return error
            .with_kind(ErrorKind::NotRunnable)
            .with_hint(hint(MAKE_ANOTHER));
    }
    match error.kind() {
        ErrorKind::PaymentRequired => error.with_special_hint(
            "the plan of the organization at ZenML Pro allows no more runs: ask its administrator",
        ),
        ErrorKind::Forbidden => error.with_special_hint(
            "running takes a role on the project that may create runs and snapshots: ask the \
             administrator of the workspace",
        ),
        ErrorKind::RateLimited if error.server_exception() == Some("MaxConcurrentTasksError") => {
            error.with_hint(hint(
                "the server has as many runs in its queue as it takes: try again when some have \
                 ended",
            ))
        }
        _ => error,
    }
}

/// The words of `validate_snapshot_for_server_execution` and of the template's route, whose
/// exception they share with refused configurations (`zen_server/pipeline_execution/utils.py`).
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

/// Objects become one, member by member; anything else is replaced.
fn merge(into: &mut Map<String, Value>, over: Map<String, Value>) {
    for (name, value) in over {
        match (into.get_mut(&name), value) {
            (Some(Value::Object(into)), Value::Object(over)) => merge(into, over),
            (_, value) => {
                into.insert(name, value);
            }
        }
    }
}

#[cfg(test)]
mod tests;
