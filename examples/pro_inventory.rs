//! Lists the organizations of ZenML Pro that you belong to, with their workspaces and members.
//!
//! ```text
//! export ZENML_STORE_API_KEY=ZENPROKEY_…   # and ZENML_PRO_API_URL, if ZenML Pro is self-hosted
//! cargo run --package zenml-examples --example pro_inventory
//! ```

use std::collections::BTreeMap;

use uuid::Uuid;
use zenml::{
    ProClient, Result,
    pro::types::{MemberRead, WorkspaceRead},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let pro = ProClient::from_env()?;
    let mut organizations = pro.list_organizations().stream();
    while let Some(organization) = organizations.next().await {
        let organization = organization?;
        println!("{} ({})", organization.name, organization.id);
        list_workspaces(&pro, organization.id).await?;
        list_members(&pro, organization.id).await?;
        println!();
    }
    Ok(())
}

async fn list_workspaces(pro: &ProClient, organization: Uuid) -> Result<()> {
    println!(
        "\n  {:<24} {:<16} {:<10} URL",
        "WORKSPACE", "STATUS", "ZENML"
    );
    let list = pro.list_workspaces().organization_id(organization);
    let mut workspaces = list.stream();
    while let Some(workspace) = workspaces.next().await {
        print_workspace(&workspace?);
    }
    Ok(())
}

fn print_workspace(workspace: &WorkspaceRead) {
    let service = workspace.zenml_service.as_ref();
    let server = service.and_then(|service| service.status.as_ref());
    let version = server.and_then(|server| server.version.as_deref());
    let url = server.and_then(|server| server.server_url.as_deref());
    println!(
        "  {:<24} {:<16} {:<10} {}",
        workspace.name,
        workspace.status.as_deref().unwrap_or("-"),
        version.unwrap_or("-"),
        url.unwrap_or("-"),
    );
}

async fn list_members(pro: &ProClient, organization: Uuid) -> Result<()> {
    let list = pro.list_organization_roles().organization_id(organization);
    let roles = list.send().await?.into_inner().into_iter();
    let role_names: BTreeMap<Uuid, String> = roles
        .filter_map(|role| Some((role.id, role.name?)))
        .collect();

    println!("\n  {:<40} {:<16} ROLES", "MEMBER", "KIND");
    let members = pro
        .list_organization_members()
        .organization_id(organization)
        .include_teams(true)
        .include_service_accounts(true)
        .send()
        .await?;
    for member in members.iter() {
        print_member(member, &role_names);
    }
    Ok(())
}

fn print_member(member: &MemberRead, role_names: &BTreeMap<Uuid, String>) {
    let (name, kind) = match (&member.user, &member.team, &member.invitation) {
        (Some(user), _, _) => {
            let name = user.email.as_deref().or(user.username.as_deref());
            let kind = match user.is_service_account {
                Some(true) => "service account",
                _ => "user",
            };
            (name, kind)
        }
        (_, Some(team), _) => (Some(team.name.as_str()), "team"),
        (_, _, Some(invitation)) => (invitation.email.as_deref(), "invitation"),
        _ => (None, "-"),
    };
    let roles = member.roles.iter().flatten();
    let roles: Vec<&str> = roles
        .filter_map(|role| Some(role_names.get(&role.role_id?)?.as_str()))
        .collect();
    println!(
        "  {:<40} {kind:<16} {}",
        name.unwrap_or("-"),
        roles.join(", ")
    );
}
