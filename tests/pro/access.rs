//! Role-based access control as documented: parameters in the query, 409 for what exists already.

use std::collections::BTreeMap;

use uuid::Uuid;
use zenml::ErrorKind;
use zenml_pro_fake::Account;

use crate::org_fixture::{OrgFixture, org_fixture};

/// The levels of roles.
const LEVELS: [&str; 3] = ["organization", "workspace", "project"];

/// A subject of roles, and the account that gets its permissions.
struct Subject {
    name: &'static str,
    user: Option<Uuid>,
    team: Option<Uuid>,
    account: Account,
}

async fn subjects(fixture: &OrgFixture) -> [Subject; 3] {
    let (jane, joe) = ("jane@acme.test", "joe@acme.test");
    let account = |name, account: Account| Subject {
        name,
        user: Some(account.id()),
        team: None,
        account,
    };
    let (team, member) = (
        fixture.team("auditors").await,
        fixture.organization.member(joe),
    );
    let add = fixture.pro.add_team_member().team_id(team);
    add.user_id(member.id()).send().await.unwrap();
    [
        account("user", fixture.organization.member(jane)),
        account(
            "service account",
            fixture.organization.service_account("bot"),
        ),
        Subject {
            name: "team",
            user: None,
            team: Some(team),
            account: member,
        },
    ]
}

/// A project with the role, and one beside it.
struct Places {
    project: Uuid,
    other_project: Uuid,
}

impl Places {
    /// Returns the places where the account may do this. The account asks about the organization
    /// and the workspace, the workspace's server about the projects.
    async fn allowed(
        &self,
        fixture: &OrgFixture,
        account: &Account,
        action: &str,
    ) -> Vec<&'static str> {
        let organization = format!("organization/{}", fixture.organization.id());
        let workspace = format!("workspace/{}", fixture.workspace.id());
        let [project, other] =
            [self.project, self.other_project].map(|id| format!("{id}:pipeline"));
        let places = BTreeMap::from([
            (organization.clone(), "organization"),
            (workspace.clone(), "workspace"),
            (project.clone(), "project"),
            (other.clone(), "other project"),
        ]);
        let own = fixture.of(account).has_permission().user_id(account.id());
        let own = own.action(action).resources([organization, workspace]);
        let inside = fixture.of_server().has_permission().user_id(account.id());
        let inside = inside.action(action).resources([project, other]);
        let mut responses = own.send().await.unwrap().into_inner();
        responses.extend(inside.send().await.unwrap().into_inner());
        assert_eq!(responses.len(), places.len());
        let allowed = responses.into_iter().filter(|(_, allowed)| *allowed);
        let mut allowed: Vec<_> = allowed.map(|(place, _)| places[&place]).collect();
        allowed.sort_unstable();
        allowed
    }
}

/// Sends the call that assigns or revokes a role at this level for this subject.
macro_rules! at {
    ($call:expr, $fixture:expr, $level:expr, $places:expr, $subject:expr) => {{
        let mut call = $call;
        if $level != "organization" {
            call = call.workspace_id($fixture.workspace.id());
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
async fn a_role_applies_where_it_is_assigned_until_it_is_revoked() {
    let fixture = org_fixture().await;
    let (project, other_project) = (Uuid::new_v4(), Uuid::new_v4());
    let places = Places {
        project,
        other_project,
    };
    for subject in subjects(&fixture).await {
        for level in LEVELS {
            let (name, role) = (subject.name, fixture.role(level).await);
            let allowed = async |action| places.allowed(&fixture, &subject.account, action).await;
            let assign = || {
                let call = fixture.pro.assign_role().role_id(role);
                at!(call, fixture, level, places, subject)
            };
            let revoke = || {
                let call = fixture.pro.revoke_role().role_id(role);
                at!(call, fixture, level, places, subject)
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
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn the_assignments_of_a_role_are_listed() {
    let fixture = org_fixture().await;
    let user = fixture.organization.member("jane@acme.test").id();
    let role = fixture.role("workspace").await;
    let workspace = fixture.workspace.id();
    let assign = fixture
        .pro
        .assign_role()
        .role_id(role)
        .workspace_id(workspace);
    assign.user_id(user).send().await.unwrap();
    let assigned = fixture.pro.list_role_assignments().role_id(role);
    let assigned = assigned.workspace_id(workspace).send().await.unwrap();
    let holders: Vec<_> = assigned
        .iter()
        .map(|found| found.user.as_ref().unwrap().id)
        .collect();
    assert_eq!(holders, [user]);
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn permissions_are_listed_and_checked_for_several_resources_at_once() {
    let fixture = org_fixture().await;
    let permissions = fixture.pro.list_permissions().send().await.unwrap();
    let permissions = permissions.into_inner();
    assert!(permissions.as_array().unwrap().contains(&"read".into()));

    let staging = fixture
        .organization
        .workspace("staging", "http://127.0.0.1:8");
    let jane = fixture.organization.member("jane@acme.test");
    let jane = jane.with_role_in(&fixture.workspace, "Workspace Viewer");
    let [prod, staging] =
        [fixture.workspace.id(), staging.id()].map(|id| format!("workspace/{id}"));
    let asked = fixture.of(&jane).has_permission().user_id(jane.id());
    let asked = asked.action("read").resources([&prod, &staging]);
    let allowed = asked.send().await.unwrap();
    assert_eq!((allowed[&prod], allowed[&staging]), (true, false));
    fixture.plane.finish().unwrap();
}
