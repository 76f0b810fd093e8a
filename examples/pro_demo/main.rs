//! Goes from an empty workspace of ZenML Pro to a finished run: creates a team and a service account,
//! registers a pipeline, triggers it as the service account, and waits for the run.
//!
//! `cargo xtask demo --pro` runs this program against a real server in Pro mode and a fake Pro API.
//! Against your own workspace it creates objects and leaves them there:
//!
//! ```text
//! export ZENML_PRO_API_URL=https://… ZENML_STORE_URL=https://… ZENML_STORE_API_KEY=ZENPROKEY_…
//! cargo run --package zenml-examples --example pro_demo
//! ```

mod registered;

use std::{env, time::Duration};

use anyhow::{Context, Result};
use uuid::Uuid;
use zenml::{
    Credentials, ProClient, RunTemplate, Secret,
    pro::types::{ApiKeyCreate, ServiceAccountCreate, TeamCreate},
};

const ROLE: &str = "Workspace Developer";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let pro = ProClient::from_env()?;
    let url = env::var("ZENML_STORE_URL").context("set ZENML_STORE_URL to the workspace")?;
    let name = format!("demo-{}", &Uuid::new_v4().simple().to_string()[..8]);

    let client = pro.connect_workspace(&*url).send().await?;
    let workspace = pro.list_workspaces().url(&url).first().await?;
    let workspace = workspace.context("no workspace has this ZENML_STORE_URL")?;
    let organization = &workspace.organization;
    println!("Workspace {} of {}", workspace.name, organization.name);

    let team = TeamCreate::new(format!("{name}-team"), organization.id);
    let team = pro.create_team().body(&team).send().await?;
    println!("\nCreated the team {}", team.name);
    let key = create_service_account(&pro, organization.id, workspace.id, &name).await?;

    let registered = registered::register(&client, &name).await?;
    println!("\nRegistered the project {}:", registered.project);
    println!("  snapshot      {}", registered.snapshot);
    println!("  run template  {}", registered.template);

    // The rest is what a CI job does, with nothing but the key of the service account.
    let pro = ProClient::builder(pro.url())
        .credentials(Credentials::api_key(key))
        .build()?;
    let client = pro.connect_workspace(workspace.id).send().await?;
    let run = client
        .trigger(RunTemplate::by_name(format!("{name}-nightly")))
        .project(&registered.project)
        .parameter("train", "learning_rate", 0.01)
        .send()
        .await?;
    println!("\nTriggered {} as {name}-ci:", run.name);
    let run = run
        .wait()
        .deadline(Duration::from_secs(120))
        .on_status(|status| println!("  {status}"))
        .await?;
    println!("\nRun {} ({}) is {}.", run.name, run.id, run.final_status());
    run.into_result().await?;
    Ok(())
}

/// Creates a service account with a role in the workspace, and returns a key of it.
async fn create_service_account(
    pro: &ProClient,
    organization: Uuid,
    workspace: Uuid,
    name: &str,
) -> Result<Secret> {
    let account = pro
        .create_organization_service_account()
        .organization_id(organization)
        .body(ServiceAccountCreate::new(format!("{name}-ci")))
        .send()
        .await?;

    let roles = pro
        .list_organization_roles()
        .organization_id(organization)
        .name(ROLE)
        .send()
        .await?;
    let mut roles = roles.iter();
    let role = roles.find(|role| role.name.as_deref() == Some(ROLE));
    let role = role.with_context(|| format!("the organization has no role {ROLE:?}"))?;
    pro.assign_role()
        .role_id(role.id)
        .user_id(account.id)
        .workspace_id(workspace)
        .send()
        .await?;
    println!("Created the service account {name}-ci with the role {ROLE}");

    let key = pro
        .create_service_account_api_key()
        .organization_id(organization)
        .service_account_id(account.id)
        .body(ApiKeyCreate::new("demo").expires_in_minutes(60))
        .send()
        .await?
        .into_inner();
    let key = key.key.context("the response does not contain the key")?;
    println!("Created an API key that expires in an hour and prints as {key}");
    Ok(key)
}
