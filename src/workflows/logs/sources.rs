//! Which logs do a run and a step have?

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

use crate::codec::object::readable;
use crate::workflows::patience::Patience;
use crate::workspace::types::ExecutionStatus;
use crate::{Call, Operation, Page, Result, Transport};

// Not the generated operations and types, which another server's document may lack.
static GET_RUN: Operation = Operation::get("get_run", "/api/v1/runs/{run_id}");
static LIST_STEPS: Operation = Operation::get("get_run_steps", "/api/v1/runs/{run_id}/steps");
static GET_STEP: Operation = Operation::get("get_step", "/api/v1/steps/{step_id}");

const STEPS_PER_PAGE: u64 = 100;

/// What has logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Run(Uuid),
    Step(Uuid),
}

/// A log of a run or of a step.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub owner: Owner,
    /// `None` if the server does not list the log, which can then only be read by its name.
    pub id: Option<Uuid>,
    pub name: Arc<str>,
    /// The name of the step.
    pub step: Option<Arc<str>>,
    /// Whether a service for logs holds it, and not the artifact store.
    pub has_log_store: bool,
}

/// The logs of a run or of a step, and whether it had ended when they were listed.
#[derive(Debug)]
pub(super) struct Listed {
    pub owner: Owner,
    pub is_finished: bool,
    pub sources: Vec<Source>,
}

/// The members of runs and steps that matter here.
struct Logged {
    id: Uuid,
    name: String,
    body: Option<Body>,
    resources: Option<Resources>,
}

readable! {
    Logged
    required { "id" id, "name" name }
    nullable { "body" body, "resources" resources }
    optional {}
}

struct Body {
    status: ExecutionStatus,
    project_id: Option<Uuid>,
}

readable! { Body required { "status" status } nullable { "project_id" project_id } optional {} }

struct Resources {
    log_collection: Option<Vec<Log>>,
}

readable! { Resources required {} nullable { "log_collection" log_collection } optional {} }

struct Log {
    id: Uuid,
    body: Option<LogBody>,
}

readable! { Log required { "id" id } nullable { "body" body } optional {} }

struct LogBody {
    source: Option<String>,
    log_store_id: Option<Uuid>,
}

readable! {
    LogBody
    required {}
    nullable { "source" source, "log_store_id" log_store_id }
    optional {}
}

/// Lists the logs of a run and, if they are wanted, those of its steps in the order of their creation.
pub(super) async fn of_run(
    transport: &Transport,
    patience: &mut Patience,
    run: Uuid,
    with_steps: bool,
) -> Result<Vec<Listed>> {
    let call = Call::new(transport, &GET_RUN)
        .path("run_id", run)
        .query("hydrate", false);
    let logged = patience.send::<Logged>(&call).await?;
    let project = logged.body.as_ref().and_then(|body| body.project_id);
    let mut all = vec![logged.listed(Owner::Run(run))];
    if !with_steps {
        return Ok(all);
    }
    let mut steps = Call::new(transport, &LIST_STEPS)
        .path("run_id", run)
        .query("sort_by", "asc:created")
        .query("size", STEPS_PER_PAGE);
    // A workspace of ZenML Pro has no default project.
    if let Some(project) = project {
        steps = steps.query("project", project);
    }
    let mut known = HashSet::new();
    let mut page = 1;
    loop {
        let call = steps.clone().query("page", page);
        let Page {
            items, total_pages, ..
        } = patience.send::<Page<Logged>>(&call).await?;
        let mut new = items;
        new.retain(|step| known.insert(step.id));
        // A page may be empty or repeat others, whatever the number of pages.
        let is_last = new.is_empty() || page >= total_pages;
        all.extend(new.into_iter().map(|step| {
            let owner = Owner::Step(step.id);
            step.listed(owner)
        }));
        if is_last {
            return Ok(all);
        }
        page += 1;
    }
}

/// Lists the logs of a step.
pub(super) async fn of_step(
    transport: &Transport,
    patience: &mut Patience,
    step: Uuid,
) -> Result<Vec<Listed>> {
    let call = Call::new(transport, &GET_STEP)
        .path("step_id", step)
        .query("hydrate", false);
    let logged = patience.send::<Logged>(&call).await?;
    Ok(vec![logged.listed(Owner::Step(step))])
}

impl Logged {
    fn listed(self, owner: Owner) -> Listed {
        let step: Option<Arc<str>> = match owner {
            Owner::Run(_) => None,
            Owner::Step(_) => Some(self.name.into()),
        };
        let source = |id, body: Option<LogBody>| {
            let (name, log_store) =
                body.map_or((None, None), |body| (body.source, body.log_store_id));
            Source {
                owner,
                id,
                name: name.unwrap_or_default().into(),
                step: step.clone(),
                has_log_store: log_store.is_some(),
            }
        };
        let logs = self
            .resources
            .and_then(|resources| resources.log_collection);
        let sources = match (logs, owner) {
            (Some(logs), _) => logs
                .into_iter()
                .map(|log| source(Some(log.id), log.body))
                .collect(),
            // Before 0.93.0, a step had one log, which a list of steps does not mention.
            (None, Owner::Step(_)) => vec![Source {
                name: "step".into(),
                ..source(None, None)
            }],
            (None, Owner::Run(_)) => vec![],
        };
        Listed {
            owner,
            is_finished: self.body.is_some_and(|body| body.status.is_finished()),
            sources,
        }
    }
}
