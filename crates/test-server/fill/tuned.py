"""A pipeline with values for all settings that the others leave at their defaults."""

from typing import Annotated, Any

import needs
from pipelines import note_failure, note_success
from zenml import ArtifactConfig, Model, pipeline, step
from zenml.config.cache_policy import CachePolicy
from zenml.config.retry_config import StepRetryConfig
from zenml.config.step_configurations import GroupInfo
from zenml.enums import StepType

HOOKS: dict[str, Any] = {}
if needs.met("hooks of start and end", "zenml:step.on_start"):
    HOOKS = {"on_start": note_success, "on_end": note_success}


def connect(level: int, hosts: list[str]) -> dict[str, int]:
    """Init hook: creates the state that the steps share."""
    return {host: level for host in hosts}


def disconnect() -> None:
    """Cleanup hook."""


@step(
    step_type=StepType.TOOL_CALL,
    enable_artifact_metadata=True,
    enable_artifact_visualization=False,
    enable_step_logs=True,
    environment={"SEED": "7"},
    extra={"cost": 0.25, "reviewers": ["ada", None]},
    model=Model(name="churn", version="1"),
    retry=StepRetryConfig(max_retries=2, delay=1, backoff=3),
    cache_policy=CachePolicy(
        include_step_code=False,
        ignored_inputs=["seed"],
        file_dependencies=["pipelines.py"],
        source_dependencies=[note_failure],
        expires_after=3600,
    ),
    heartbeat_healthy_threshold=20,
    group=GroupInfo(id="prepare", name="Prepare"),
    substitutions={"team": "churn"},
    **HOOKS,
)
def shuffle(
    seed: int = 7,
) -> Annotated[int, ArtifactConfig(name="seed_of_{team}", version=1)]:
    """Returns its parameter."""
    return seed


@pipeline(
    enable_artifact_metadata=True,
    enable_step_logs=True,
    enable_pipeline_logs=True,
    enable_heartbeat=True,
    environment={"STAGE": "test"},
    on_init=connect,
    on_init_kwargs={"level": 3, "hosts": ["a", "b"]},
    on_cleanup=disconnect,
    retry=StepRetryConfig(max_retries=1),
    cache_policy="default",
    substitutions={"team": "churn"},
    **HOOKS,
)
def tuned() -> None:
    """Runs one step."""
    shuffle()


def run_tuned(run_name: str) -> None:
    """Runs `tuned`."""
    tuned.with_options(run_name=run_name)()
