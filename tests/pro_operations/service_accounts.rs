//! Service accounts of an organization.

use zenml::Field;
use zenml::pro::types::ServiceAccountCreate;
#[cfg(feature = "pro-inferred")]
use zenml::pro::types::ServiceAccountUpdate;

#[cfg(feature = "pro-inferred")]
use crate::world::MISSING;
use crate::world::World;

operations! {
    list_organization_service_accounts =
        "GET /organizations/{organization_id}/service_accounts" {
        works: async |w: &World| {
            let call = w.admin.list_organization_service_accounts();
            let accounts = call.organization_id(w.acme.id()).send().await?;
            assert_eq!(accounts[0].username.as_deref(), Some("ci"));
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            let call = w.member.list_organization_service_accounts();
            call.organization_id(w.acme.id()).send().await
        },
    }
    create_organization_service_account =
        "POST /organizations/{organization_id}/service_accounts" {
        works: async |w: &World| {
            let mut body = ServiceAccountCreate::new("deployer");
            body.role_id = Field::Set(w.acme.role("Organization Viewer"));
            let call = w.admin.create_organization_service_account();
            let account = call.organization_id(w.acme.id()).body(&body).send().await?;
            assert_eq!(account.organization_id, Some(w.acme.id()));
            assert_eq!(account.api_key_count, Some(0));
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let call = w.admin.create_organization_service_account();
            let call = call.organization_id(w.acme.id());
            call.body(&ServiceAccountCreate::new("ci")).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    get_organization_service_account =
        "GET /organizations/{organization_id}/service_accounts/{service_account_id}" {
        works: async |w: &World| {
            let get = || w.admin.get_organization_service_account().organization_id(w.acme.id());
            let by_name = get().service_account_id("ci").send().await?;
            let by_id = get().service_account_id(w.ci.id()).send().await?;
            assert_eq!((by_name.id, by_id.id), (w.ci.id(), w.ci.id()));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.get_organization_service_account();
            call.organization_id(w.acme.id()).service_account_id("cd").send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    update_organization_service_account =
        "PATCH /organizations/{organization_id}/service_accounts/{service_account_id}" {
        works: async |w: &World| {
            let body = ServiceAccountUpdate {
                is_active: Field::Set(false),
                ..ServiceAccountUpdate::default()
            };
            let call = w.admin.update_organization_service_account();
            let call = call.organization_id(w.acme.id()).service_account_id(w.ci.id());
            assert_eq!(call.body(&body).send().await?.is_active, Some(false));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.update_organization_service_account();
            let call = call.organization_id(w.acme.id()).service_account_id(MISSING);
            call.body(&ServiceAccountUpdate::default()).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    delete_organization_service_account =
        "DELETE /organizations/{organization_id}/service_accounts/{service_account_id}" {
        works: async |w: &World| {
            let call = w.admin.delete_organization_service_account();
            call.organization_id(w.acme.id()).service_account_id("ci").send().await?;
            let call = w.admin.list_organization_service_accounts();
            assert!(call.organization_id(w.acme.id()).send().await?.is_empty());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.delete_organization_service_account();
            call.organization_id(w.acme.id()).service_account_id(MISSING).send().await
        },
    }
}
