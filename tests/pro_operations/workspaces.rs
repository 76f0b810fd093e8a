//! Workspaces.

use uuid::Uuid;
use zenml::Field;
use zenml::pro::types::{WorkspaceCreate, WorkspaceStatus, WorkspaceUpdate};

use crate::world::{MISSING, World};

pub fn named(name: &str, organization: Uuid) -> WorkspaceCreate {
    WorkspaceCreate {
        name: Field::Set(name.to_owned()),
        organization_id: Field::Set(organization),
        ..WorkspaceCreate::default()
    }
}

pub fn renamed(name: &str) -> WorkspaceUpdate {
    WorkspaceUpdate {
        name: Field::Set(name.to_owned()),
        ..WorkspaceUpdate::default()
    }
}

operations! {
    list_workspaces = "GET /workspaces" {
        works: async |w: &World| {
            let failed = w.acme.workspace("broken", "https://broken.acme.test");
            failed.failed("no nodes");
            let list = || w.admin.list_workspaces();
            assert_eq!(list().workspace_name("prod").send().await?[0].id, w.prod.id());
            let by_url = list().url("https://prod.acme.test").member_only(true);
            assert_eq!(by_url.send().await?[0].id, w.prod.id());
            let broken = list().status(WorkspaceStatus::Failed).send().await?;
            assert_eq!(broken[0].state_reason.as_deref(), Some("no nodes"));
            assert_eq!(list().limit(1).offset(1).send().await?[0].name, "broken");
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| w.admin.list_workspaces().limit(101).send().await,
    }
    create_workspace = "POST /workspaces" {
        works: async |w: &World| {
            let body = named("staging", w.acme.id());
            let created = w.admin.create_workspace().body(&body).send().await?;
            assert_eq!(created.status.as_deref(), Some("pending"));
            assert!(created.enrollment_key.is_none());
            let enrolled = w.admin.create_workspace().name("own").enroll(true).send().await?;
            assert_eq!(enrolled.is_managed, Some(false));
            assert!(enrolled.enrollment_key.is_some());
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            w.admin.create_workspace().body(&named("prod", w.acme.id())).send().await
        },
    }
    get_workspace = "GET /workspaces/{workspace_id_or_name}" {
        works: async |w: &World| {
            let get = || w.admin.get_workspace();
            assert_eq!(get().workspace_id_or_name("prod").send().await?.id, w.prod.id());
            let found = get().workspace_id_or_name(w.prod.id()).send().await?;
            let status = found.zenml_service.as_ref().unwrap().status.as_ref().unwrap();
            assert_eq!(status.server_url.as_deref(), Some("https://prod.acme.test"));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.get_workspace().workspace_id_or_name("staging").send().await
        },
    }
    update_workspace = "PATCH /workspaces/{workspace_id}" {
        works: async |w: &World| {
            let call = w.admin.update_workspace().workspace_id(w.prod.id());
            let updated = call.force(true).body(&renamed("production")).send().await?;
            assert_eq!(updated.name, "production");
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let _ = w.acme.enrolled("staging");
            let call = w.admin.update_workspace().workspace_id(w.prod.id());
            call.body(&renamed("staging")).send().await
        },
    }
    delete_workspace = "DELETE /workspaces/{workspace_id}" {
        works: async |w: &World| {
            w.admin.delete_workspace().workspace_id(w.prod.id()).send().await?;
            assert!(w.admin.list_workspaces().send().await?.is_empty());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.delete_workspace().workspace_id(MISSING).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    deploy_workspace = "PATCH /workspaces/{workspace_id}/deploy" {
        works: async |w: &World| {
            w.prod.suspend();
            w.admin.deploy_workspace().workspace_id(w.prod.id()).send().await?;
            assert_eq!(w.prod.status(), "available");
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.deploy_workspace().workspace_id(MISSING).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    deactivate_workspace = "PATCH /workspaces/{workspace_id}/deactivate" {
        works: async |w: &World| {
            w.admin.deactivate_workspace().workspace_id(w.prod.id()).send().await?;
            assert_eq!(w.prod.status(), "deactivated");
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            w.member.deactivate_workspace().workspace_id(w.prod.id()).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    list_workspace_members = "GET /workspaces/{workspace_id}/members" {
        works: async |w: &World| {
            let _ = w.vera.clone().with_role_in(&w.prod, "Workspace Viewer");
            let call = w.admin.list_workspace_members().workspace_id(w.prod.id());
            let members = call.send().await?;
            assert_eq!(members[0].user.as_ref().map(|user| user.id), Some(w.vera.id()));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.list_workspace_members().workspace_id(MISSING).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    add_workspace_member = "POST /workspaces/{workspace_id}/members" {
        works: async |w: &World| {
            w.member.add_workspace_member().workspace_id(w.prod.id()).send().await?;
            assert_eq!(w.member.list_workspaces().send().await?[0].id, w.prod.id());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.member.add_workspace_member().workspace_id(MISSING).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    remove_workspace_member = "DELETE /workspaces/{workspace_id}/members" {
        works: async |w: &World| {
            let _ = w.vera.clone().with_role_in(&w.prod, "Workspace Viewer");
            w.member.remove_workspace_member().workspace_id(w.prod.id()).send().await?;
            assert!(w.member.list_workspaces().send().await?.is_empty());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.member.remove_workspace_member().workspace_id(w.prod.id()).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    list_project_members = "GET /workspaces/{workspace_id}/projects/{project_id}/members" {
        works: async |w: &World| {
            let project = Uuid::new_v4();
            let assign = w.admin.assign_role().role_id(w.acme.role("Project Viewer"));
            let assign = assign.workspace_id(w.prod.id()).project_id(project);
            assign.team_id(w.team.id()).send().await?;
            let call = w.admin.list_project_members().workspace_id(w.prod.id());
            let members = call.project_id(project).send().await?;
            assert_eq!(members[0].team.as_ref().map(|team| team.id), Some(w.team.id()));
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            let call = w.member.list_project_members().workspace_id(w.prod.id());
            call.project_id(Uuid::new_v4()).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    list_organization_workspaces = "GET /organizations/{organization_id}/workspaces" {
        works: async |w: &World| {
            let call = w.admin.list_organization_workspaces().organization_id(w.acme.id());
            assert_eq!(call.send().await?[0].id, w.prod.id());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.list_organization_workspaces().organization_id(MISSING).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    get_organization_workspace =
        "GET /organizations/{organization_id}/workspace/{workspace_name}" {
        works: async |w: &World| {
            let call = w.admin.get_organization_workspace().organization_id(w.acme.id());
            assert_eq!(call.workspace_name("prod").send().await?.id, w.prod.id());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.get_organization_workspace().organization_id(w.acme.id());
            call.workspace_name("staging").send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    validate_workspace_name =
        "GET /organizations/{organization_id}/validation/workspace_name/{workspace_name}" {
        works: async |w: &World| {
            let call = w.admin.validate_workspace_name().organization_id(w.acme.id());
            assert_eq!(call.workspace_name("staging").send().await?.into_inner(), true);
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let call = w.admin.validate_workspace_name().organization_id(w.acme.id());
            call.workspace_name("prod").send().await
        },
    }
}
