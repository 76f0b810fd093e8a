//! Copies a stack to another server: its components with their settings, and the stack itself.
//!
//! ```text
//! export ZENML_TARGET_API_KEY=ZENKEY_…
//! cargo run --package zenml-examples --example copy_stack -- prod https://zenml.example.com
//! ```

use std::{collections::BTreeMap, env};

use anyhow::{Context, Result, bail};
use clap::Parser;
use uuid::Uuid;
use zenml::{
    Credentials, Filter, WorkspaceClient,
    workspace::types::{ComponentRequest, StackRequest, UuidOrComponentInfo},
};

/// Copies a stack to another server
///
/// A component that the target has already, by type and name, is used as it is. Labels, service
/// connectors and the values of secrets are not copied.
#[derive(Parser)]
#[command(after_help = "\
The stack is read from the server of `zenml login`, or ZENML_STORE_URL with ZENML_STORE_API_KEY. The
key for the target is ZENML_TARGET_API_KEY.")]
struct Arguments {
    /// Name of the stack
    stack: String,

    /// URL of the target
    target: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { stack, target } = Arguments::parse();
    let key = env::var("ZENML_TARGET_API_KEY").context("set ZENML_TARGET_API_KEY")?;
    let source = WorkspaceClient::from_env()?;
    let target = WorkspaceClient::builder(target)
        .credentials(Credentials::api_key(key))
        .build()?;

    let stack = source.list_stacks().name(Filter::equals(stack));
    let stack = stack.hydrate(true).one().await?;
    let mut copies: BTreeMap<String, Vec<UuidOrComponentInfo>> = BTreeMap::new();
    for (kind, components) in stack.components().into_iter().flatten() {
        for component in components {
            let copy = copy(component.id, kind, &source, &target).await?;
            copies.entry(kind.clone()).or_default().push(copy.into());
        }
    }
    let request = StackRequest::new(copies, &stack.name);
    let copy = target.create_stack().body(request).send().await?;
    println!("Created the stack {} ({})", copy.name, copy.id);
    Ok(())
}

/// Returns the component of the target with the same type and name, and creates it if necessary.
async fn copy(
    component: Uuid,
    kind: &str,
    source: &WorkspaceClient,
    target: &WorkspaceClient,
) -> Result<Uuid> {
    let component = source.get_stack_component().component_id(component);
    let component = component.send().await?;
    let name = &component.name;
    let known = target.list_stack_components().type_(kind);
    if let Some(known) = known.name(Filter::equals(name)).first().await? {
        println!("Found the {kind} {name}");
        return Ok(known.id);
    }
    let settings = component.configuration();
    let (Some(type_), Some(flavor), Some(settings)) =
        (component.type_(), component.flavor_name(), settings)
    else {
        bail!("you lack the permission to read the {kind} {name}");
    };
    let request = ComponentRequest::new(settings.clone(), flavor, name, type_.clone());
    let copy = target.create_stack_component().body(request).send().await?;
    println!("Created the {kind} {name}");
    if let Some(connector) = component.connector().map(|connector| &connector.name) {
        println!("  it has no service connector yet; in the source it is {connector}");
    }
    Ok(copy.id)
}
