//! Does an update of a real server keep, set, clear and empty fields as its [`Field`]s say?

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
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

async fn default_components(client: &WorkspaceClient) -> BTreeMap<String, Vec<Uuid>> {
    let stacks = client
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

/// Updates the stack and returns its metadata.
async fn update(
    client: &WorkspaceClient,
    stack: Uuid,
    body: &StackUpdate,
) -> StackResponseMetadata {
    let call = client.update_stack().stack_id(stack).body(body);
    call.send().await.unwrap();
    read(client, stack).await
}

async fn read(client: &WorkspaceClient, stack: Uuid) -> StackResponseMetadata {
    let stack: StackResponse = client
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
async fn an_update_keeps_sets_empties_and_clears_fields_of_a_stack() {
    let client = client();
    let components = default_components(&client).await;
    let components = components.iter();
    let components =
        components.map(|(kind, ids)| (kind.clone(), ids.iter().map(|id| (*id).into()).collect()));
    let labels = Map::from_iter([("team".to_owned(), json!("vision"))]);
    let stack = client
        .create_stack()
        .body(
            StackRequest::new(components.collect(), unique("updates"))
                .description("as created")
                .labels(labels.clone()),
        )
        .send()
        .await
        .unwrap();

    let kept = update(&client, stack.id, &StackUpdate::default()).await;
    assert_eq!(kept.description.as_deref(), Some("as created"));
    assert_eq!(kept.labels, Some(labels.clone().into()));

    let set = StackUpdate::new().description("changed");
    let set = update(&client, stack.id, &set).await;
    assert_eq!(set.description.as_deref(), Some("changed"));
    assert_eq!(set.labels, Some(labels.into()));

    let emptied = StackUpdate::new().labels(Map::new());
    let emptied = update(&client, stack.id, &emptied).await;
    assert_eq!(emptied.labels, Some(Map::new().into()));
    assert_eq!(emptied.description.as_deref(), Some("changed"));

    let cleared = StackUpdate::new()
        .description(Field::Null)
        .labels(Field::Null);
    let cleared = update(&client, stack.id, &cleared).await;
    assert_eq!((cleared.description, cleared.labels), (None, None));
    client
        .delete_stack()
        .stack_id(stack.id)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn an_update_empties_a_list_of_a_stack() {
    let client = client();
    let kind = StackComponentType::ImageBuilder;
    let builder = ComponentRequest::new(Map::new(), "local", unique("builder"), kind.clone());
    let builder = client
        .create_stack_component()
        .body(&builder)
        .send()
        .await
        .unwrap();
    let mut ids = default_components(&client).await;
    ids.insert(kind.to_string(), vec![builder.id]);
    let components = ids.iter();
    let components =
        components.map(|(kind, ids)| (kind.clone(), ids.iter().map(|id| (*id).into()).collect()));
    let request = StackRequest::new(components.collect(), unique("updates"));
    let stack = client.create_stack().body(&request).send().await.unwrap();
    assert!(
        read(&client, stack.id)
            .await
            .components
            .contains_key(kind.as_str())
    );

    ids.insert(kind.to_string(), Vec::new());
    let body = StackUpdate::new().components(ids);
    let emptied = update(&client, stack.id, &body).await;

    assert!(!emptied.components.contains_key(kind.as_str()));
    assert!(emptied.components.contains_key("orchestrator"));
    client
        .delete_stack()
        .stack_id(stack.id)
        .send()
        .await
        .unwrap();
    client
        .deregister_stack_component()
        .component_id(builder.id)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn an_update_keeps_the_fields_of_a_tag_that_it_does_not_set() {
    let client = client();
    let request = TagRequest::new(unique("updates")).color(ColorVariants::Red);
    let tag = client.create_tag().body(&request).send().await.unwrap();

    let renamed = unique("renamed");
    let body = TagUpdate::new().name(renamed.as_str());
    let tag = client
        .update_tag()
        .tag_id(tag.id)
        .body(&body)
        .send()
        .await
        .unwrap();

    assert_eq!(tag.name, renamed);
    assert_eq!(tag.color(), Some(&ColorVariants::Red));
    client.delete_tag().tag_id(tag.id).send().await.unwrap();
}
