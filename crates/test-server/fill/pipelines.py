"""Executed pipelines, and what their steps record."""

import contextlib
import logging
from datetime import datetime, timezone
from typing import Annotated, Any

import needs
from zenml import (
    ArtifactConfig,
    Model,
    Tag,
    add_tags,
    get_step_context,
    log_metadata,
    pipeline,
    step,
)
from zenml.client import Client
from zenml.enums import ExecutionStatus
from zenml.types import CSVString, HTMLString, JSONString, MarkdownString

logger = logging.getLogger(__name__)

CHURN = Model(
    name="churn",
    description="Predicts which customers leave",
    license="Apache-2.0",
    tags=["tabular"],
)

# One value of each kind of run metadata, with nested ones.
EVERY_KIND_OF_METADATA: dict[str, Any] = {
    "text": "learning rate warm-up",
    "empty_text": "",
    "unicode": "Schrödinger 🐈",
    "integer": 42,
    "big_integer": 9_007_199_254_740_993,
    "float": 0.8125,
    "tiny_float": 1e-12,
    "yes": True,
    "no": False,
    "list": [1, "two", 3.5, False],
    "empty_list": [],
    "nested": {
        "optimizer": {"name": "adam", "betas": [0.9, 0.999], "amsgrad": False},
        "schedule": [{"epoch": 0, "rate": 0.1}, {"epoch": 10, "rate": 0.01}],
        "nothing": None,
        "looks_like_a_date": "2026-01-31T12:00:00",
    },
    "empty_map": {},
}
# A client without this encoder cannot send a set.
if needs.met("set of metadata", "zenml.metadata.metadata_types:pydantic_encoder"):
    EVERY_KIND_OF_METADATA["set"] = {"a", "b"}


@step
def load_rows(
    rows: int, split: dict[str, float], seed: int | None = None
) -> Annotated[
    list[dict[str, Any]],
    ArtifactConfig(name="rows", tags=["raw"], run_metadata={"source": "made up"}),
]:
    """Generates the rows to train on."""
    logger.info("Making up %d rows, split %s", rows, split)
    log_metadata(metadata=EVERY_KIND_OF_METADATA)
    return [
        {"customer": n, "months": n % 24, "left": n % 3 == 0, "note": None}
        for n in range(rows + (seed or 0) % 2)
    ]


@step(enable_cache=False)
def train(
    rows: list[dict[str, Any]],
    learning_rate: float = 0.1,
    layers: list[int] | None = None,
) -> Annotated[
    dict[str, float],
    ArtifactConfig(name="weights", artifact_type="ModelArtifact", tags=["trained"]),
]:
    """Imitates a training, with metadata of step, artifact and model."""
    for epoch in range(3):
        logger.info("epoch %d: loss %.3f", epoch, 1 / (epoch + 1))
    logger.warning("Training stopped early")
    log_metadata(metadata={"loss": [1.0, 0.5, 0.333], "layers": layers or [8, 4]})
    log_metadata(metadata={"size": {"parameters": 2}}, infer_artifact=True)
    log_metadata(metadata={"accuracy": 0.91, "reviewed": False}, infer_model=True)
    return {"bias": learning_rate, "months": float(len(rows))}


@step(enable_cache=False)
def report(
    weights: dict[str, float], title: str = "Churn"
) -> tuple[
    Annotated[HTMLString, "report_html"],
    Annotated[MarkdownString, "report_markdown"],
    Annotated[CSVString, "report_csv"],
    Annotated[JSONString, "report_json"],
]:
    """Creates artifacts with visualizations."""
    add_tags(tags=["reported"], run=get_step_context().pipeline_run.id)
    return (
        HTMLString(f"<h1>{title}</h1><p>{len(weights)} weights</p>"),
        MarkdownString(f"# {title}\n\n{len(weights)} weights"),
        CSVString("name,value\n" + "\n".join(f"{k},{v}" for k, v in weights.items())),
        JSONString('{"weights": 2, "nested": {"ok": true}}'),
    )


@step(enable_cache=False)
def refuse(weights: dict[str, float]) -> None:
    """Fails, for a failed run with an exception."""
    logger.error("About to fail with %d weights", len(weights))
    raise ValueError("the weights do not converge: this run fails on purpose")


def note_success() -> None:
    """Success hook: writes to the logs."""
    logger.info("step done")


def note_failure(exception: BaseException) -> None:
    """Failure hook: writes to the logs."""
    logger.info("step failed: %s", exception)


@pipeline(
    model=CHURN,
    tags=["nightly", Tag(name="featured", exclusive=False, cascade=True)],
    on_success=note_success,
    on_failure=note_failure,
    extra={"owner": "team-churn"},
)
def training(rows: int = 20, learning_rate: float = 0.1) -> None:
    """Loads rows, trains with them and reports."""
    weights = train(
        load_rows(rows=rows, split={"train": 0.8, "test": 0.2}, seed=7),
        learning_rate=learning_rate,
        layers=[16, 8],
    )
    report(weights)


@pipeline(model=CHURN, enable_cache=False, on_failure=note_failure)
def failing(rows: int = 3) -> None:
    """Fails in its last step."""
    refuse(train(load_rows(rows=rows, split={}), learning_rate=9.0))


def run_training(run_name: str, **parameters: Any) -> None:
    """Runs `training` and records metadata of the run."""
    training.with_options(run_name=run_name)(**parameters)
    log_metadata(
        metadata={
            "started_by": "fill",
            "finished_at": datetime(2026, 1, 31, 12, tzinfo=timezone.utc).isoformat(),
            "environment": {"cores": 2, "gpu": None, "spot": True},
        },
        run_id_name_or_prefix=run_name,
    )


def run_failing(run_name: str) -> None:
    """Runs `failing`, and checks that only the step `refuse` fails."""
    # The exception depends on the execution mode; the run has the failed steps.
    with contextlib.suppress(Exception):
        failing.with_options(run_name=run_name)()
    steps = Client().get_pipeline_run(run_name).steps
    failed = [name for name, s in steps.items() if s.status == ExecutionStatus.FAILED]
    if failed != ["refuse"]:
        raise RuntimeError(f"only `refuse` should fail in {run_name}, not {failed}")
