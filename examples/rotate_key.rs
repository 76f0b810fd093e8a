//! Rotates the API keys of a service account of ZenML Pro: creates a key, stores it in a file, checks
//! that it works, and deletes all older keys.
//!
//! ```text
//! export ZENML_STORE_API_KEY=ZENPROKEY_…   # a key of an organization admin
//! cargo run --package zenml-examples --features pro-inferred --example rotate_key -- \
//!     acme ci /run/secrets/zenml
//! ```
//!
//! The operations that list and delete keys are inferred by analogy and have never been observed
//! (see specs/README.md); the feature `pro-inferred` provides them.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use clap::Parser;
use uuid::Uuid;
use zenml::{Credentials, ProClient, Secret, pro::types::ApiKeyCreate};

const NINETY_DAYS: i64 = 90 * 24 * 60;

/// Rotates the API keys of a service account of ZenML Pro
#[derive(Parser)]
#[command(after_help = "\
Set ZENML_STORE_API_KEY to the key of an organization admin, and ZENML_PRO_API_URL if ZenML Pro is
self-hosted.")]
struct Arguments {
    /// Name or id of the organization
    organization: String,

    /// Name of the service account
    account: String,

    /// File to store the new key in
    file: PathBuf,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments {
        organization,
        account,
        file,
    } = Arguments::parse();
    let pro = ProClient::from_env()?;
    let organization = pro.get_organization().organization_id_or_name(organization);
    let organization = organization.send().await?.id;
    let account = find_service_account(&pro, organization, &account).await?;
    let old_keys = pro
        .list_service_account_api_keys()
        .organization_id(organization)
        .service_account_id(account)
        .stream()
        .try_collect::<Vec<_>>()
        .await?;

    let new_key = pro
        .create_service_account_api_key()
        .organization_id(organization)
        .service_account_id(account)
        .body(
            ApiKeyCreate::new(format!("rotated-{}", Uuid::new_v4()))
                .expires_in_minutes(NINETY_DAYS),
        )
        .send()
        .await?
        .into_inner();
    // The server shows the key only once, so it is stored before anything else can fail.
    let new_key = new_key
        .key
        .context("the response does not contain the key")?;
    write_secret(&file, &new_key)?;
    println!("Stored the new key in {}.", file.display());

    let account_client = ProClient::builder_from_env()?
        .credentials(Credentials::api_key(new_key))
        .build()?;
    account_client.get_current_user().send().await?;
    println!("The new key works.");

    for key in old_keys {
        pro.delete_service_account_api_key()
            .organization_id(organization)
            .service_account_id(account)
            .api_key_id(key.id)
            .send()
            .await?;
        let name = key.name.unwrap_or_else(|| key.id.to_string());
        println!("Deleted the key {name}.");
    }
    Ok(())
}

async fn find_service_account(pro: &ProClient, organization: Uuid, name: &str) -> Result<Uuid> {
    let mut accounts = pro
        .list_organization_service_accounts()
        .organization_id(organization)
        .stream();
    while let Some(account) = accounts.next().await {
        let account = account?;
        if account.username.as_deref() == Some(name) {
            return Ok(account.id);
        }
    }
    bail!("the organization has no service account {name:?}")
}

/// Replaces the file atomically; only its owner may read it.
fn write_secret(file: &Path, secret: &Secret) -> Result<()> {
    let temporary = file.with_extension(Uuid::new_v4().to_string());
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut output = options.open(&temporary)?;
    output.write_all(secret.expose().as_bytes())?;
    output.sync_all()?;
    fs::rename(&temporary, file)?;
    Ok(())
}
