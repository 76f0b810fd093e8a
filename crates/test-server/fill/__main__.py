"""Fills a ZenML server for demonstrations and tests.

Run it with the virtual environment of the server. The ZENML_STORE_* variables
name the server, which must be empty: each fill uses the same names, and the
server rejects existing ones.

The scripts are written for the client of the newest server. What an older
client lacks is skipped, with a line that says so.

Resource requests are not created: the package has only their interface, and
their implementation is a plug-in of the vendor.
"""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pkgutil import resolve_name
from typing import Any

import needs
from zenml.client import Client


@dataclass
class Stage:
    """A part of the fill."""

    name: str
    # `module:function`. Loaded when the stage runs, because older clients lack
    # names that some modules import.
    function: str
    # The names of the client without which the stage is skipped; see `needs.met`.
    needs: Sequence[str] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def run(self) -> None:
        """Runs the stage, or prints why it is skipped."""
        if needs.met(self.name, *self.needs):
            resolve_name(self.function)(**self.arguments)


DEMO = [
    Stage(
        "training run 1",
        "pipelines:run_training",
        arguments={"run_name": "training-1"},
    ),
    Stage(
        "training run 2",
        "pipelines:run_training",
        arguments={"run_name": "training-2", "learning_rate": 0.5},
    ),
    Stage(
        "failing run", "pipelines:run_failing", arguments={"run_name": "failing-1"}
    ),
]

# Later stages may use objects of earlier ones.
REST = [
    Stage(
        "dynamic run with a wait condition",
        "dynamic:run_sweep",
        needs=[
            "zenml:wait",
            "zenml:pipeline.dynamic",
            "zenml.models:RunWaitConditionRequest",
            "zenml.models.v2.core.stream_event:StreamBatchRequest",
        ],
        arguments={"run_name": "sweep-1"},
    ),
    Stage(
        "run of a tuned pipeline",
        "tuned:run_tuned",
        needs=[
            "zenml.enums:StepType",
            "zenml.config.step_configurations:GroupInfo",
            "zenml:step.heartbeat_healthy_threshold",
        ],
        arguments={"run_name": "tuned-1"},
    ),
    Stage("users", "access:add_users"),
    Stage("service accounts and keys", "access:add_service_accounts"),
    Stage("secrets", "access:add_secrets"),
    Stage("authorized device", "access:authorize_device"),
    Stage("second project", "catalog:add_project"),
    Stage("service connectors", "catalog:add_connectors"),
    Stage("stacks and components", "catalog:add_stacks"),
    Stage("custom flavor", "catalog:add_flavor"),
    Stage("code repository", "catalog:add_code_repository"),
    Stage("service", "catalog:add_service"),
    Stage("schedules", "automation:add_schedules"),
    Stage("builds and snapshots", "automation:add_snapshots"),
    Stage("run template", "automation:add_run_template"),
    Stage("deployment", "automation:add_deployment"),
    Stage(
        "webhooks",
        "webhooks:add_webhooks",
        needs=["zenml.client:Client.create_webhook"],
    ),
    Stage(
        "triggers",
        "triggers:add_triggers",
        needs=["zenml.client:Client.create_schedule_trigger"],
    ),
    Stage(
        "webhook triggers",
        "webhooks:add_webhook_triggers",
        needs=["zenml.client:Client.create_webhook_trigger"],
    ),
    Stage("model versions", "records:add_model_versions"),
    Stage(
        "hook invocations",
        "hooks:add_hook_invocations",
        needs=["zenml.models:HookInvocationRequest"],
    ),
    Stage(
        "curated visualizations",
        "visualizations:add_curated_visualizations",
        needs=["zenml.enums:CuratedVisualizationSize"],
    ),
    Stage("tags", "records:add_tags"),
]


def main() -> None:
    """Runs the stages, with a `fill: ` line before each."""
    parser = argparse.ArgumentParser(prog="fill", description=__doc__)
    parser.add_argument("--part", choices=["demo", "all"], default="all")
    part = parser.parse_args().part
    stages = DEMO if part == "demo" else DEMO + REST
    Client().set_active_project("default")
    for number, stage in enumerate(stages, start=1):
        print(f"fill: {number}/{len(stages)} {stage.name}", flush=True)
        stage.run()


if __name__ == "__main__":
    main()
