//! Roles, and whom they are given to.

use serde_json::json;
use uuid::Uuid;
use zenml::pro::types::{RoleCreate, RoleLevel, RoleUpdate};
use zenml::{Field, Result};

use crate::world::{MISSING, World};

/// A role of workspaces that permits to read.
async fn reader(w: &World) -> Result<Uuid> {
    let mut body = RoleCreate::new("Reader", w.acme.id());
    body.level = Field::Set("workspace".into());
    body.permissions = Field::Set(vec![json!("read")]);
    Ok(w.admin.create_role().body(&body).send().await?.id)
}

operations! {
    list_organization_roles = "GET /organizations/{organization_id}/roles" {
        works: async |w: &World| {
            let list = || w.member.list_organization_roles().organization_id(w.acme.id());
            let admins = list().name("Workspace Admin").send().await?;
            assert_eq!(admins[0].id, w.acme.role("Workspace Admin"));
            let roles = list().level(RoleLevel::Project).send().await?;
            assert!(roles.iter().all(|role| role.level.as_deref() == Some("project")));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.list_organization_roles().organization_id(MISSING).send().await
        },
    }
    create_role = "POST /roles" {
        works: async |w: &World| {
            let id = reader(w).await?;
            assert_eq!(w.acme.role("Reader"), id);
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let body = RoleCreate::new("Workspace Admin", w.acme.id());
            w.admin.create_role().body(&body).send().await
        },
    }
    get_role = "GET /roles/{role_id}" {
        works: async |w: &World| {
            let role = w.member.get_role().role_id(reader(w).await?).send().await?;
            assert_eq!(role.permissions, Some(vec![json!("read")]));
            assert_eq!(role.system_managed, Some(false));
            Ok(())
        },
        refuses NotFound: async |w: &World| w.admin.get_role().role_id(MISSING).send().await,
    }
    update_role = "PATCH /roles/{role_id}" {
        works: async |w: &World| {
            let body = RoleUpdate {
                permissions: Field::Set(vec![json!("read"), json!("update")]),
                ..RoleUpdate::default()
            };
            let call = w.admin.update_role().role_id(reader(w).await?).body(&body);
            let role = call.send().await?;
            assert_eq!(role.name.as_deref(), Some("Reader"));
            assert_eq!(role.permissions.as_ref().map(Vec::len), Some(2));
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            let call = w.admin.update_role().role_id(w.acme.role("Workspace Admin"));
            call.body(&RoleUpdate::default()).send().await
        },
    }
    delete_role = "DELETE /roles/{role_id}" {
        works: async |w: &World| {
            w.admin.delete_role().role_id(reader(w).await?).send().await?;
            let call = w.admin.list_organization_roles().organization_id(w.acme.id());
            assert!(call.name("Reader").send().await?.is_empty());
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            let role = reader(w).await?;
            w.member.delete_role().role_id(role).send().await
        },
    }
    list_role_assignments = "GET /roles/{role_id}/assignments" {
        works: async |w: &World| {
            let role = w.acme.role("Organization Admin");
            let assignments = w.member.list_role_assignments().role_id(role).send().await?;
            let user = assignments[0].user.as_ref().unwrap();
            assert_eq!(user.id, w.ada.id());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.list_role_assignments().role_id(MISSING).send().await
        },
    }
    assign_role = "POST /roles/{role_id}/assignments" {
        works: async |w: &World| {
            let assign = |role| w.admin.assign_role().role_id(role);
            let in_prod = |role| assign(role).workspace_id(w.prod.id());
            let role = reader(w).await?;
            let assignment = in_prod(role).user_id(w.vera.id()).send().await?;
            assert_eq!(assignment.workspace_id, Some(w.prod.id()));
            assert_eq!(assignment.user.as_ref().map(|user| user.id), Some(w.vera.id()));
            // Service accounts are users here.
            in_prod(role).user_id(w.ci.id()).send().await?;
            in_prod(role).team_id(w.team.id()).send().await?;
            in_prod(role).invitation_id(w.acme.invitation("eve@acme.test")).send().await?;
            assign(w.acme.role("Organization Viewer")).user_id(w.vera.id()).send().await?;
            let project = in_prod(w.acme.role("Project Viewer")).project_id(Uuid::new_v4());
            project.user_id(w.vera.id()).send().await?;
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let assign = w.admin.assign_role().role_id(w.acme.role("Organization Admin"));
            assign.user_id(w.ada.id()).send().await
        },
    }
    revoke_role = "DELETE /roles/{role_id}/assignments" {
        works: async |w: &World| {
            let role = w.acme.role("Organization Member");
            let revoke = w.admin.revoke_role().role_id(role).user_id(w.vera.id());
            revoke.send().await?;
            assert!(w.member.list_organizations().send().await?.is_empty());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let revoke = w.admin.revoke_role().role_id(w.acme.role("Organization Admin"));
            revoke.user_id(w.vera.id()).send().await
        },
    }
}
