//! Stores the variables of a file as a secret of the server. Running it again replaces the values.
//!
//! ```text
//! cargo run --package zenml-examples --example store_secret -- warehouse .env
//! ```

use std::{collections::BTreeMap, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use zenml::{
    ErrorKind, Filter, Secret, WorkspaceClient,
    workspace::types::{SecretRequest, SecretUpdate},
};

/// Stores the variables of a file as a secret
///
/// Each line of the file is KEY=VALUE. Empty lines and lines that begin with # are skipped. If the
/// secret exists, its values are replaced by those of the file.
#[derive(Parser)]
#[command(after_help = "\
The server is that of `zenml login`, or ZENML_STORE_URL with ZENML_STORE_API_KEY.")]
struct Arguments {
    /// Name of the secret
    name: String,

    /// File with the keys and values
    file: PathBuf,
}

/// Reads the values. No error shows a line, because it may contain a secret.
fn read(file: &PathBuf) -> Result<BTreeMap<String, Option<Secret>>> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut values = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (key, value) = line
            .split_once('=')
            .with_context(|| format!("line {number} of {} is not KEY=VALUE", file.display()))?;
        values.insert(key.trim().to_owned(), Some(Secret::from(value.trim())));
    }
    ensure!(!values.is_empty(), "{} has no values", file.display());
    Ok(values)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { name, file } = Arguments::parse();
    let values = read(&file)?;
    let keys = values.keys().cloned().collect::<Vec<_>>().join(", ");
    let client = WorkspaceClient::from_env()?;

    let request = SecretRequest::new(&name).values(values.clone());
    match client.create_secret().body(request).send().await {
        Err(error) if error.kind() == ErrorKind::Conflict => {
            let secret = client
                .list_secrets()
                .name(Filter::equals(&*name))
                .one()
                .await?;
            let update = SecretUpdate::new().values(values);
            let update = client.update_secret().secret_id(secret.id).body(update);
            update.send().await?;
            println!("Replaced the values of the secret {name}: {keys}");
        }
        created => {
            created?;
            println!("Created the secret {name}: {keys}");
        }
    }
    Ok(())
}
