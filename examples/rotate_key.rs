//! Replaces the API keys of a service account of ZenML Pro: makes a new one, hands it over, proves
//! that it works, and deletes all others.
//!
//! ```text
//! export ZENML_STORE_API_KEY=ZENPROKEY_…   # of somebody who may do that
//! cargo run --features pro-inferred --example rotate_key -- acme ci /run/secrets/zenml
//! ```
//!
//! The arguments are the organization, the service account, and the file that the new key goes to.
//! The control plane shows a key's value once: it is written before anything else is done.
//!
//! Listing and deleting keys rests on inference (see specs/README.md), hence the feature.

use std::{env, error::Error, fs, io::Write, path::Path};

use uuid::Uuid;
use zenml::{Credentials, ProClient, Secret, pro::types::ApiKeyCreate};

const NINETY_DAYS: i64 = 90 * 24 * 60;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let usage = "usage: rotate_key ORGANIZATION SERVICE_ACCOUNT FILE";
    let mut arguments = env::args().skip(1);
    let mut argument = || arguments.next().ok_or(usage);
    let (organization, account, file) = (argument()?, argument()?, argument()?);

    let pro = ProClient::from_env()?;
    let organization = pro.get_organization().organization_id_or_name(organization);
    let organization = organization.send().await?.id;
    let accounts = pro
        .list_organization_service_accounts()
        .organization_id(organization)
        .stream()
        .collect()
        .await?;
    let account = accounts
        .iter()
        .find(|known| known.username.as_deref() == Some(&account))
        .ok_or("no such service account")?
        .id;
    let old = pro
        .list_service_account_api_keys()
        .organization_id(organization)
        .service_account_id(account)
        .stream()
        .collect()
        .await?;

    let new = pro
        .create_service_account_api_key()
        .organization_id(organization)
        .service_account_id(account)
        .body(&ApiKeyCreate {
            expires_in_minutes: NINETY_DAYS.into(),
            ..ApiKeyCreate::new(format!("rotated-{}", Uuid::new_v4()))
        })
        .send()
        .await?
        .into_inner();
    let value = new.key.ok_or("the new key's value was not shown")?;
    write(Path::new(&file), &value)?;
    println!("The new key is in {file}.");

    let as_account = ProClient::builder_from_env()?
        .credentials(Credentials::api_key(value))
        .build()?;
    as_account.get_current_user().send().await?;
    println!("It works.");

    for key in old {
        pro.delete_service_account_api_key()
            .organization_id(organization)
            .service_account_id(account)
            .api_key_id(key.id)
            .send()
            .await?;
        println!("Deleted {}.", key.name.as_deref().unwrap_or("a key"));
    }
    Ok(())
}

/// Puts the key into the file at once or not at all, for its owner only.
fn write(file: &Path, key: &Secret) -> Result<()> {
    let mut new = file.as_os_str().to_owned();
    new.push(format!(".{}", Uuid::new_v4()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&new)?;
    out.write_all(key.expose().as_bytes())?;
    out.sync_all()?;
    fs::rename(&new, file)?;
    Ok(())
}
