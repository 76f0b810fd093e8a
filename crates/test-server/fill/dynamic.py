"""A dynamic pipeline: it decides at run time, and has wait conditions."""

from typing import Any

from pipelines import load_rows, note_success
from zenml import pipeline, wait
from zenml.client import Client
from zenml.enums import RunWaitConditionResolution, RunWaitConditionType
from zenml.models import (
    PipelineRunResponse,
    RunWaitConditionRequest,
    RunWaitConditionResolveRequest,
    RunWaitConditionResponse,
)
from zenml.models.v2.core.stream_event import StreamBatchRequest, StreamEvent

QUESTION = "Ship it?"
METADATA: dict[str, Any] = {"asked_in": "chat", "attempts": 2}


def _create_condition(run: PipelineRunResponse, name: str) -> RunWaitConditionResponse:
    return Client().zen_store.create_run_wait_condition(
        RunWaitConditionRequest(
            project=run.project_id,
            run=run.id,
            name=name,
            type=RunWaitConditionType.EXTERNAL_INPUT,
            question=QUESTION,
            data_schema={"type": "boolean"},
            metadata=METADATA,
        )
    )


def _report_progress(run: PipelineRunResponse, fraction: float) -> None:
    """Publishes an event of the run."""
    event = StreamEvent(
        pipeline_run_id=run.id,
        step_name="load_rows",
        kind="progress",
        correlation_id="sweep",
        index=round(fraction * 100),
        payload={"fraction": fraction, "detail": {"unit": "rows", "eta": None}},
    )
    Client().zen_store.post(
        f"/runs/{run.id}/events", body=StreamBatchRequest(events=[event])
    )


@pipeline(dynamic=True, enable_cache=False, on_success=note_success)
def sweep(run_name: str, sizes: list[int]) -> None:
    """Creates and resolves a condition, and loads rows once for each size."""
    run = Client().get_pipeline_run(run_name)
    _report_progress(run, 0.0)
    condition = _create_condition(run, "approved")
    Client().zen_store.resolve_run_wait_condition(
        condition.id,
        RunWaitConditionResolveRequest(
            resolution=RunWaitConditionResolution.CONTINUE, result=True
        ),
    )
    # The same question is the same condition, which is already resolved.
    approved = wait(bool, name="approved", question=QUESTION, metadata=METADATA)
    for size in sizes if approved else []:
        load_rows(rows=size, split={"train": 1.0})
    _report_progress(run, 1.0)


def run_sweep(run_name: str) -> None:
    """Runs `sweep` and leaves an unresolved condition."""
    sweep.with_options(run_name=run_name)(run_name=run_name, sizes=[1, 2])
    _create_condition(Client().get_pipeline_run(run_name), "unanswered")
