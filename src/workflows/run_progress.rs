//! How far is a run?

use uuid::Uuid;

use crate::codec::object::readable;
use crate::workspace::types::ExecutionStatus;
use crate::{Call, Operation, Result, Transport};

/// The progress of a run, passed to the callback of
/// [`WaitForRun::on_progress`](crate::workflows::WaitForRun::on_progress).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RunProgress {
    /// The status of the run.
    pub status: ExecutionStatus,
    /// The progress of its steps, or `None` if the server does not report it.
    pub steps: Option<StepProgress>,
}

/// The number of steps of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StepProgress {
    /// The number of steps that have ended, successfully or not.
    pub finished: usize,
    /// The number of all steps. A dynamic pipeline adds steps while it runs.
    pub total: usize,
}

// Not the generated operation, which another server's document may lack.
static GET_DAG: Operation = Operation::get("get_run_dag", "/api/v1/runs/{run_id}/dag");

/// The nodes of a run's graph (`PipelineRunDAG` in `models/v2/misc/pipeline_run_dag.py` of ZenML
/// 0.98.0). Steps that have not started are part of it, without a status.
struct Dag {
    nodes: Vec<Node>,
}

readable! { Dag required { "nodes" nodes } nullable {} optional {} }

struct Node {
    kind: String,
    metadata: NodeMetadata,
}

readable! { Node required { "type" kind } nullable {} optional { "metadata" metadata } }

#[derive(Default)]
struct NodeMetadata {
    status: Option<ExecutionStatus>,
}

readable! { NodeMetadata required {} nullable { "status" status } optional {} }

impl StepProgress {
    /// Requests the progress of a run's steps.
    pub(crate) async fn of(transport: &Transport, run: Uuid) -> Result<Self> {
        let call = Call::new(transport, &GET_DAG).path("run_id", run);
        let dag = call.send::<Dag>().await?;
        let steps = || dag.nodes.iter().filter(|node| node.kind == "step");
        let is_finished = |node: &&Node| {
            let status = node.metadata.status.as_ref();
            status.is_some_and(ExecutionStatus::is_finished)
        };
        Ok(Self {
            finished: steps().filter(is_finished).count(),
            total: steps().count(),
        })
    }
}
