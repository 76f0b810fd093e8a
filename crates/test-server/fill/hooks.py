"""Hook invocations."""

from datetime import datetime
from typing import Any
from uuid import uuid5

from zenml.client import Client
from zenml.enums import ExecutionStatus, HookType
from zenml.models import ExceptionInfo, HookInvocationRequest


def add_hook_invocations() -> None:
    """Adds a hook invocation of a run and a failed one of a step.

    Over REST, because only dynamic pipelines record their hooks.
    """
    client = Client()
    run = client.get_pipeline_run("training-1")
    step = run.steps["train"]
    output = client.get_artifact_version("weights").id
    shared: dict[str, Any] = {
        "project": client.active_project.id,
        "pipeline_run_id": run.id,
        "start_time": datetime(2026, 1, 31, 12),
        "end_time": datetime(2026, 1, 31, 12, 0, 1, 250_000),
    }
    client.zen_store.create_hook_invocation(
        HookInvocationRequest(
            id=uuid5(run.id, "hook"),
            hook_type=HookType.RUN_SUCCESS,
            name="note_success",
            status=ExecutionStatus.COMPLETED,
            source="pipelines.note_success",
            outputs={"note": [output]},
            **shared,
        )
    )
    client.zen_store.create_hook_invocation(
        HookInvocationRequest(
            id=uuid5(step.id, "hook"),
            hook_type=HookType.STEP_FAILURE,
            status=ExecutionStatus.FAILED,
            step_run_id=step.id,
            exception_info=ExceptionInfo(
                traceback="Traceback: ValueError", source="pipelines", message="no"
            ),
            **shared,
        )
    )
