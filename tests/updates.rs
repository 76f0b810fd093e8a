//! Against the real server: an update leaves a field alone, clears it, sets it, or empties it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use std::collections::BTreeMap;

use serde_json::{Map, json};
use uuid::Uuid;
use zenml::workspace::types::{
    ColorVariants, ComponentRequest, StackComponentType, StackRequest, StackResponse,
    StackResponseMetadata, StackUpdate, TagRequest, TagUpdate,
};
use zenml::{Credentials, Field, WorkspaceClient};
use zenml_test_server::Access;

fn client() -> WorkspaceClient {
    let access = Access::from_env().unwrap();
    WorkspaceClient::builder(access.url)
        .credentials(Credentials::password(access.username, access.password))
        .build()
        .unwrap()
}

fn unique(name: &str) -> String {
    format!("{name}-{}", Uuid::new_v4().simple())
}

async fn default_components(ws: &WorkspaceClient) -> BTreeMap<String, Vec<Uuid>> {
    let stacks = ws
        .list_stacks()
        .name("default")
        .hydrate(true)
        .send()
        .await
        .unwrap();
    let metadata = stacks.items[0].metadata.clone().unwrap();
    let components = metadata.components.into_iter();
    components
        .map(|(kind, list)| (kind, list.iter().map(|c| c.id).collect()))
        .collect()
}

async fn update(ws: &WorkspaceClient, stack: Uuid, body: &StackUpdate) -> StackResponseMetadata {
    let call = ws.update_stack().stack_id(stack).body(body);
    call.send().await.unwrap();
    read(ws, stack).await
}

async fn read(ws: &WorkspaceClient, stack: Uuid) -> StackResponseMetadata {
    let stack: StackResponse = ws
        .get_stack()
        .stack_id(stack)
        .send()
        .await
        .unwrap()
        .into_inner();
    stack.metadata.map(|metadata| *metadata).unwrap()
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_field_of_a_stack_is_set_left_alone_and_cleared() {
    let ws = client();
    let components = default_components(&ws).await;
    let components = components.iter();
    let components =
        components.map(|(kind, ids)| (kind.clone(), ids.iter().map(|id| (*id).into()).collect()));
    let labels = Map::from_iter([("team".to_owned(), json!("vision"))]);
    let stack = ws
        .create_stack()
        .body(&StackRequest {
            description: Some("as created".to_owned()),
            labels: labels.clone().into(),
            ..StackRequest::new(components.collect(), unique("updates"))
        })
        .send()
        .await
        .unwrap();

    let untouched = update(&ws, stack.id, &StackUpdate::default()).await;
    assert_eq!(untouched.description.as_deref(), Some("as created"));
    assert_eq!(untouched.labels, Some(labels.clone()));

    let set = StackUpdate {
        description: "changed".into(),
        ..StackUpdate::default()
    };
    let set = update(&ws, stack.id, &set).await;
    assert_eq!(set.description.as_deref(), Some("changed"));
    assert_eq!(set.labels, Some(labels));

    let emptied = StackUpdate {
        labels: Map::new().into(),
        ..StackUpdate::default()
    };
    let emptied = update(&ws, stack.id, &emptied).await;
    assert_eq!(emptied.labels, Some(Map::new()));
    assert_eq!(emptied.description.as_deref(), Some("changed"));

    let cleared = StackUpdate {
        description: Field::Null,
        labels: Field::Null,
        ..StackUpdate::default()
    };
    let cleared = update(&ws, stack.id, &cleared).await;
    assert_eq!((cleared.description, cleared.labels), (None, None));
    ws.delete_stack().stack_id(stack.id).send().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_list_of_a_stack_is_emptied() {
    let ws = client();
    let kind = StackComponentType::ImageBuilder;
    let builder = ComponentRequest::new(Map::new(), "local", unique("builder"), kind.clone());
    let builder = ws
        .create_stack_component()
        .body(&builder)
        .send()
        .await
        .unwrap();
    let mut ids = default_components(&ws).await;
    ids.insert(kind.to_string(), vec![builder.id]);
    let components = ids.iter();
    let components =
        components.map(|(kind, ids)| (kind.clone(), ids.iter().map(|id| (*id).into()).collect()));
    let request = StackRequest::new(components.collect(), unique("updates"));
    let stack = ws.create_stack().body(&request).send().await.unwrap();
    assert!(
        read(&ws, stack.id)
            .await
            .components
            .contains_key(kind.as_str())
    );

    ids.insert(kind.to_string(), Vec::new());
    let body = StackUpdate {
        components: ids.into(),
        ..StackUpdate::default()
    };
    let emptied = update(&ws, stack.id, &body).await;

    assert!(!emptied.components.contains_key(kind.as_str()));
    assert!(emptied.components.contains_key("orchestrator"));
    ws.delete_stack().stack_id(stack.id).send().await.unwrap();
    ws.deregister_stack_component()
        .component_id(builder.id)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_tag_keeps_what_an_update_does_not_name() {
    let ws = client();
    let request = TagRequest {
        color: Some(ColorVariants::Red),
        ..TagRequest::new(unique("updates"))
    };
    let tag = ws.create_tag().body(&request).send().await.unwrap();

    let renamed = unique("renamed");
    let body = TagUpdate {
        name: renamed.as_str().into(),
        ..TagUpdate::default()
    };
    let tag = ws
        .update_tag()
        .tag_id(tag.id)
        .body(&body)
        .send()
        .await
        .unwrap();

    assert_eq!(tag.name, renamed);
    assert_eq!(tag.body.as_ref().unwrap().color, Some(ColorVariants::Red));
    ws.delete_tag().tag_id(tag.id).send().await.unwrap();
}
