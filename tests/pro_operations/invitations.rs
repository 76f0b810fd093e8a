//! Invitations to an organization.

use uuid::Uuid;
use zenml::pro::types::InvitationCreate;
use zenml::{Credentials, Field, ProClient};

use crate::world::{MISSING, World};

/// A stranger who has been invited.
fn invited(w: &World) -> (Uuid, ProClient) {
    let id = w.acme.invitation("eve@acme.test");
    let token = w.plane.user("eve@acme.test").session();
    (id, w.client(Credentials::api_token(token)))
}

operations! {
    list_invitations = "GET /invitations" {
        works: async |w: &World| {
            let (id, eve) = invited(w);
            let own = eve.list_invitations().send().await?;
            assert_eq!(own.iter().map(|found| found.id).collect::<Vec<_>>(), [id]);
            Ok(())
        },
        refuses Unauthorized: async |w: &World| w.intruder.list_invitations().send().await,
    }
    get_invitation = "GET /invitations/{invitation_id}" {
        works: async |w: &World| {
            let (id, eve) = invited(w);
            let found = eve.get_invitation().invitation_id(id).send().await?;
            assert_eq!(found.state.as_deref(), Some("pending"));
            assert_eq!(found.organization_id, w.acme.id());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.get_invitation().invitation_id(MISSING).send().await
        },
    }
    accept_invitation = "POST /invitations/{invitation_id}" {
        works: async |w: &World| {
            let (id, eve) = invited(w);
            assert!(eve.list_organizations().send().await?.is_empty());
            eve.accept_invitation().invitation_id(id).send().await?;
            assert_eq!(eve.list_organizations().send().await?[0].id, w.acme.id());
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            let (id, _) = invited(w);
            w.member.accept_invitation().invitation_id(id).send().await
        },
    }
    list_organization_invitations = "GET /organizations/{organization_id}/invitations" {
        works: async |w: &World| {
            let (id, eve) = invited(w);
            let list = || w.admin.list_organization_invitations().organization_id(w.acme.id());
            assert_eq!(list().email("eve@acme.test").send().await?[0].id, id);
            assert!(list().email("eva@acme.test").send().await?.is_empty());
            eve.accept_invitation().invitation_id(id).send().await?;
            assert!(list().only_pending(true).send().await?.is_empty());
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            let call = w.member.list_organization_invitations();
            call.organization_id(w.acme.id()).send().await
        },
    }
    create_organization_invitation = "POST /organizations/{organization_id}/invitations" {
        works: async |w: &World| {
            let role = w.acme.role("Organization Viewer");
            let mut body = InvitationCreate::new("eve@acme.test");
            body.role_id = Field::Set(role);
            let call = w.admin.create_organization_invitation().organization_id(w.acme.id());
            let invitation = call.body(&body).send().await?;
            assert_eq!(invitation.inviting_user_id, Some(w.ada.id()));
            assert_eq!(invitation.roles.as_ref().unwrap()[0]["name"], "Organization Viewer");
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let _ = w.acme.invitation("eve@acme.test");
            let call = w.admin.create_organization_invitation().organization_id(w.acme.id());
            call.body(&InvitationCreate::new("eve@acme.test")).send().await
        },
    }
    delete_organization_invitation =
        "DELETE /organizations/{organization_id}/invitations/{invitation_id}" {
        works: async |w: &World| {
            let (id, eve) = invited(w);
            let call = w.admin.delete_organization_invitation().organization_id(w.acme.id());
            call.invitation_id(id).send().await?;
            assert!(eve.list_invitations().send().await?.is_empty());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.delete_organization_invitation().organization_id(w.acme.id());
            call.invitation_id(MISSING).send().await
        },
    }
}
