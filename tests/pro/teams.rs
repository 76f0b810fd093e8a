//! Teams, their members, and invitations.

use zenml::{
    ErrorKind,
    pro::types::{InvitationCreate, RoleLevel},
};

use crate::org_fixture::org_fixture;

#[tokio::test]
async fn a_member_is_in_a_team_at_most_once() {
    let fixture = org_fixture().await;
    let pro = &fixture.pro;
    let team = fixture.team("vision").await;
    let user = fixture.organization.member("jane@acme.test").id();
    let add = || pro.add_team_member().team_id(team).user_id(user).send();
    add().await.unwrap();
    assert_eq!(add().await.unwrap_err().kind(), ErrorKind::Conflict);
    let members = || async {
        let members = pro.list_team_members().team_id(team).send().await;
        members
            .unwrap()
            .iter()
            .map(|user| user.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(members().await, [user]);
    let call = pro.remove_team_member().team_id(team).user_id(user);
    call.send().await.unwrap();
    assert!(members().await.is_empty());
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn members_have_the_roles_of_their_team() {
    let fixture = org_fixture().await;
    let jane = fixture.organization.member("jane@acme.test");
    let (team, role) = (
        fixture.team("vision").await,
        fixture.role("workspace").await,
    );
    let assign = fixture.pro.assign_role().role_id(role).team_id(team);
    assign
        .workspace_id(fixture.workspace.id())
        .send()
        .await
        .unwrap();
    assert!(!fixture.may(&jane, "read").await);

    let add = fixture.pro.add_team_member().team_id(team);
    add.user_id(jane.id()).send().await.unwrap();
    assert!(fixture.may(&jane, "read").await);
    assert!(!fixture.may(&jane, "update").await);

    let remove = fixture.pro.remove_team_member().team_id(team);
    remove.user_id(jane.id()).send().await.unwrap();
    assert!(!fixture.may(&jane, "read").await);
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn an_invitation_passes_its_roles_and_teams_on_when_accepted() {
    let fixture = org_fixture().await;
    let (pro, organization) = (&fixture.pro, fixture.organization.id());
    let roles = pro
        .list_organization_roles()
        .organization_id(organization)
        .level(RoleLevel::Workspace)
        .name("Workspace Viewer");
    let role = roles.send().await.unwrap()[0].id;
    let invite = || {
        pro.create_organization_invitation()
            .organization_id(organization)
            .body(InvitationCreate::new("joe@acme.test"))
            .send()
    };
    let invitation = invite().await.unwrap().id;
    assert_eq!(invite().await.unwrap_err().kind(), ErrorKind::Conflict);
    let assigned = pro.assign_role().role_id(role).invitation_id(invitation);
    let assigned = assigned.workspace_id(fixture.workspace.id());
    assigned.send().await.unwrap();
    let team = fixture.team("vision").await;
    let added = pro.add_team_member().team_id(team);
    added.invitation_id(invitation).send().await.unwrap();
    let pending = || async {
        let pending = pro.list_organization_invitations();
        let pending = pending.organization_id(organization).only_pending(true);
        pending.send().await.unwrap().into_inner()
    };
    assert_eq!(pending().await[0].id, invitation);

    let joe = fixture.plane.user("joe@acme.test");
    assert!(!fixture.may(&joe, "read").await);
    let as_joe = fixture.of(&joe);
    let own = as_joe.list_invitations().send().await.unwrap();
    assert_eq!(
        own.iter().map(|own| own.id).collect::<Vec<_>>(),
        [invitation]
    );
    let accept = || as_joe.accept_invitation().invitation_id(invitation).send();
    accept().await.unwrap();
    assert_eq!(accept().await.unwrap_err().kind(), ErrorKind::Conflict);
    assert!(pending().await.is_empty());
    assert!(fixture.may(&joe, "read").await);
    let members = pro.list_team_members().team_id(team).send().await.unwrap();
    assert_eq!(members[0].id, joe.id());
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn a_deleted_invitation_cannot_be_accepted() {
    let fixture = org_fixture().await;
    let (pro, organization) = (&fixture.pro, fixture.organization.id());
    let invite = pro
        .create_organization_invitation()
        .organization_id(organization)
        .body(InvitationCreate::new("joe@acme.test"));
    let invitation = invite.send().await.unwrap().id;
    let delete = pro.delete_organization_invitation();
    let delete = delete.organization_id(organization);
    delete.invitation_id(invitation).send().await.unwrap();
    let joe = fixture.of(&fixture.plane.user("joe@acme.test"));
    let accept = joe.accept_invitation().invitation_id(invitation);
    let error = accept.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    fixture.plane.finish().unwrap();
}
