//! Personal access tokens.

use zenml::{Credentials, pro::types::ApiKeyCreate};
#[cfg(feature = "pro-inferred")]
use zenml::{
    Field,
    pro::types::{ApiKeyRotateRequest, ApiKeyUpdate},
};

#[cfg(feature = "pro-inferred")]
use crate::world::MISSING;
use crate::world::World;

operations! {
    list_current_user_api_keys = "GET /users/me/api_keys" {
        works: async |w: &World| {
            let (key, _) = (w.vera.key(), w.ada.key());
            let keys = w.member.list_current_user_api_keys().send().await?;
            assert_eq!(keys.iter().map(|key| key.id).collect::<Vec<_>>(), [key.id()]);
            Ok(())
        },
        refuses Unauthorized: async |w: &World| {
            // The token of a login in the browser, which keys are not managed with.
            let token = Credentials::api_token(w.vera.device_session());
            w.client(token).list_current_user_api_keys().send().await
        },
    }
    create_current_user_api_key = "POST /users/me/api_keys" {
        works: async |w: &World| {
            let call = w.member.create_current_user_api_key();
            let key = call.body(&ApiKeyCreate::new("laptop")).send().await?;
            let value = Credentials::api_key(key.key.clone().unwrap());
            let me = w.client(value).get_current_user().send().await?;
            assert_eq!(me.id, w.vera.id());
            Ok(())
        },
        refuses Conflict: async |w: &World| {
            let create = || w.member.create_current_user_api_key().body(&ApiKeyCreate::new("laptop"));
            create().send().await?;
            create().send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    get_current_user_api_key = "GET /users/me/api_keys/{api_key_id}" {
        works: async |w: &World| {
            let call = w.member.get_current_user_api_key().api_key_id(w.vera.key().id());
            assert_eq!(call.send().await?.active, Some(true));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.member.get_current_user_api_key().api_key_id(w.ada.key().id()).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    update_current_user_api_key = "PATCH /users/me/api_keys/{api_key_id}" {
        works: async |w: &World| {
            let body = ApiKeyUpdate { name: Field::Set("old".into()), ..ApiKeyUpdate::default() };
            let call = w.member.update_current_user_api_key().api_key_id(w.vera.key().id());
            assert_eq!(call.body(&body).send().await?.name.as_deref(), Some("old"));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.member.update_current_user_api_key().api_key_id(MISSING);
            call.body(&ApiKeyUpdate::default()).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    delete_current_user_api_key = "DELETE /users/me/api_keys/{api_key_id}" {
        works: async |w: &World| {
            let id = w.vera.key().id();
            w.member.delete_current_user_api_key().api_key_id(id).send().await?;
            assert!(w.member.list_current_user_api_keys().send().await?.is_empty());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.member.delete_current_user_api_key().api_key_id(MISSING).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    rotate_current_user_api_key = "PUT /users/me/api_keys/{api_key_id}/rotate" {
        works: async |w: &World| {
            let key = w.vera.key();
            let call = w.member.rotate_current_user_api_key().api_key_id(key.id());
            let new = call.body(&ApiKeyRotateRequest::default()).send().await?;
            assert_ne!(new.key.as_ref().unwrap().expose(), key.value());
            assert!(new.last_rotated.is_some());
            let old = w.client(Credentials::api_key(key.value().to_owned()));
            assert!(old.get_current_user().send().await.is_err());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.member.rotate_current_user_api_key().api_key_id(MISSING);
            call.body(&ApiKeyRotateRequest::default()).send().await
        },
    }
}
