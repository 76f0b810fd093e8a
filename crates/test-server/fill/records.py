"""Objects of runs and artifacts: models and tags."""

from zenml import log_metadata
from zenml.client import Client
from zenml.enums import ModelStages, TaggableResourceTypes
from zenml.models import (
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


def add_tags() -> None:
    """Adds an exclusive tag on a run, and an unused tag."""
    client = Client()
    client.create_tag("unused", color="red")
    client.create_tag("latest", exclusive=True, color="green")
    run = client.get_pipeline_run("training-1")
    client.attach_tag(
        "latest", [TagResource(id=run.id, type=TaggableResourceTypes.PIPELINE_RUN)]
    )
