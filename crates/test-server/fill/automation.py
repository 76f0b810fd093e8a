"""Schedules, snapshots, run templates and deployments."""

from datetime import datetime, timedelta
from uuid import UUID

import needs
from zenml.client import Client
from zenml.enums import DeploymentStatus
from zenml.enums import StackComponentType as Kind
from zenml.models import (
    BuildItem,
    CodeReferenceRequest,
    ComponentRequest,
    DeploymentRequest,
    DeploymentUpdate,
    PipelineBuildRequest,
    PipelineSnapshotRequest,
    PipelineSnapshotResponse,
    ScheduleRequest,
)
from zenml.utils.code_utils import CodeArchive, upload_code_if_necessary
from zenml.utils.source_utils import get_source_root


def add_schedules() -> None:
    """Adds schedules of all three kinds.

    Over REST, because the local orchestrator runs a scheduled pipeline at once
    and creates no schedule.
    """
    client = Client()
    client.zen_store.create_schedule(
        _schedule("every-night", cron_expression="0 3 * * *")
    )
    client.zen_store.create_schedule(
        _schedule(
            "every-hour",
            start_time=datetime(2026, 1, 1),
            end_time=datetime(2026, 12, 31, 23, 59, 59, 500_000),
            interval_second=timedelta(hours=1, seconds=0.5),
            catchup=True,
        )
    )
    client.zen_store.create_schedule(
        _schedule("once", active=False, run_once_start_time=datetime(2030, 1, 1))
    )


def _schedule(name: str, active: bool = True, **when: object) -> ScheduleRequest:
    client = Client()
    return ScheduleRequest(
        project=client.active_project.id,
        name=name,
        active=active,
        orchestrator_id=client.get_stack_component(Kind.ORCHESTRATOR, "cluster").id,
        pipeline_id=client.get_pipeline("training").id,
        **when,
    )


def add_snapshots() -> None:
    """Adds a build and two named snapshots of the executed pipeline.

    `nightly` belongs to the remote stack and has a build, a schedule and a code
    reference; the code of `local` is in the artifact store.
    """
    client = Client()
    executed = client.get_pipeline_run("training-1").snapshot
    remote = client.get_stack("remote")
    source = {}
    if needs.met(
        "source code of snapshots", "zenml.models:PipelineSnapshotRequest.source_code"
    ):
        source["source_code"] = executed.source_code
    build = client.zen_store.create_build(
        PipelineBuildRequest(
            project=client.active_project.id,
            images={
                "orchestrator": BuildItem(
                    image="registry.invalid/churn:1",
                    dockerfile="FROM python:3.12",
                    requirements="zenml",
                    settings_checksum="00ff",
                    contains_code=True,
                ),
                "train.step_operator": BuildItem(
                    image="registry.invalid/churn-train:1", contains_code=False
                ),
            },
            is_local=False,
            contains_code=True,
            zenml_version=executed.client_version,
            python_version="3.12.0",
            duration=93,
            checksum="00ff",
            stack=remote.id,
            pipeline=executed.pipeline.id,
        )
    )
    client.zen_store.create_snapshot(
        _copy(
            executed,
            name="nightly",
            description="Trains every night",
            tags=["nightly"],
            stack=remote.id,
            build=build.id,
            schedule=client.get_schedule("every-night").id,
            code_reference=CodeReferenceRequest(
                commit="0123456789abcdef0123456789abcdef01234567",
                subdirectory="pipelines",
                code_repository=client.get_code_repository("churn-code").id,
            ),
            **source,
        )
    )
    client.zen_store.create_snapshot(
        _copy(
            executed,
            name="local",
            stack=client.get_stack("default").id,
            code_path=upload_code_if_necessary(CodeArchive(root=get_source_root())),
            **source,
        )
    )


def _copy(
    snapshot: PipelineSnapshotResponse, **changes: object
) -> PipelineSnapshotRequest:
    return PipelineSnapshotRequest(
        project=Client().active_project.id,
        run_name_template=snapshot.run_name_template,
        pipeline_configuration=snapshot.pipeline_configuration,
        step_configurations=snapshot.step_configurations,
        client_environment=snapshot.client_environment,
        client_version=snapshot.client_version,
        server_version=snapshot.server_version,
        pipeline_spec=snapshot.pipeline_spec,
        pipeline=snapshot.pipeline.id,
        **changes,
    )


def snapshot_id(name: str) -> UUID:
    """Returns the id of a named snapshot."""
    return Client().get_snapshot(name, pipeline_name_or_id="training").id


def add_run_template() -> None:
    """Adds a run template of the remote snapshot.

    The template has the snapshot's name, because the server renames the snapshot.
    """
    Client().create_run_template(
        name="nightly",
        snapshot_id=snapshot_id("nightly"),
        description="Started by the build server",
        tags=["on-demand"],
    )


def add_deployment() -> None:
    """Adds a deployment with the status running."""
    client = Client()
    deployer = client.zen_store.create_stack_component(
        ComponentRequest(
            name="docker", type=Kind.DEPLOYER, flavor="docker", configuration={}
        )
    )
    deployment = client.zen_store.create_deployment(
        DeploymentRequest(
            project=client.active_project.id,
            name="churn-endpoint",
            snapshot_id=snapshot_id("local"),
            deployer_id=deployer.id,
            auth_key="deployment-key",
            tags=["serving"],
        )
    )
    client.zen_store.update_deployment(
        deployment.id,
        DeploymentUpdate(
            url="http://deployment.invalid/",
            status=DeploymentStatus.RUNNING,
            deployment_metadata={"pid": 4711, "ports": [8000], "healthy": True},
        ),
    )
