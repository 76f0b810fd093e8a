//! Registers a stack with its components in one request: either all of them exist afterwards, or none.
//!
//! ```text
//! cargo run --package zenml-examples --example register_stack -- prod \
//!     orchestrator=kubernetes,kubernetes_context=prod artifact_store=s3,path=s3://example
//! ```

use std::{collections::BTreeMap, str::FromStr};

use anyhow::{Context, Error, Result};
use clap::Parser;
use serde_json::{Map, Value};
use zenml::{
    ErrorKind, WorkspaceClient,
    workspace::types::{ComponentInfo, StackRequest, UuidOrComponentInfo},
};

/// Registers a stack with its components
#[derive(Parser)]
#[command(after_help = "\
Example:
  register_stack prod \\
      orchestrator=kubernetes,kubernetes_context=prod \\
      artifact_store=s3,path=s3://example

The server is that of `zenml login`, or ZENML_STORE_URL with ZENML_STORE_API_KEY.")]
struct Arguments {
    /// Name of the stack and of its components
    name: String,

    /// The components: type, flavor and settings; a value is JSON, and otherwise text
    #[arg(required = true, value_name = "TYPE=FLAVOR[,SETTING=VALUE]...")]
    components: Vec<Component>,
}

#[derive(Clone)]
struct Component {
    kind: String,
    info: ComponentInfo,
}

impl FromStr for Component {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (component, settings) = text.split_once(',').unwrap_or((text, ""));
        let (kind, flavor) = component.split_once('=').context("expected TYPE=FLAVOR")?;
        let mut configuration = Map::new();
        for setting in settings.split(',').filter(|setting| !setting.is_empty()) {
            let (name, value) = setting.split_once('=').context("expected SETTING=VALUE")?;
            let value = value.parse().unwrap_or_else(|_| Value::from(value));
            configuration.insert(name.to_owned(), value);
        }
        Ok(Self {
            kind: kind.to_owned(),
            info: ComponentInfo::new(flavor).configuration(configuration),
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { name, components } = Arguments::parse();
    let client = WorkspaceClient::from_env()?;
    let mut parts: BTreeMap<String, Vec<UuidOrComponentInfo>> = BTreeMap::new();
    for Component { kind, info } in components {
        parts.entry(kind).or_default().push(info.into());
    }
    let request = StackRequest::new(parts, &name);
    let stack = match client.create_stack().body(request).send().await {
        Err(error) if error.kind() == ErrorKind::Conflict => {
            return Err(Error::new(error).context(format!("the stack {name:?} exists already")));
        }
        stack => stack?,
    };

    println!("Registered the stack {} ({})", stack.name, stack.id);
    for (kind, components) in stack.components().into_iter().flatten() {
        for component in components {
            let flavor = component.flavor_name().unwrap_or("-");
            println!("  {kind:<20} {flavor:<16} {}", component.name);
        }
    }
    Ok(())
}
