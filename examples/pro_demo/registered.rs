//! Registers what a server needs to run a pipeline by itself, as `pipeline.create_snapshot()` of the
//! Python client does after it has built the image.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
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

/// What has been registered.
#[derive(Debug)]
pub struct Registered {
    /// Its name; pipeline, stack, snapshot and run template are called after it.
    pub project: String,
    pub snapshot: Uuid,
    pub template: Uuid,
}

/// Registers a pipeline `<name>-training` of one step `train` on a stack `<name>-stack`, with a
/// snapshot and a run template of it, both `<name>-nightly`, in a project of that name.
pub async fn register(ws: &WorkspaceClient, name: &str) -> Result<Registered> {
    let project = ws.create_project().body(&ProjectRequest::new(name));
    let project = project.send().await?.id;
    let stack = stack(ws, name).await?;

    let pipeline_name = format!("{name}-training");
    let pipeline = PipelineRequest::new(&pipeline_name, project);
    let pipeline = ws.create_pipeline().body(&pipeline).send().await?.id;

    let version = ws.server_info().send().await?.version.clone();
    let image = BuildItem::new(format!("registry.example.com/{name}:1"));
    let build = PipelineBuildRequest {
        images: Some(BTreeMap::from([("orchestrator".to_owned(), image)])),
        pipeline: pipeline.into(),
        stack: stack.into(),
        zenml_version: version.into(),
        python_version: "3.11".into(),
        ..PipelineBuildRequest::new(true, false, project)
    };
    let build = ws.create_build().body(&build).send().await?.id;

    let configuration = PipelineConfigurationInput::new(&pipeline_name);
    let (spec, train) = train();
    let snapshot = PipelineSnapshotRequest {
        name: json!(format!("{name}-nightly")).into(),
        build: build.into(),
        step_configurations: Some(BTreeMap::from([("train".to_owned(), train)])),
        pipeline_spec: PipelineSpecInput::new(vec![spec]).into(),
        ..PipelineSnapshotRequest::new(
            pipeline,
            configuration,
            project,
            format!("{name}-{{date}}-{{time}}"),
            stack,
        )
    };
    let snapshot = ws.create_pipeline_snapshot().body(&snapshot);
    let snapshot = snapshot.send().await?.id;

    // The server gives the template's name to the snapshot too.
    let template = RunTemplateRequest::new(format!("{name}-nightly"), project, snapshot);
    #[allow(
        deprecated,
        reason = "the vendor's word for templates, which Pro still has"
    )]
    let template = ws.create_run_template().body(&template).send().await?.id;
    Ok(Registered {
        project: name.to_owned(),
        snapshot,
        template,
    })
}

/// A stack that only a cluster could run: nothing of it is contacted.
async fn stack(ws: &WorkspaceClient, name: &str) -> Result<Uuid> {
    let mut components = BTreeMap::new();
    for (kind, flavor, configuration) in [
        (StackComponentType::Orchestrator, "kubernetes", json!({})),
        (
            StackComponentType::ArtifactStore,
            "s3",
            json!({"path": "s3://example"}),
        ),
        (
            StackComponentType::ContainerRegistry,
            "default",
            json!({"uri": "registry.example.com"}),
        ),
        (StackComponentType::ImageBuilder, "local", json!({})),
    ] {
        let configuration = match configuration {
            Value::Object(configuration) => configuration,
            _ => Map::new(),
        };
        let component = ComponentRequest::new(
            configuration,
            flavor,
            format!("{name}-{kind}"),
            kind.clone(),
        );
        let component = ws.create_stack_component().body(&component);
        let id = UuidOrComponentInfo::Uuid(component.send().await?.id);
        components.insert(kind.to_string(), vec![id]);
    }
    let stack = StackRequest::new(components, format!("{name}-stack"));
    Ok(ws.create_stack().body(&stack).send().await?.id)
}

/// A step that takes a learning rate.
fn train() -> (StepSpecInput, StepInput) {
    let source = Source {
        attribute: "train".into(),
        ..Source::new("training", ZenmlConfigSourceSourceType::User)
    };
    let spec = StepSpecInput::new("train", source, vec![]);
    let parameters = Map::from_iter([("learning_rate".to_owned(), json!(0.1))]);
    let configuration = StepConfigurationInput {
        parameters: Some(parameters),
        ..StepConfigurationInput::new("train")
    };
    let step = StepInput::new(configuration.clone(), spec.clone(), configuration);
    (spec, step)
}
