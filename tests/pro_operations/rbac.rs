//! Permissions inside workspaces.

use zenml::Field;
use zenml::pro::types::ResourceMembershipUpdate;

use crate::world::{MISSING, World};

const PIPELINE: &str =
    "5f0d3ab5-4f52-44ea-9a4e-6f5c6d0c65a1:pipeline/6f0d3ab5-4f52-44ea-9a4e-6f5c6d0c65a1";
const ID: &str = "6f0d3ab5-4f52-44ea-9a4e-6f5c6d0c65a1";

/// Lets Vera read a pipeline.
async fn share(w: &World) -> zenml::Result<()> {
    let mut body = ResourceMembershipUpdate::new(vec!["read".into()], PIPELINE);
    body.user_id = Field::Set(w.vera.id());
    w.server
        .update_resource_membership()
        .body(&body)
        .send()
        .await
        .map(drop)
}

operations! {
    has_permission = "GET /rbac/check_permissions" {
        works: async |w: &World| {
            let acme = format!("organization/{}", w.acme.id());
            let call = w.admin.has_permission().user_id(w.ada.id()).action("delete");
            assert!(call.resources([&acme]).send().await?[&acme]);
            let call = w.member.has_permission().user_id(w.vera.id()).action("delete");
            assert!(!call.resources([&acme]).send().await?[&acme]);
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            w.member.has_permission().user_id(w.ada.id()).action("read").send().await
        },
    }
    has_permission_post = "POST /rbac/check_permissions" {
        works: async |w: &World| {
            let may = |user| {
                let call = w.server.has_permission_post().user_id(user).action("read");
                call.body(&vec![PIPELINE.to_owned()]).send()
            };
            assert!(may(w.ada.id()).await?[PIPELINE]);
            assert!(!may(w.vera.id()).await?[PIPELINE]);
            share(w).await?;
            assert!(may(w.vera.id()).await?[PIPELINE]);
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.server.has_permission_post().user_id(MISSING).action("read");
            call.body(&vec!["stack".to_owned()]).send().await
        },
    }
    list_allowed_resource_ids = "GET /rbac/allowed_resource_ids" {
        works: async |w: &World| {
            share(w).await?;
            let pipelines = PIPELINE.rsplit_once('/').unwrap().0;
            let allowed = |user| {
                let call = w.server.list_allowed_resource_ids().user_id(user);
                call.action("read").resource(pipelines).send()
            };
            assert!(allowed(w.ada.id()).await?.full_access);
            let vera = allowed(w.vera.id()).await?;
            assert_eq!((vera.full_access, &vera.ids[..]), (false, &[ID.to_owned()][..]));
            Ok(())
        },
        refuses Unauthorized: async |w: &World| {
            let call = w.intruder.list_allowed_resource_ids().user_id(w.ada.id());
            call.action("read").resource("stack").send().await
        },
    }
    list_resource_members = "GET /rbac/resource_members" {
        works: async |w: &World| {
            share(w).await?;
            let members = w.server.list_resource_members().resource(PIPELINE).send().await?;
            assert_eq!(members[0].user.as_ref().map(|user| user.id), Some(w.vera.id()));
            assert_eq!(members[0].allowed_actions, Some(vec!["read".to_owned()]));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.list_resource_members().resource("nothing").send().await
        },
    }
    update_resource_membership = "POST /rbac/resource_members" {
        works: async |w: &World| {
            share(w).await?;
            let mut body = ResourceMembershipUpdate::new(vec![], PIPELINE);
            body.user_id = Field::Set(w.vera.id());
            w.server.update_resource_membership().body(&body).send().await?;
            let call = w.server.list_resource_members().resource(PIPELINE);
            assert!(call.send().await?.is_empty());
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| {
            let body = ResourceMembershipUpdate::new(vec!["read".into()], PIPELINE);
            w.server.update_resource_membership().body(&body).send().await
        },
    }
    delete_resources = "DELETE /rbac/resources" {
        works: async |w: &World| {
            share(w).await?;
            w.server.delete_resources().resources([PIPELINE, "stack/1"]).send().await?;
            let call = w.server.list_resource_members().resource(PIPELINE);
            assert!(call.send().await?.is_empty());
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            w.admin.delete_resources().resources([PIPELINE]).send().await
        },
    }
    list_user_team_ids = "GET /rbac/user_team_ids" {
        works: async |w: &World| {
            let ids = w.server.list_user_team_ids().user_id(w.vera.id()).send().await?;
            assert_eq!(ids.into_inner(), [w.team.id().to_string()]);
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.server.list_user_team_ids().user_id(MISSING).send().await
        },
    }
}
