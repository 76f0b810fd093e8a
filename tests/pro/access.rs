//! Role-based access control, the documented way: parameters in the query, 409 for what is so already.

use std::collections::BTreeMap;

use uuid::Uuid;
use zenml::ErrorKind;
use zenml_pro_fake::Account;

use crate::acme::{Acme, acme};

/// Where a role can hold.
const LEVELS: [&str; 3] = ["organization", "workspace", "project"];

/// To whom a role is given, and who is to have it then.
struct Subject {
    name: &'static str,
    user: Option<Uuid>,
    team: Option<Uuid>,
    account: Account,
}

async fn subjects(acme: &Acme) -> [Subject; 3] {
    let (jane, joe) = ("jane@acme.test", "joe@acme.test");
    let account = |name, account: Account| Subject {
        name,
        user: Some(account.id()),
        team: None,
        account,
    };
    let (team, member) = (acme.team("auditors").await, acme.organization.member(joe));
    let add = acme.pro.add_team_member().team_id(team);
    add.user_id(member.id()).send().await.unwrap();
    [
        account("user", acme.organization.member(jane)),
        account("service account", acme.organization.service_account("bot")),
        Subject {
            name: "team",
            user: None,
            team: Some(team),
            account: member,
        },
    ]
}

/// A place of each level, and what is beside it.
struct Places {
    project: Uuid,
    other_project: Uuid,
}

impl Places {
    /// Where the account may do this: the organization and the workspace as it is told itself, the
    /// projects as the workspace's server is told.
    async fn allowed(&self, acme: &Acme, account: &Account, action: &str) -> Vec<&'static str> {
        let organization = format!("organization/{}", acme.organization.id());
        let workspace = format!("workspace/{}", acme.workspace.id());
        let [project, other] =
            [self.project, self.other_project].map(|id| format!("{id}:pipeline"));
        let places = BTreeMap::from([
            (organization.clone(), "organization"),
            (workspace.clone(), "workspace"),
            (project.clone(), "project"),
            (other.clone(), "other project"),
        ]);
        let own = acme.of(account).has_permission().user_id(account.id());
        let own = own.action(action).resources([organization, workspace]);
        let inside = acme.of_server().has_permission().user_id(account.id());
        let inside = inside.action(action).resources([project, other]);
        let mut answers = own.send().await.unwrap().into_inner();
        answers.extend(inside.send().await.unwrap().into_inner());
        assert_eq!(answers.len(), places.len());
        let allowed = answers.into_iter().filter(|(_, allowed)| *allowed);
        let mut allowed: Vec<_> = allowed.map(|(place, _)| places[&place]).collect();
        allowed.sort_unstable();
        allowed
    }
}

/// The call that assigns or revokes the role, for this level and subject.
macro_rules! at {
    ($call:expr, $acme:expr, $level:expr, $places:expr, $subject:expr) => {{
        let mut call = $call;
        if $level != "organization" {
            call = call.workspace_id($acme.workspace.id());
        }
        if $level == "project" {
            call = call.project_id($places.project);
        }
        if let Some(user) = $subject.user {
            call = call.user_id(user);
        }
        if let Some(team) = $subject.team {
            call = call.team_id(team);
        }
        call.send()
    }};
}

#[tokio::test]
async fn a_role_holds_where_it_is_assigned_until_it_is_revoked() {
    let acme = acme().await;
    let (project, other_project) = (Uuid::new_v4(), Uuid::new_v4());
    let places = Places {
        project,
        other_project,
    };
    for subject in subjects(&acme).await {
        for level in LEVELS {
            let (name, role) = (subject.name, acme.role(level).await);
            let allowed = async |action| places.allowed(&acme, &subject.account, action).await;
            let assign = || {
                let call = acme.pro.assign_role().role_id(role);
                at!(call, acme, level, places, subject)
            };
            let revoke = || {
                let call = acme.pro.revoke_role().role_id(role);
                at!(call, acme, level, places, subject)
            };
            assert!(allowed("read").await.is_empty(), "{name} {level}");

            let assigned = assign().await.unwrap().into_inner();
            assert_eq!(assigned.user.map(|user| user.id), subject.user, "{level}");
            assert_eq!(assigned.team.map(|team| team.id), subject.team, "{level}");
            let again = assign().await.unwrap_err();
            assert_eq!(again.kind(), ErrorKind::Conflict, "{name} {level}");
            let inside = match level {
                "organization" => vec!["organization", "other project", "project", "workspace"],
                "workspace" => vec!["other project", "project", "workspace"],
                _ => vec!["project"],
            };
            assert_eq!(allowed("read").await, inside, "{name} {level}");
            assert!(allowed("update").await.is_empty(), "{name} {level}");

            revoke().await.unwrap();
            assert!(allowed("read").await.is_empty(), "{name} {level}");
            let again = revoke().await.unwrap_err();
            assert_eq!(again.kind(), ErrorKind::NotFound, "{name} {level}");
        }
    }
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn it_can_be_asked_who_has_a_role() {
    let acme = acme().await;
    let user = acme.organization.member("jane@acme.test").id();
    let role = acme.role("workspace").await;
    let workspace = acme.workspace.id();
    let assign = acme.pro.assign_role().role_id(role).workspace_id(workspace);
    assign.user_id(user).send().await.unwrap();
    let assigned = acme.pro.list_role_assignments().role_id(role);
    let assigned = assigned.workspace_id(workspace).send().await.unwrap();
    let who: Vec<_> = assigned
        .iter()
        .map(|found| found.user.as_ref().unwrap().id)
        .collect();
    assert_eq!(who, [user]);
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn what_roles_can_permit_is_listed_and_what_somebody_may_is_asked_for_many_at_once() {
    let acme = acme().await;
    let permissions = acme.pro.list_permissions().send().await.unwrap();
    let permissions = permissions.into_inner();
    assert!(permissions.as_array().unwrap().contains(&"read".into()));

    let staging = acme.organization.workspace("staging", "http://127.0.0.1:8");
    let jane = acme.organization.member("jane@acme.test");
    let jane = jane.with_role_in(&acme.workspace, "Workspace Viewer");
    let [prod, staging] = [acme.workspace.id(), staging.id()].map(|id| format!("workspace/{id}"));
    let asked = acme.of(&jane).has_permission().user_id(jane.id());
    let asked = asked.action("read").resources([&prod, &staging]);
    let allowed = asked.send().await.unwrap();
    assert_eq!((allowed[&prod], allowed[&staging]), (true, false));
    acme.plane.stop().unwrap();
}
