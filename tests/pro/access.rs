//! Role-based access control, the documented way: parameters in the query, 409 for what is so already.

use uuid::Uuid;
use zenml::{
    Credentials, ErrorKind, ProClient,
    pro::types::{
        ApiKeyCreate, InvitationCreate, RoleCreate, RoleLevel, ServiceAccountCreate, TeamCreate,
    },
};
use zenml_testing::{
    ControlPlane,
    control_plane::{Organization, Workspace},
};

struct Acme {
    plane: ControlPlane,
    organization: Organization,
    workspace: Workspace,
    pro: ProClient,
}

async fn acme() -> Acme {
    let plane = ControlPlane::start().await.unwrap();
    let organization = plane.organization("acme");
    let workspace = organization.workspace("prod", "http://127.0.0.1:9");
    let admin = organization.service_account("admin");
    let admin = admin.with_role("Organization Admin");
    let pro = ProClient::builder(plane.url())
        .credentials(Credentials::api_key(admin.key().value()))
        .build()
        .unwrap();
    Acme {
        plane,
        organization,
        workspace,
        pro,
    }
}

impl Acme {
    /// A role of that level that lets read.
    async fn role(&self, level: &str) -> Uuid {
        let role = RoleCreate {
            level: level.into(),
            permissions: vec!["read".into()].into(),
            ..RoleCreate::new(
                format!("Auditor {}", Uuid::new_v4()),
                self.organization.id(),
            )
        };
        self.pro.create_role().body(&role).send().await.unwrap().id
    }

    async fn team(&self, name: &str) -> Uuid {
        let team = TeamCreate::new(name, self.organization.id());
        self.pro.create_team().body(&team).send().await.unwrap().id
    }
}

#[tokio::test]
async fn a_role_is_created_assigned_checked_and_revoked() {
    let acme = acme().await;
    let pro = &acme.pro;
    let user = acme.organization.member("jane@acme.test").id();
    let team = acme.team("auditors").await;
    let account = acme.organization.service_account("bot").id();
    let (workspace, project) = (acme.workspace.id(), Uuid::new_v4());

    for level in ["organization", "workspace", "project"] {
        let role = acme.role(level).await;
        let assign = || {
            let call = pro.assign_role().role_id(role);
            match level {
                "organization" => call,
                "workspace" => call.workspace_id(workspace),
                _ => call.workspace_id(workspace).project_id(project),
            }
        };
        let revoke = || {
            let call = pro.revoke_role().role_id(role);
            match level {
                "organization" => call,
                "workspace" => call.workspace_id(workspace),
                _ => call.workspace_id(workspace).project_id(project),
            }
        };
        for id in [user, account] {
            assign().user_id(id).send().await.unwrap();
            let again = assign().user_id(id).send().await.unwrap_err();
            assert_eq!(again.kind(), ErrorKind::Conflict, "{level}");
            revoke().user_id(id).send().await.unwrap();
        }
        assign().team_id(team).send().await.unwrap();
        let again = assign().team_id(team).send().await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict, "{level}");
        revoke().team_id(team).send().await.unwrap();
    }

    let role = acme.role("workspace").await;
    let call = pro.assign_role().role_id(role).workspace_id(workspace);
    call.user_id(user).send().await.unwrap();
    let assigned = pro
        .list_role_assignments()
        .role_id(role)
        .workspace_id(workspace);
    let assigned = assigned.send().await.unwrap().into_inner();
    assert_eq!(assigned.len(), 1);
    assert_eq!(assigned[0].user.as_ref().unwrap().id, user);
    acme.plane.stop().unwrap();
}

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
async fn who_is_invited_may_get_roles_and_teams_before_coming() {
    let acme = acme().await;
    let pro = &acme.pro;
    let roles = pro
        .list_organization_roles()
        .organization_id(acme.organization.id())
        .level(RoleLevel::Workspace)
        .name("Workspace Viewer");
    let role = roles.send().await.unwrap()[0].id;
    let invitation = pro
        .create_organization_invitation()
        .organization_id(acme.organization.id())
        .body(&InvitationCreate::new("joe@acme.test"))
        .send()
        .await
        .unwrap()
        .id;
    let assigned = pro.assign_role().role_id(role).invitation_id(invitation);
    assigned
        .workspace_id(acme.workspace.id())
        .send()
        .await
        .unwrap();
    let team = acme.team("vision").await;
    let added = pro.add_team_member().team_id(team);
    added.invitation_id(invitation).send().await.unwrap();
    let pending = pro
        .list_organization_invitations()
        .organization_id(acme.organization.id())
        .only_pending(true);
    assert_eq!(pending.send().await.unwrap()[0].id, invitation);
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn permissions_are_asked_for_many_resources_at_once() {
    let acme = acme().await;
    let me = acme.pro.get_current_user().send().await.unwrap().id;
    let resource = format!("workspace/{}", acme.workspace.id());
    let allowed = acme
        .pro
        .has_permission()
        .user_id(me)
        .action("read")
        .resources([&resource]);
    let allowed = allowed.send().await.unwrap();
    assert!(allowed[&resource], "{allowed:?}");
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn a_keys_value_is_shown_once_and_never_printed() {
    let acme = acme().await;
    let (pro, organization) = (&acme.pro, acme.organization.id());
    let account = pro
        .create_organization_service_account()
        .organization_id(organization)
        .body(&ServiceAccountCreate::new("ci"))
        .send()
        .await
        .unwrap()
        .id;
    let again = pro
        .create_organization_service_account()
        .organization_id(organization)
        .body(&ServiceAccountCreate::new("ci"));
    assert_eq!(again.send().await.unwrap_err().kind(), ErrorKind::Conflict);
    let key = pro
        .create_service_account_api_key()
        .organization_id(organization)
        .service_account_id(account)
        .body(&ApiKeyCreate::new("nightly"))
        .send()
        .await
        .unwrap()
        .into_inner();
    let value = key.key.clone().unwrap();
    assert!(value.expose().starts_with("ZENPROKEY_"));
    assert!(!format!("{key:?}").contains(value.expose()));

    let as_ci = ProClient::builder(acme.plane.url()).credentials(Credentials::api_key(value));
    let me = as_ci
        .build()
        .unwrap()
        .get_current_user()
        .send()
        .await
        .unwrap();
    assert_eq!(me.id, account);
    #[cfg(feature = "pro-inferred")]
    rotate_list_and_delete(&acme, account, key).await;
    acme.plane.stop().unwrap();
}

#[cfg(feature = "pro-inferred")]
async fn rotate_list_and_delete(acme: &Acme, account: Uuid, key: zenml::pro::types::ApiKeyRead) {
    use zenml::pro::types::ApiKeyRotateRequest;

    let (pro, organization) = (&acme.pro, acme.organization.id());
    let rotated = pro
        .rotate_service_account_api_key()
        .organization_id(organization)
        .service_account_id(account)
        .api_key_id(key.id)
        .body(&ApiKeyRotateRequest::default())
        .send()
        .await
        .unwrap()
        .into_inner();
    assert_ne!(rotated.key, key.key);
    let keys = || {
        pro.list_service_account_api_keys()
            .organization_id(organization)
            .service_account_id(account)
            .stream()
            .collect()
    };
    let listed = keys().await.unwrap();
    assert_eq!(
        (listed.len(), &listed[0].key),
        (1, &None),
        "lists show no values"
    );
    pro.delete_service_account_api_key()
        .organization_id(organization)
        .service_account_id(account)
        .api_key_id(key.id)
        .send()
        .await
        .unwrap();
    assert!(keys().await.unwrap().is_empty());
}
