"""Curated visualizations."""

from zenml.client import Client
from zenml.enums import CuratedVisualizationSize, VisualizationResourceTypes


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
