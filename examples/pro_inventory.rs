//! Lists what there is on ZenML Pro: organizations, their workspaces and their members.
//!
//! ```text
//! export ZENML_STORE_API_KEY=ZENPROKEY_…   # and ZENML_PRO_API_URL, if it is self-hosted
//! cargo run --example pro_inventory
//! ```

use std::collections::BTreeMap;

use uuid::Uuid;
use zenml::{
    ProClient, Result,
    pro::types::{MemberRead, RoleRead, WorkspaceRead},
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let pro = ProClient::from_env()?;
    let mut organizations = pro.list_organizations().stream();
    while let Some(organization) = organizations.next().await {
        let organization = organization?;
        println!("{} ({})", organization.name, organization.id);

        println!(
            "\n  {:<24} {:<16} {:<10} URL",
            "WORKSPACE", "STATUS", "ZENML"
        );
        let mut workspaces = pro
            .list_workspaces()
            .organization_id(organization.id)
            .stream();
        while let Some(workspace) = workspaces.next().await {
            print_workspace(&workspace?);
        }

        let roles = pro
            .list_organization_roles()
            .organization_id(organization.id)
            .send()
            .await?
            .into_inner();
        let named = |role: RoleRead| Some((role.id, role.name?));
        let roles = roles.into_iter().filter_map(named).collect();
        println!("\n  {:<40} {:<16} ROLES", "MEMBER", "KIND");
        let members = pro
            .list_organization_members()
            .organization_id(organization.id)
            .include_teams(true)
            .include_service_accounts(true)
            .send()
            .await?;
        for member in members.iter() {
            print_member(member, &roles);
        }
        println!();
    }
    Ok(())
}

fn print_workspace(workspace: &WorkspaceRead) {
    let service = workspace.zenml_service.as_ref();
    let running = service.and_then(|service| service.status.as_ref());
    println!(
        "  {:<24} {:<16} {:<10} {}",
        workspace.name,
        workspace.status.as_deref().unwrap_or("-"),
        running
            .and_then(|status| status.version.as_deref())
            .unwrap_or("-"),
        running
            .and_then(|status| status.server_url.as_deref())
            .unwrap_or("-"),
    );
}

fn print_member(member: &MemberRead, names: &BTreeMap<Uuid, String>) {
    let (name, kind) = match (&member.user, &member.team, &member.invitation) {
        (Some(user), _, _) => {
            let name = user.email.as_deref().or(user.username.as_deref());
            match user.is_service_account {
                Some(true) => (name, "service account"),
                _ => (name, "user"),
            }
        }
        (_, Some(team), _) => (Some(team.name.as_str()), "team"),
        (_, _, Some(invitation)) => (invitation.email.as_deref(), "invited"),
        _ => (None, "?"),
    };
    let roles = member.roles.iter().flatten();
    let roles: Vec<_> = roles
        .filter_map(|role| Some(names.get(&role.role_id?)?.as_str()))
        .collect();
    println!(
        "  {:<40} {kind:<16} {}",
        name.unwrap_or("-"),
        roles.join(", ")
    );
}
