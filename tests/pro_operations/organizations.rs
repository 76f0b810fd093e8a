//! Organizations and their members.

use zenml::Field;
use zenml::pro::types::{OrganizationCreate, OrganizationUpdate};

use crate::world::{MISSING, World};

operations! {
    list_organizations = "GET /organizations" {
        works: async |w: &World| {
            let _ = w.plane.organization("umbrella");
            let names = |organizations: &[zenml::pro::types::OrganizationRead]| {
                organizations.iter().map(|found| found.name.clone()).collect::<Vec<_>>()
            };
            assert_eq!(names(&w.member.list_organizations().send().await?), ["acme"]);
            let all = w.root.list_organizations();
            assert_eq!(names(&all.offset(1).limit(1).send().await?), ["umbrella"]);
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| {
            w.admin.request(zenml::Method::GET, "/organizations").query("limit", "all")
                .send::<serde_json::Value>().await
        },
    }
    create_organization = "POST /organizations" {
        works: async |w: &World| {
            let body = OrganizationCreate::new("umbrella");
            let created = w.member.create_organization().body(&body).send().await?;
            let owner = created.owner.as_ref().map(|owner| owner.id);
            assert_eq!((created.name.as_str(), owner), ("umbrella", Some(w.vera.id())));
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let body = OrganizationCreate::new("acme");
            w.member.create_organization().body(&body).send().await
        },
    }
    validate_organization_name = "GET /organizations/validation/name/{organization_name}" {
        works: async |w: &World| {
            let call = w.member.validate_organization_name().organization_name("umbrella");
            assert_eq!(call.send().await?.into_inner(), true);
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            w.member.validate_organization_name().organization_name("acme").send().await
        },
    }
    get_organization = "GET /organizations/{organization_id_or_name}" {
        works: async |w: &World| {
            let get = || w.member.get_organization();
            let by_name = get().organization_id_or_name("acme").send().await?;
            let by_id = get().organization_id_or_name(w.acme.id()).send().await?;
            assert_eq!((by_name.id, by_id.name.as_str()), (w.acme.id(), "acme"));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.member.get_organization().organization_id_or_name("umbrella").send().await
        },
    }
    update_organization = "PATCH /organizations/{organization_id}" {
        works: async |w: &World| {
            let body = OrganizationUpdate {
                description: Field::Set("Anvils".into()),
                trusted_domains: Field::Set(vec!["acme.test".into()]),
                ..OrganizationUpdate::default()
            };
            let call = w.admin.update_organization().organization_id(w.acme.id()).body(&body);
            let updated = call.send().await?;
            assert_eq!(updated.description.as_deref(), Some("Anvils"));
            assert_eq!(updated.trusted_domains, Some(vec!["acme.test".to_owned()]));
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            let call = w.member.update_organization().organization_id(w.acme.id());
            call.body(&OrganizationUpdate::default()).send().await
        },
    }
    delete_organization = "DELETE /organizations/{organization_id}" {
        works: async |w: &World| {
            let umbrella = w.plane.organization("umbrella").id();
            w.root.delete_organization().organization_id(umbrella).send().await?;
            assert_eq!(w.root.list_organizations().send().await?.len(), 1);
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            w.admin.delete_organization().organization_id(w.acme.id()).send().await
        },
    }
    get_organization_trial = "GET /organizations/{organization_id}/trial" {
        works: async |w: &World| {
            let call = w.member.get_organization_trial().organization_id(w.acme.id());
            assert_eq!(call.send().await?["has_active_subscription"], true);
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.member.get_organization_trial().organization_id(MISSING).send().await
        },
    }
    get_entitlement = "GET /organizations/{organization_id}/entitlement/{feature}" {
        works: async |w: &World| {
            let entitled = |feature: &str| {
                w.server.get_entitlement().organization_id(w.acme.id()).feature(feature)
            };
            w.acme.reach_limit("template_run");
            assert_eq!(entitled("pipeline").send().await?.http_status(), 200);
            w.acme.lift_limit("template_run");
            assert_eq!(entitled("template_run").send().await?.http_status(), 200);
            Ok(())
        },
        refuses PaymentRequired: async |w: &World| {
            w.acme.reach_limit("template_run");
            let call = w.server.get_entitlement().organization_id(w.acme.id());
            call.feature("template_run").send().await
        },
    }
    list_organization_members = "GET /organizations/{organization_id}/members" {
        works: async |w: &World| {
            let list = || w.member.list_organization_members().organization_id(w.acme.id());
            let ids = |members: &[zenml::pro::types::MemberRead]| {
                let users = members.iter().filter_map(|member| member.user.as_ref());
                users.map(|user| user.id).collect::<Vec<_>>()
            };
            let all = list().send().await?;
            assert_eq!(ids(&all), [w.ada.id(), w.vera.id(), w.ci.id()]);
            let people = list().include_service_accounts(false).send().await?;
            assert_eq!(ids(&people), [w.ada.id(), w.vera.id()]);
            let admins = list().role_id(w.acme.role("Organization Admin")).send().await?;
            assert_eq!(ids(&admins), [w.ada.id()]);
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.list_organization_members().organization_id(MISSING).send().await
        },
    }
    remove_organization_member = "DELETE /organizations/{organization_id}/members" {
        works: async |w: &World| {
            let call = w.admin.remove_organization_member().organization_id(w.acme.id());
            call.user_id(w.vera.id()).send().await?;
            assert!(w.member.list_organizations().send().await?.is_empty());
            let team = w.admin.get_team().team_id(w.team.id()).send().await?;
            assert_eq!(team.member_count, 0);
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.remove_organization_member().organization_id(w.acme.id());
            call.user_id(MISSING).send().await
        },
    }
}
