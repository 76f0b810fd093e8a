//! Registers a pipeline that the server can run by itself. The Python client registers the same
//! objects in `pipeline.create_snapshot()`, after building the image.

use std::collections::BTreeMap;

use serde_json::{Map, json};
use uuid::Uuid;
use zenml::{
    Result, WorkspaceClient,
    workspace::types::{
        BuildItem, ComponentRequest, PipelineBuildRequest, PipelineConfigurationInput,
        PipelineRequest, PipelineSnapshotRequest, PipelineSpecInput, ProjectRequest,
        RunTemplateRequest, Source, StackComponentType, StackRequest, StepConfigurationInput,
        StepInput, StepSpecInput, UuidOrComponentInfo, ZenmlConfigSourceSourceType,
    },
};

/// The registered objects.
#[derive(Debug)]
pub struct Registered {
    /// Name of the project.
    pub project: String,
    /// Id of the snapshot.
    pub snapshot: Uuid,
    /// Id of the run template.
    pub template: Uuid,
}

/// Registers a project `<name>` with a pipeline `<name>-training`, its snapshot and its run template,
/// both called `<name>-nightly`. The pipeline has one step `train` and runs on the stack
/// `<name>-stack`.
pub async fn register(client: &WorkspaceClient, name: &str) -> Result<Registered> {
    let project = client.create_project().body(ProjectRequest::new(name));
    let project = project.send().await?.id;
    let stack = create_stack(client, name).await?;

    let pipeline_name = format!("{name}-training");
    let pipeline = PipelineRequest::new(&pipeline_name, project);
    let pipeline = client.create_pipeline().body(&pipeline).send().await?.id;

    let version = client.server_info().send().await?.version.clone();
    let image = BuildItem::new(format!("registry.example.com/{name}:1"));
    let build = PipelineBuildRequest::new(true, false, project)
        .images(BTreeMap::from([("orchestrator".to_owned(), image)]))
        .pipeline(pipeline)
        .stack(stack)
        .zenml_version(version)
        .python_version("3.11");
    let build = client.create_build().body(&build).send().await?.id;

    let configuration = PipelineConfigurationInput::new(&pipeline_name);
    let (spec, train) = train_step();
    let snapshot = PipelineSnapshotRequest::new(
        pipeline,
        configuration,
        project,
        format!("{name}-{{date}}-{{time}}"),
        stack,
    )
    .name(json!(format!("{name}-nightly")))
    .build(build)
    .step_configurations(BTreeMap::from([("train".to_owned(), train)]))
    .pipeline_spec(PipelineSpecInput::new(vec![spec]));
    let snapshot = client.create_pipeline_snapshot().body(&snapshot);
    let snapshot = snapshot.send().await?.id;

    // The server renames the snapshot to the name of the template.
    let template = RunTemplateRequest::new(format!("{name}-nightly"), project, snapshot);
    #[allow(
        deprecated,
        reason = "the API deprecates run templates, but ZenML Pro still uses them"
    )]
    let template = client
        .create_run_template()
        .body(&template)
        .send()
        .await?
        .id;
    Ok(Registered {
        project: name.to_owned(),
        snapshot,
        template,
    })
}

/// Creates a stack of remote components. The server contacts none of them.
async fn create_stack(client: &WorkspaceClient, name: &str) -> Result<Uuid> {
    let mut components = BTreeMap::new();
    let setting = |name: &str, value: &str| Map::from_iter([(name.to_owned(), json!(value))]);
    for (kind, flavor, configuration) in [
        (StackComponentType::Orchestrator, "kubernetes", Map::new()),
        (
            StackComponentType::ArtifactStore,
            "s3",
            setting("path", "s3://example"),
        ),
        (
            StackComponentType::ContainerRegistry,
            "default",
            setting("uri", "registry.example.com"),
        ),
        (StackComponentType::ImageBuilder, "local", Map::new()),
    ] {
        let component = ComponentRequest::new(
            configuration,
            flavor,
            format!("{name}-{kind}"),
            kind.clone(),
        );
        let component = client.create_stack_component().body(&component);
        let id = UuidOrComponentInfo::Uuid(component.send().await?.id);
        components.insert(kind.to_string(), vec![id]);
    }
    let stack = StackRequest::new(components, format!("{name}-stack"));
    Ok(client.create_stack().body(&stack).send().await?.id)
}

/// Returns a step with the parameter `learning_rate`.
fn train_step() -> (StepSpecInput, StepInput) {
    let source = Source::new("training", ZenmlConfigSourceSourceType::User).attribute("train");
    let spec = StepSpecInput::new("train", source, vec![]);
    let parameters = Map::from_iter([("learning_rate".to_owned(), json!(0.1))]);
    let configuration = StepConfigurationInput::new("train").parameters(parameters);
    let step = StepInput::new(configuration.clone(), spec.clone(), configuration);
    (spec, step)
}
