//! From nothing to a finished run on ZenML Pro: who may do it, what is run, and the run itself.
//!
//! `cargo xtask demo --pro` runs this against a real server in Pro mode and a double of the control
//! plane. It creates things, so think before you run it elsewhere:
//!
//! ```text
//! export ZENML_PRO_API_URL=https://… ZENML_STORE_URL=https://… ZENML_STORE_API_KEY=ZENPROKEY_…
//! cargo run --example pro_demo
//! ```

mod registered;

use std::{env, error::Error, time::Duration};

use uuid::Uuid;
use zenml::{
    Credentials, ProClient, RunTemplate, Secret,
    pro::types::{ApiKeyCreate, ServiceAccountCreate, TeamCreate},
};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let admin = ProClient::from_env()?;
    let url = env::var("ZENML_STORE_URL").map_err(|_| "which workspace? set ZENML_STORE_URL")?;
    let name = format!("demo-{}", &Uuid::new_v4().simple().to_string()[..8]);

    // Of the workspace, the control plane knows the rest.
    let ws = admin.connect_workspace(&*url).await?;
    let found = admin.list_workspaces().url(&url).send().await?;
    let workspace = found.first().ok_or("the workspace has gone")?;
    let organization = workspace.organization.id;
    println!(
        "Workspace {} of {}",
        workspace.name, workspace.organization.name
    );

    let key = automation(&admin, organization, workspace.id, &name).await?;

    let registered = registered::register(&ws, &name).await?;
    println!("\nRegistered the project {}:", registered.project);
    println!("  snapshot      {}", registered.snapshot);
    println!("  run template  {}", registered.template);

    // From here on as the service account, which has nothing but its key.
    let ci = ProClient::builder(admin.transport().url())
        .credentials(Credentials::api_key(key))
        .build()?;
    let ws = ci.connect_workspace(workspace.id).await?;
    let run = ws
        .trigger(RunTemplate::named(format!("{name}-nightly")))
        .project(&registered.project)
        .parameter("train", "learning_rate", 0.01)
        .await?;
    println!("\nTriggered {} as {name}-ci:", run.name);
    let run = ws
        .wait_for_run(run.id)
        .interval(Duration::from_secs(1))
        .deadline(Duration::from_secs(120))
        .on_status(|status| println!("  {status}"))
        .await?;

    let status = run.status().ok_or("the run's status is hidden")?;
    println!("\nRun {} ({}) is {status}.", run.name, run.id);
    match status.is_successful() {
        true => Ok(()),
        false => Err(format!("the run is {status}").into()),
    }
}

/// A team, and a service account that may work in the workspace; its key.
async fn automation(
    pro: &ProClient,
    organization: Uuid,
    workspace: Uuid,
    name: &str,
) -> Result<Secret> {
    let team = TeamCreate::new(format!("{name}-team"), organization);
    let team = pro.create_team().body(&team).send().await?;
    println!("\nCreated the team {}", team.name);

    let account = pro
        .create_organization_service_account()
        .organization_id(organization)
        .body(&ServiceAccountCreate::new(format!("{name}-ci")))
        .send()
        .await?;
    let role = pro
        .list_organization_roles()
        .organization_id(organization)
        .name("Workspace Developer")
        .send()
        .await?;
    let mut roles = role.iter();
    let role = roles.find(|role| role.name.as_deref() == Some("Workspace Developer"));
    let role = role.ok_or("no role \"Workspace Developer\"")?;
    pro.assign_role()
        .role_id(role.id)
        .user_id(account.id)
        .workspace_id(workspace)
        .send()
        .await?;
    println!("Created the service account {name}-ci, Workspace Developer");

    let key = pro
        .create_service_account_api_key()
        .organization_id(organization)
        .service_account_id(account.id)
        .body(&ApiKeyCreate {
            expires_in_minutes: 60.into(),
            ..ApiKeyCreate::new("demo")
        })
        .send()
        .await?
        .into_inner();
    let key = key.key.ok_or("the key's value was not shown")?;
    println!("Created a key of it, good for an hour, which shows nowhere: {key}");
    Ok(key)
}
