//! API keys of service accounts.

use zenml::Credentials;
use zenml::ErrorKind;
use zenml::pro::types::ApiKeyCreate;
#[cfg(feature = "pro-inferred")]
use zenml::{
    Field,
    pro::types::{ApiKeyRotateRequest, ApiKeyUpdate},
};

#[cfg(feature = "pro-inferred")]
use crate::world::MISSING;
use crate::world::World;

/// Whether a key gets in.
async fn gets_in(w: &World, key: &str) -> bool {
    let client = w.client(Credentials::api_key(key.to_owned()));
    match client.get_current_user().send().await {
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::Credentials => false,
        Err(error) => panic!("{error}"),
    }
}

operations! {
    #[cfg(feature = "pro-inferred")]
    list_service_account_api_keys =
        "GET /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys" {
        works: async |w: &World| {
            let key = w.ci.key();
            let call = w.admin.list_service_account_api_keys().organization_id(w.acme.id());
            let keys = call.service_account_id("ci").send().await?;
            assert_eq!((keys[0].id, &keys[0].key), (key.id(), &None));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.list_service_account_api_keys().organization_id(w.acme.id());
            call.service_account_id("cd").send().await
        },
    }
    create_service_account_api_key =
        "POST /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys" {
        works: async |w: &World| {
            let call = w.admin.create_service_account_api_key().organization_id(w.acme.id());
            let call = call.service_account_id("ci").body(&ApiKeyCreate::new("nightly"));
            let key = call.send().await?.key.clone().unwrap();
            assert!(key.expose().starts_with("ZENPROKEY_"));
            assert!(gets_in(w, key.expose()).await);
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            let call = w.member.create_service_account_api_key().organization_id(w.acme.id());
            call.service_account_id("ci").body(&ApiKeyCreate::new("nightly")).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    get_service_account_api_key =
        "GET /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys/{api_key_id}" {
        works: async |w: &World| {
            let key = w.ci.key();
            let call = w.admin.get_service_account_api_key().organization_id(w.acme.id());
            let found = call.service_account_id("ci").api_key_id(key.id()).send().await?;
            assert_eq!((found.active, &found.key), (Some(true), &None));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.get_service_account_api_key().organization_id(w.acme.id());
            call.service_account_id("ci").api_key_id(MISSING).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    update_service_account_api_key =
        "PATCH /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys/{api_key_id}" {
        works: async |w: &World| {
            let key = w.ci.key();
            assert!(gets_in(w, key.value()).await);
            let body = ApiKeyUpdate { active: Field::Set(false), ..ApiKeyUpdate::default() };
            let call = w.admin.update_service_account_api_key().organization_id(w.acme.id());
            call.service_account_id("ci").api_key_id(key.id()).body(&body).send().await?;
            assert!(!gets_in(w, key.value()).await);
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.update_service_account_api_key().organization_id(w.acme.id());
            let call = call.service_account_id("ci").api_key_id(MISSING);
            call.body(&ApiKeyUpdate::default()).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    delete_service_account_api_key =
        "DELETE /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys/{api_key_id}" {
        works: async |w: &World| {
            let key = w.ci.key();
            let call = w.admin.delete_service_account_api_key().organization_id(w.acme.id());
            call.service_account_id("ci").api_key_id(key.id()).send().await?;
            assert!(!gets_in(w, key.value()).await);
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            // A key of another service account's.
            let other = w.acme.service_account("cd").key();
            let call = w.admin.delete_service_account_api_key().organization_id(w.acme.id());
            call.service_account_id("ci").api_key_id(other.id()).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    rotate_service_account_api_key =
        "PUT /organizations/{organization_id}/service_accounts/{service_account_id}/api_keys/{api_key_id}/rotate" {
        works: async |w: &World| {
            let key = w.ci.key();
            let retained = ApiKeyRotateRequest {
                retain_period_minutes: Some(60),
                ..ApiKeyRotateRequest::default()
            };
            let call = w.admin.rotate_service_account_api_key().organization_id(w.acme.id());
            let call = call.service_account_id("ci").api_key_id(key.id());
            let new = call.body(&retained).send().await?.key.clone().unwrap();
            assert!(gets_in(w, new.expose()).await && gets_in(w, key.value()).await);
            w.plane.advance(std::time::Duration::from_hours(1));
            assert!(gets_in(w, new.expose()).await && !gets_in(w, key.value()).await);
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.rotate_service_account_api_key().organization_id(w.acme.id());
            let call = call.service_account_id("ci").api_key_id(MISSING);
            call.body(&ApiKeyRotateRequest::default()).send().await
        },
    }
}
