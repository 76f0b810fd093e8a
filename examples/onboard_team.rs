//! Lets a new team work in a workspace of ZenML Pro: invites its people, makes them a team, and
//! gives the team a role. Repeating it changes nothing.
//!
//! ```text
//! export ZENML_STORE_API_KEY=ZENPROKEY_…   # of somebody who may do that
//! cargo run --example onboard_team -- acme prod vision jane@acme.example joe@acme.example
//! ```
//!
//! The arguments are the organization, the workspace, the team's name, and e-mail addresses.

use std::{env, error::Error};

use uuid::Uuid;
use zenml::{
    ErrorKind, ProClient, Response,
    pro::types::{InvitationCreate, RoleLevel, TeamCreate},
};

const ROLE: &str = "Workspace Developer";

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let usage = "usage: onboard_team ORGANIZATION WORKSPACE TEAM EMAIL...";
    let mut arguments = env::args().skip(1);
    let mut argument = || arguments.next().ok_or(usage);
    let (organization, workspace, team) = (argument()?, argument()?, argument()?);

    let pro = ProClient::from_env()?;
    let organization = pro.get_organization().organization_id_or_name(organization);
    let organization = organization.send().await?.id;
    let found = pro
        .list_workspaces()
        .organization_id(organization)
        .workspace_name(&workspace)
        .send()
        .await?;
    let mut found = found.iter();
    let workspace = found
        .find(|found| found.name == workspace)
        .ok_or("no such workspace")?;

    let team = team_named(&pro, organization, &team).await?;
    for email in arguments {
        let member = invite(&pro, organization, &email).await?;
        let add = pro.add_team_member().team_id(team);
        let add = match member {
            Member::Invited(id) => add.invitation_id(id),
            Member::Known(id) => add.user_id(id),
        };
        unless_done(add.send().await)?;
        println!("{email} is in the team");
    }

    let roles = pro
        .list_organization_roles()
        .organization_id(organization)
        .level(RoleLevel::Workspace)
        .name(ROLE)
        .send()
        .await?;
    // The name may be taken for a part of one.
    let mut roles = roles.iter();
    let role = roles
        .find(|role| role.name.as_deref() == Some(ROLE))
        .ok_or("no such role")?;
    let assign = pro.assign_role().role_id(role.id).team_id(team);
    unless_done(assign.workspace_id(workspace.id).send().await)?;
    println!("The team is {ROLE} in {}", workspace.name);
    Ok(())
}

async fn team_named(pro: &ProClient, organization: Uuid, name: &str) -> Result<Uuid> {
    let teams = pro.list_organization_teams().organization_id(organization);
    let teams = teams.send().await?;
    if let Some(team) = teams.iter().find(|team| team.name == name) {
        return Ok(team.id);
    }
    let team = TeamCreate::new(name, organization);
    Ok(pro.create_team().body(&team).send().await?.id)
}

enum Member {
    Invited(Uuid),
    Known(Uuid),
}

/// Invites somebody, unless that has been done or is not needed.
async fn invite(pro: &ProClient, organization: Uuid, email: &str) -> Result<Member> {
    let is_same = |known: &str| known.eq_ignore_ascii_case(email);
    let members = pro
        .list_organization_members()
        .organization_id(organization);
    for member in members.send().await?.iter() {
        if let Some(user) = &member.user
            && user.email.as_deref().is_some_and(is_same)
        {
            return Ok(Member::Known(user.id));
        }
    }
    let pending = pro
        .list_organization_invitations()
        .organization_id(organization)
        .only_pending(true)
        .email(email);
    let pending = pending.send().await?;
    let mut pending = pending.iter();
    if let Some(invitation) = pending.find(|it| it.email.as_deref().is_some_and(is_same)) {
        return Ok(Member::Invited(invitation.id));
    }
    let invitation = pro
        .create_organization_invitation()
        .organization_id(organization)
        .body(&InvitationCreate::new(email));
    Ok(Member::Invited(invitation.send().await?.id))
}

/// The control plane says 409 to what is so already.
fn unless_done<T>(result: zenml::Result<Response<T>>) -> zenml::Result<()> {
    match result {
        Err(error) if error.kind() == ErrorKind::Conflict => Ok(()),
        result => result.map(drop),
    }
}
