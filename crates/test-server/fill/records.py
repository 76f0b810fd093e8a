"""Objects of runs and artifacts: models, hooks, visualizations, tags."""

from datetime import datetime
from typing import Any
from uuid import uuid5

from zenml import log_metadata
from zenml.client import Client
from zenml.enums import (
    CuratedVisualizationSize,
    ExecutionStatus,
    HookType,
    ModelStages,
    TaggableResourceTypes,
    VisualizationResourceTypes,
)
from zenml.models import (
    ExceptionInfo,
    HookInvocationRequest,
    ModelVersionArtifactRequest,
    ModelVersionPipelineRunRequest,
    TagResource,
)


def add_model_versions() -> None:
    """Adds a second model, a staged version, and links to a run and an artifact."""
    client = Client()
    client.update_model_version("churn", "1", stage=ModelStages.PRODUCTION, force=True)
    client.create_model(
        "upsell",
        license="MIT",
        audience="sales",
        use_cases="suggestions",
        limitations="small sample",
        trade_offs="speed",
        ethics="none",
        tags=["tabular"],
    )
    version = client.create_model_version(
        "upsell", name="candidate", description="Not trained here", tags=["draft"]
    )
    run = client.get_pipeline_run("training-1")
    client.zen_store.create_model_version_pipeline_run_link(
        ModelVersionPipelineRunRequest(model_version=version.id, pipeline_run=run.id)
    )
    client.zen_store.create_model_version_artifact_link(
        ModelVersionArtifactRequest(
            model_version=version.id,
            artifact_version=client.get_artifact_version("weights").id,
        )
    )
    log_metadata(
        metadata={"notes": {"reviewer": "ada", "approved": False}},
        model_version_id=version.id,
    )


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


def add_curated_visualizations() -> None:
    """Shows a report on a project, its pipeline and its run."""
    client = Client()
    run = client.get_pipeline_run("training-1")
    report = client.get_artifact_version("report_html")
    targets = [
        (VisualizationResourceTypes.PROJECT, client.active_project.id),
        (VisualizationResourceTypes.PIPELINE, run.pipeline.id),
        (VisualizationResourceTypes.PIPELINE_RUN, run.id),
    ]
    for order, (kind, resource) in enumerate(targets):
        client.create_curated_visualization(
            report.visualizations[0].id,
            resource_id=resource,
            resource_type=kind,
            display_name="Report",
            display_order=order,
            layout_size=CuratedVisualizationSize.HALF_WIDTH,
        )


def add_tags() -> None:
    """Adds an exclusive tag on a run, and an unused tag."""
    client = Client()
    client.create_tag("unused", color="red")
    client.create_tag("latest", exclusive=True, color="green")
    run = client.get_pipeline_run("training-1")
    client.attach_tag(
        "latest", [TagResource(id=run.id, type=TaggableResourceTypes.PIPELINE_RUN)]
    )
