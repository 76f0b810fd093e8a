//! Onboards a team to a workspace of ZenML Pro: invites its people, creates the team, and gives the
//! team a role in the workspace. Running it again changes nothing.
//!
//! ```text
//! export ZENML_STORE_API_KEY=ZENPROKEY_…   # a key of an organization admin
//! cargo run --package zenml-examples --example onboard_team -- \
//!     acme prod vision jane@acme.example joe@acme.example
//! ```

use anyhow::{Context, Result};
use clap::Parser;
use uuid::Uuid;
use zenml::{
    ErrorKind, ProClient, Response,
    pro::types::{InvitationCreate, RoleLevel, TeamCreate, WorkspaceRead},
};

const ROLE: &str = "Workspace Developer";

/// Gives a team a role in a workspace of ZenML Pro
///
/// Invites people and creates the team, if necessary. Running it again changes nothing.
#[derive(Parser)]
#[command(after_help = "\
Set ZENML_STORE_API_KEY to the key of an organization admin, and ZENML_PRO_API_URL if ZenML Pro is
self-hosted.")]
struct Arguments {
    /// Name or id of the organization
    organization: String,

    /// Name of the workspace
    workspace: String,

    /// Name of the team
    team: String,

    /// E-mail addresses of the members
    #[arg(value_name = "EMAIL")]
    emails: Vec<String>,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let pro = ProClient::from_env()?;
    let organization = pro.get_organization();
    let organization = organization.organization_id_or_name(arguments.organization);
    let organization = organization.send().await?.id;
    let workspace = find_workspace(&pro, organization, &arguments.workspace).await?;
    let role = find_role(&pro, organization).await?;

    let team = find_or_create_team(&pro, organization, &arguments.team).await?;
    for email in arguments.emails {
        let member = find_or_invite(&pro, organization, &email).await?;
        let add = pro.add_team_member().team_id(team);
        let add = match member {
            Member::User(id) => add.user_id(id),
            Member::Invitation(id) => add.invitation_id(id),
        };
        ignore_conflict(add.send().await)?;
        println!("{email} is in the team");
    }

    let assign = pro.assign_role().role_id(role).team_id(team);
    ignore_conflict(assign.workspace_id(workspace.id).send().await)?;
    println!("The team is {ROLE} in {}", workspace.name);
    Ok(())
}

async fn find_workspace(pro: &ProClient, organization: Uuid, name: &str) -> Result<WorkspaceRead> {
    let workspaces = pro
        .list_workspaces()
        .organization_id(organization)
        .workspace_name(name)
        .send()
        .await?;
    let mut workspaces = workspaces.into_inner().into_iter();
    let found = workspaces.find(|workspace| workspace.name == name);
    found.with_context(|| format!("the organization has no workspace {name:?}"))
}

async fn find_role(pro: &ProClient, organization: Uuid) -> Result<Uuid> {
    let roles = pro
        .list_organization_roles()
        .organization_id(organization)
        .level(RoleLevel::Workspace)
        .name(ROLE)
        .send()
        .await?;
    // The server may also return roles with names that contain this one.
    let mut roles = roles.iter();
    let found = roles.find(|role| role.name.as_deref() == Some(ROLE));
    let found = found.with_context(|| format!("the organization has no role {ROLE:?}"))?;
    Ok(found.id)
}

async fn find_or_create_team(pro: &ProClient, organization: Uuid, name: &str) -> Result<Uuid> {
    let teams = pro.list_organization_teams().organization_id(organization);
    let teams = teams.send().await?;
    if let Some(team) = teams.iter().find(|team| team.name == name) {
        return Ok(team.id);
    }
    let team = TeamCreate::new(name, organization);
    Ok(pro.create_team().body(&team).send().await?.id)
}

enum Member {
    User(Uuid),
    Invitation(Uuid),
}

/// Returns the user with this e-mail address, or else a pending or new invitation.
async fn find_or_invite(pro: &ProClient, organization: Uuid, email: &str) -> Result<Member> {
    let is_email = |other: &str| other.eq_ignore_ascii_case(email);

    let members = pro.list_organization_members();
    let members = members.organization_id(organization).send().await?;
    let mut users = members.iter().filter_map(|member| member.user.as_ref());
    if let Some(user) = users.find(|user| user.email.as_deref().is_some_and(is_email)) {
        return Ok(Member::User(user.id));
    }

    let pending = pro
        .list_organization_invitations()
        .organization_id(organization)
        .only_pending(true)
        .email(email)
        .send()
        .await?;
    let mut pending = pending.iter();
    if let Some(found) = pending.find(|found| found.email.as_deref().is_some_and(is_email)) {
        return Ok(Member::Invitation(found.id));
    }

    let invitation = pro
        .create_organization_invitation()
        .organization_id(organization)
        .body(InvitationCreate::new(email));
    Ok(Member::Invitation(invitation.send().await?.id))
}

/// Ignores the status 409, which says that the change was made before.
fn ignore_conflict<T>(result: zenml::Result<Response<T>>) -> zenml::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
        result => result.map(drop),
    }
}
