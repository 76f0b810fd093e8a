//! Teams, their members, and invitations.

use zenml::{
    ErrorKind,
    pro::types::{InvitationCreate, RoleLevel},
};

use crate::acme::acme;

#[tokio::test]
async fn a_team_has_members_and_a_member_only_once() {
    let acme = acme().await;
    let pro = &acme.pro;
    let team = acme.team("vision").await;
    let user = acme.organization.member("jane@acme.test").id();
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
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn a_teams_role_is_its_members_as_long_as_they_are_in_it() {
    let acme = acme().await;
    let jane = acme.organization.member("jane@acme.test");
    let (team, role) = (acme.team("vision").await, acme.role("workspace").await);
    let assign = acme.pro.assign_role().role_id(role).team_id(team);
    assign
        .workspace_id(acme.workspace.id())
        .send()
        .await
        .unwrap();
    assert!(!acme.may(&jane, "read").await);

    let add = acme.pro.add_team_member().team_id(team);
    add.user_id(jane.id()).send().await.unwrap();
    assert!(acme.may(&jane, "read").await);
    assert!(!acme.may(&jane, "update").await);

    let remove = acme.pro.remove_team_member().team_id(team);
    remove.user_id(jane.id()).send().await.unwrap();
    assert!(!acme.may(&jane, "read").await);
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn who_is_invited_gets_roles_and_teams_before_coming_and_has_them_then() {
    let acme = acme().await;
    let (pro, organization) = (&acme.pro, acme.organization.id());
    let roles = pro
        .list_organization_roles()
        .organization_id(organization)
        .level(RoleLevel::Workspace)
        .name("Workspace Viewer");
    let role = roles.send().await.unwrap()[0].id;
    let invite = || {
        pro.create_organization_invitation()
            .organization_id(organization)
            .body(&InvitationCreate::new("joe@acme.test"))
            .send()
    };
    let invitation = invite().await.unwrap().id;
    assert_eq!(invite().await.unwrap_err().kind(), ErrorKind::Conflict);
    let assigned = pro.assign_role().role_id(role).invitation_id(invitation);
    let assigned = assigned.workspace_id(acme.workspace.id());
    assigned.send().await.unwrap();
    let team = acme.team("vision").await;
    let added = pro.add_team_member().team_id(team);
    added.invitation_id(invitation).send().await.unwrap();
    let pending = || async {
        let pending = pro.list_organization_invitations();
        let pending = pending.organization_id(organization).only_pending(true);
        pending.send().await.unwrap().into_inner()
    };
    assert_eq!(pending().await[0].id, invitation);

    let joe = acme.plane.user("joe@acme.test");
    assert!(!acme.may(&joe, "read").await);
    let as_joe = acme.of(&joe);
    let own = as_joe.list_invitations().send().await.unwrap();
    assert_eq!(
        own.iter().map(|own| own.id).collect::<Vec<_>>(),
        [invitation]
    );
    let accept = || as_joe.accept_invitation().invitation_id(invitation).send();
    accept().await.unwrap();
    assert_eq!(accept().await.unwrap_err().kind(), ErrorKind::Conflict);
    assert!(pending().await.is_empty());
    assert!(acme.may(&joe, "read").await);
    let members = pro.list_team_members().team_id(team).send().await.unwrap();
    assert_eq!(members[0].id, joe.id());
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn an_invitation_that_is_taken_back_lets_nobody_in() {
    let acme = acme().await;
    let (pro, organization) = (&acme.pro, acme.organization.id());
    let invite = pro
        .create_organization_invitation()
        .organization_id(organization)
        .body(&InvitationCreate::new("joe@acme.test"));
    let invitation = invite.send().await.unwrap().id;
    let delete = pro.delete_organization_invitation();
    let delete = delete.organization_id(organization);
    delete.invitation_id(invitation).send().await.unwrap();
    let joe = acme.of(&acme.plane.user("joe@acme.test"));
    let accept = joe.accept_invitation().invitation_id(invitation);
    let error = accept.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    acme.plane.stop().unwrap();
}
