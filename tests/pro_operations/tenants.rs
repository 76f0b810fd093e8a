//! Workspaces under their name of before 2025.

#![allow(deprecated, reason = "deprecated operations have to work too")]

use zenml::pro::types::WorkspaceStatus;

use crate::workspaces::{named, renamed};
use crate::world::{MISSING, World};

operations! {
    list_workspaces_via_tenants = "GET /tenants" {
        works: async |w: &World| {
            let list = || w.admin.list_workspaces_via_tenants();
            assert_eq!(list().tenant_name("prod").send().await?[0].id, w.prod.id());
            assert_eq!(list().tenant_id(w.prod.id()).send().await?[0].name, "prod");
            assert!(list().status(WorkspaceStatus::Failed).send().await?.is_empty());
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| {
            w.admin.list_workspaces_via_tenants().limit(101).send().await
        },
    }
    create_workspace_via_tenants = "POST /tenants" {
        works: async |w: &World| {
            let call = w.admin.create_workspace_via_tenants();
            let created = call.body(&named("staging", w.acme.id())).send().await?;
            assert_eq!(created.organization.id, w.acme.id());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.create_workspace_via_tenants();
            call.body(&named("staging", MISSING)).send().await
        },
    }
    delete_workspaces = "DELETE /tenants" {
        works: async |w: &World| {
            w.admin.delete_workspaces().send().await?;
            assert!(w.root.list_workspaces().send().await?.is_empty());
            Ok(())
        },
        refuses Forbidden: async |w: &World| w.member.delete_workspaces().send().await,
    }
    get_workspace_via_tenants = "GET /tenants/{tenant_id_or_name}" {
        works: async |w: &World| {
            let call = w.admin.get_workspace_via_tenants().tenant_id_or_name("prod");
            assert_eq!(call.send().await?.id, w.prod.id());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.get_workspace_via_tenants().tenant_id_or_name("staging").send().await
        },
    }
    update_workspace_via_tenants = "PATCH /tenants/{tenant_id}" {
        works: async |w: &World| {
            let call = w.admin.update_workspace_via_tenants().tenant_id(w.prod.id());
            assert_eq!(call.body(&renamed("production")).send().await?.name, "production");
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.update_workspace_via_tenants().tenant_id(MISSING);
            call.body(&renamed("production")).send().await
        },
    }
    delete_workspace_via_tenants = "DELETE /tenants/{tenant_id}" {
        works: async |w: &World| {
            w.admin.delete_workspace_via_tenants().tenant_id(w.prod.id()).send().await?;
            assert!(w.admin.list_workspaces().send().await?.is_empty());
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            w.member.delete_workspace_via_tenants().tenant_id(w.prod.id()).send().await
        },
    }
    deploy_workspace_via_tenants = "PATCH /tenants/{tenant_id}/deploy" {
        works: async |w: &World| {
            w.prod.suspend();
            w.admin.deploy_workspace_via_tenants().tenant_id(w.prod.id()).send().await?;
            assert_eq!(w.prod.status(), "available");
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.deploy_workspace_via_tenants().tenant_id(MISSING).send().await
        },
    }
    deactivate_workspace_via_tenants = "PATCH /tenants/{tenant_id}/deactivate" {
        works: async |w: &World| {
            w.admin.deactivate_workspace_via_tenants().tenant_id(w.prod.id()).send().await?;
            assert_eq!(w.prod.status(), "deactivated");
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            w.member.deactivate_workspace_via_tenants().tenant_id(w.prod.id()).send().await
        },
    }
    list_workspace_members_via_tenants = "GET /tenants/{tenant_id}/members" {
        works: async |w: &World| {
            let _ = w.ci.clone().with_role_in(&w.prod, "Workspace Developer");
            let call = w.admin.list_workspace_members_via_tenants().tenant_id(w.prod.id());
            let members = call.send().await?;
            let user = members[0].user.as_ref().unwrap();
            assert_eq!((user.id, user.is_service_account), (w.ci.id(), Some(true)));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.list_workspace_members_via_tenants().tenant_id(MISSING).send().await
        },
    }
    add_workspace_member_via_tenants = "POST /tenants/{tenant_id}/members" {
        works: async |w: &World| {
            w.member.add_workspace_member_via_tenants().tenant_id(w.prod.id()).send().await?;
            assert_eq!(w.member.list_workspaces().send().await?[0].id, w.prod.id());
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let _ = w.vera.clone().with_role_in(&w.prod, "Workspace Viewer");
            w.member.add_workspace_member_via_tenants().tenant_id(w.prod.id()).send().await
        },
    }
    remove_workspace_member_via_tenants = "DELETE /tenants/{tenant_id}/members" {
        works: async |w: &World| {
            let _ = w.vera.clone().with_role_in(&w.prod, "Workspace Viewer");
            w.member.remove_workspace_member_via_tenants().tenant_id(w.prod.id()).send().await?;
            assert!(w.member.list_workspaces().send().await?.is_empty());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.member.remove_workspace_member_via_tenants().tenant_id(MISSING).send().await
        },
    }
    list_organization_workspaces_via_tenants = "GET /organizations/{organization_id}/tenants" {
        works: async |w: &World| {
            let call = w.admin.list_organization_workspaces_via_tenants();
            let tenants = call.organization_id(w.acme.id()).send().await?;
            assert_eq!(tenants[0].id, w.prod.id());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.list_organization_workspaces_via_tenants();
            call.organization_id(MISSING).send().await
        },
    }
    get_organization_workspace_via_tenant =
        "GET /organizations/{organization_id}/tenant/{tenant_name}" {
        works: async |w: &World| {
            let call = w.admin.get_organization_workspace_via_tenant();
            let call = call.organization_id(w.acme.id()).tenant_name("prod");
            assert_eq!(call.send().await?.id, w.prod.id());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.get_organization_workspace_via_tenant();
            call.organization_id(w.acme.id()).tenant_name("staging").send().await
        },
    }
    validate_workspace_name_via_tenant_name =
        "GET /organizations/{organization_id}/validation/tenant_name/{tenant_name}" {
        works: async |w: &World| {
            let call = w.admin.validate_workspace_name_via_tenant_name();
            let call = call.organization_id(w.acme.id()).tenant_name("staging");
            assert_eq!(call.send().await?.into_inner(), true);
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let call = w.admin.validate_workspace_name_via_tenant_name();
            call.organization_id(w.acme.id()).tenant_name("prod").send().await
        },
    }
}
