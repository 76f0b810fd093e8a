//! Teams and their members.

use zenml::Field;
use zenml::pro::types::{TeamCreate, TeamUpdate};

use crate::world::{MISSING, World};

operations! {
    list_organization_teams = "GET /organizations/{organization_id}/teams" {
        works: async |w: &World| {
            let call = w.member.list_organization_teams().organization_id(w.acme.id());
            let teams = call.send().await?;
            assert_eq!((teams[0].id, teams[0].member_count), (w.team.id(), 1));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.list_organization_teams().organization_id(MISSING).send().await
        },
    }
    create_team = "POST /teams" {
        works: async |w: &World| {
            let mut body = TeamCreate::new("data", w.acme.id());
            body.description = Field::Set("Engineers".into());
            let team = w.admin.create_team().body(&body).send().await?;
            assert_eq!((team.name.as_str(), team.member_count), ("data", 0));
            assert_eq!(team.description.as_deref(), Some("Engineers"));
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| {
            w.admin.create_team().body(&TeamCreate::new("", w.acme.id())).send().await
        },
    }
    get_team = "GET /teams/{team_id}" {
        works: async |w: &World| {
            assert_eq!(w.member.get_team().team_id(w.team.id()).send().await?.name, "ml");
            Ok(())
        },
        refuses NotFound: async |w: &World| w.admin.get_team().team_id(MISSING).send().await,
    }
    update_team = "PATCH /teams/{team_id}" {
        works: async |w: &World| {
            let update = TeamUpdate { name: Field::Set("mlops".into()), ..TeamUpdate::default() };
            let team = w.admin.update_team().team_id(w.team.id()).body(&update).send().await?;
            assert_eq!((team.name.as_str(), team.member_count), ("mlops", 1));
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let _ = w.acme.team("data");
            let update = TeamUpdate { name: Field::Set("data".into()), ..TeamUpdate::default() };
            w.admin.update_team().team_id(w.team.id()).body(&update).send().await
        },
    }
    delete_team = "DELETE /teams/{team_id}" {
        works: async |w: &World| {
            w.admin.delete_team().team_id(w.team.id()).send().await?;
            let call = w.admin.list_organization_teams().organization_id(w.acme.id());
            assert!(call.send().await?.is_empty());
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            w.member.delete_team().team_id(w.team.id()).send().await
        },
    }
    list_team_members = "GET /teams/{team_id}/members" {
        works: async |w: &World| {
            let members = w.member.list_team_members().team_id(w.team.id()).send().await?;
            assert_eq!(members[0].email.as_deref(), Some("vera@acme.test"));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.list_team_members().team_id(MISSING).send().await
        },
    }
    add_team_member = "POST /teams/{team_id}/members" {
        works: async |w: &World| {
            let add = || w.admin.add_team_member().team_id(w.team.id());
            add().user_id(w.ada.id()).send().await?;
            add().invitation_id(w.acme.invitation("eve@acme.test")).send().await?;
            let team = w.admin.get_team().team_id(w.team.id()).send().await?;
            assert_eq!(team.member_count, 3);
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let call = w.admin.add_team_member().team_id(w.team.id());
            call.user_id(w.vera.id()).send().await
        },
    }
    remove_team_member = "DELETE /teams/{team_id}/members" {
        works: async |w: &World| {
            let call = w.admin.remove_team_member().team_id(w.team.id());
            call.user_id(w.vera.id()).send().await?;
            let call = w.admin.list_team_members().team_id(w.team.id());
            assert!(call.send().await?.is_empty());
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| {
            w.admin.remove_team_member().team_id(w.team.id()).send().await
        },
    }
}
