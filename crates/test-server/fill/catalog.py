"""Registered objects that are never contacted: stacks, flavors, connectors."""

from datetime import datetime

import needs
from zenml.client import Client
from zenml.config.source import Source, SourceType
from zenml.enums import StackComponentType as Kind
from zenml.models import (
    CodeRepositoryRequest,
    ComponentRequest,
    FlavorRequest,
    ServiceConnectorRequest,
    ServiceRequest,
    StackRequest,
)
from zenml.services import ServiceType

# A stack of remote components, which run templates and builds require.
REMOTE_COMPONENTS = {
    Kind.ORCHESTRATOR: (
        "cluster",
        "kubernetes",
        {"kubernetes_context": "training", "kubernetes_namespace": "churn"},
    ),
    Kind.ARTIFACT_STORE: ("bucket", "s3", {"path": "s3://churn-artifacts"}),
    Kind.CONTAINER_REGISTRY: ("registry", "default", {"uri": "registry.invalid/churn"}),
    Kind.IMAGE_BUILDER: ("builder", "local", {}),
    Kind.ALERTER: (
        "chat",
        "slack",
        {"slack_token": "{{warehouse.password}}", "slack_channel_id": "C0"},
    ),
}


def add_connectors() -> None:
    """Adds connectors to registries and to a cloud without SDK on the server."""
    store = Client().zen_store
    store.create_service_connector(
        ServiceConnectorRequest(
            name="cloud",
            connector_type="aws",
            auth_method="secret-key",
            resource_types=["s3-bucket", "kubernetes-cluster"],
            supports_instances=True,
            expiration_seconds=3600,
            expires_at=datetime(2030, 1, 1),
            configuration={
                "region": "eu-central-1",
                "aws_access_key_id": "an-id",
                "aws_secret_access_key": "a-key",
            },
        )
    )
    for name, resource in [("registry-login", "registry.invalid/churn"), ("any", None)]:
        store.create_service_connector(
            ServiceConnectorRequest(
                name=name,
                connector_type="docker",
                auth_method="password",
                resource_types=["docker-registry"],
                resource_id=resource,
                description="Pushes images",
                configuration={"username": "pusher", "password": "pusher-password"},
                labels={"team": "churn"},
            )
        )


def add_stacks() -> None:
    """Adds components of several flavors and a stack of them."""
    store = Client().zen_store
    secret = Client().get_secret("warehouse")
    connectors = {
        Kind.ORCHESTRATOR: ("cloud", "churn-cluster"),
        Kind.CONTAINER_REGISTRY: ("registry-login", "registry.invalid/churn"),
    }
    components = {}
    for kind, (name, flavor, configuration) in REMOTE_COMPONENTS.items():
        connector, resource = connectors.get(kind, (None, None))
        component = store.create_stack_component(
            ComponentRequest(
                name=name,
                type=kind,
                flavor=flavor,
                configuration=configuration,
                labels={"team": "churn"},
                environment={"LOG_LEVEL": "info"}
                if kind is Kind.ORCHESTRATOR
                else None,
                secrets=[secret.id] if kind is Kind.ORCHESTRATOR else None,
                connector=connector and Client().get_service_connector(connector).id,
                connector_resource_id=resource,
            )
        )
        components[kind] = [component.id]
    store.create_stack(
        StackRequest(
            name="remote",
            description="Everything somewhere else",
            components=components,
            # The labels of a stack that was deployed to AWS from the dashboard.
            labels={
                "team": "churn",
                "zenml:provider": "aws",
                "zenml:deployment": "cloud-formation",
            },
            environment={"STAGE": "test"},
            secrets=[secret.id],
        )
    )


def add_flavor() -> None:
    """Adds a custom flavor."""
    title = {}
    if needs.met(
        "display name of the flavor", "zenml.models:FlavorRequest.display_name"
    ):
        title["display_name"] = "Quantum"
    Client().zen_store.create_flavor(
        FlavorRequest(
            name="quantum",
            type=Kind.ORCHESTRATOR,
            config_schema={
                "type": "object",
                "properties": {"qubits": {"type": "integer", "default": 8}},
            },
            source="quantum.flavor.QuantumFlavor",
            integration="custom",
            is_custom=True,
            **title,
        )
    )


def add_code_repository() -> None:
    """Adds a repository over REST, because the client would contact GitHub."""
    client = Client()
    client.zen_store.create_code_repository(
        CodeRepositoryRequest(
            project=client.active_project.id,
            name="churn-code",
            description="Where the pipelines live",
            config={"owner": "example", "repository": "churn", "token": "a-token"},
            source=Source(
                module="zenml.integrations.github.code_repositories."
                "github_code_repository",
                attribute="GitHubCodeRepository",
                type=SourceType.INTERNAL,
            ),
        )
    )


def add_service() -> None:
    """Adds a prediction service of a model version."""
    client = Client()
    version = client.get_model_version("churn")
    client.zen_store.create_service(
        ServiceRequest(
            project=client.active_project.id,
            name="churn-predictor",
            service_type=ServiceType(
                type="model-serving",
                flavor="example",
                name="predictor",
                description="Predicts over HTTP",
            ),
            service_source="example.services.Predictor",
            admin_state="active",
            config={"name": "churn-predictor", "replicas": 2, "limits": {"cpu": "1"}},
            labels={"stage": "test"},
            status={"state": "active", "last_error": ""},
            prediction_url="http://predictor.invalid/predict",
            health_check_url="http://predictor.invalid/health",
            model_version_id=version.id,
        )
    )


def add_project() -> None:
    """Adds a second project."""
    Client().create_project(name="archive", description="Finished experiments")
