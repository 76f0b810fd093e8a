//! Tokens and sessions.

use uuid::Uuid;
use zenml::pro::types::{
    BodyDeviceAuthorizationAuthDeviceAuthorizationPost as DeviceAuthorization,
    BodyOauthLoginAuthLoginPost as Login,
};
use zenml::{Credentials, ErrorKind, Field, Method};

use crate::world::{MISSING, World};

operations! {
    oauth_login = "POST /auth/login" {
        works: async |w: &World| {
            let key = w.ci.key();
            let login = Login { password: Field::Set(key.value().into()), ..Login::default() };
            let granted = w.intruder.oauth_login().body(&login).send().await?;
            assert_eq!(granted.expires_in, Some(3600));
            let token = Credentials::api_token(granted.access_token.clone());
            let me = w.client(token).get_current_user().send().await?;
            assert_eq!(me.id, w.ci.id());
            Ok(())
        },
        refuses Unauthorized: async |w: &World| {
            let login = Login { password: Field::Set("ZENPROKEY_no".into()), ..Login::default() };
            w.intruder.oauth_login().body(&login).send().await
        },
    }
    device_authorization = "POST /auth/device_authorization" {
        works: async |w: &World| {
            let device = DeviceAuthorization::new(Uuid::new_v4());
            let device = w.intruder.device_authorization().body(&device).send().await?;
            assert!(w.plane.waiting_devices().contains(&device.user_code));
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| {
            w.undeclared(Method::POST, "/auth/device_authorization").await
        },
    }
    logout = "POST /auth/logout" {
        works: async |w: &World| {
            w.member.logout().send().await?;
            let error = w.member.get_current_user().send().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthorized);
            Ok(())
        },
        refuses Unauthorized: async |w: &World| w.intruder.logout().send().await,
    }
    api_token = "GET /auth/api_token" {
        works: async |w: &World| {
            let token = w.member.api_token().send().await?.into_inner();
            let me = w.client(Credentials::api_token(token));
            assert_eq!(me.get_current_user().send().await?.id, w.vera.id());
            Ok(())
        },
        refuses Forbidden: async |w: &World| w.server.api_token().send().await,
    }
    list_connections = "GET /auth/connections" {
        works: async |w: &World| {
            let connections = w.intruder.list_connections().send().await?;
            assert!(connections.is_array());
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| {
            w.undeclared(Method::GET, "/auth/connections").await
        },
    }
    oauth_authorize = "GET /auth/authorize" {
        works: async |w: &World| {
            let answer = w.intruder.oauth_authorize().send().await?;
            assert!(answer.is_object());
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| {
            w.undeclared(Method::GET, "/auth/authorize").await
        },
    }
    oauth_callback = "GET /auth/callback" {
        works: async |w: &World| {
            let answer = w.intruder.oauth_callback().send().await?;
            assert!(answer.is_object());
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| {
            w.undeclared(Method::GET, "/auth/callback").await
        },
    }
    workspace_authorization = "GET /auth/workspace_authorization/{workspace_id}" {
        works: async |w: &World| {
            let call = w.admin.workspace_authorization().workspace_id(w.prod.id());
            let token = call.send().await?.access_token.clone();
            let at_server = w.client(Credentials::api_token(token));
            let call = at_server.authorize_server_user().server_id(w.prod.id());
            assert_eq!(call.send().await?.id, w.ada.id());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.workspace_authorization().workspace_id(MISSING).send().await
        },
    }
    #[cfg(feature = "pro-inferred")]
    workspace_authorization_post = "POST /auth/workspace_authorization/{workspace_id}" {
        works: async |w: &World| {
            let call = w.admin.workspace_authorization_post().workspace_id(w.prod.id());
            assert_eq!(call.send().await?.token_type.as_deref(), Some("bearer"));
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            w.member.workspace_authorization_post().workspace_id(w.prod.id()).send().await
        },
    }
    #[allow(deprecated, reason = "deprecated operations have to work too")]
    workspace_authorization_via_tenant_authorization =
        "POST /auth/tenant_authorization/{tenant_id}" {
        works: async |w: &World| {
            let call = w.admin.workspace_authorization_via_tenant_authorization();
            let granted = call.tenant_id(w.prod.id()).send().await?;
            assert_eq!(granted.expires_in, Some(3600));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.admin.workspace_authorization_via_tenant_authorization();
            call.tenant_id(MISSING).send().await
        },
    }
}
