//! Users.

use zenml::pro::types::UserUpdate;
use zenml::{Credentials, ErrorKind, Field};

use crate::world::{MISSING, World};

operations! {
    list_users = "GET /users" {
        works: async |w: &World| {
            let users = w.member.list_users().email("ada@acme.test").send().await?;
            assert_eq!(users[0].id, w.ada.id());
            assert_eq!(w.root.list_users().send().await?.len(), 3);
            let stranger = Credentials::api_token(w.plane.user("eve").session());
            assert_eq!(w.client(stranger).list_users().send().await?.len(), 1);
            Ok(())
        },
        refuses Forbidden: async |w: &World| w.server.list_users().send().await,
    }
    create_user = "POST /users" {
        works: async |w: &World| {
            let user = w.root.create_user().username("eve").password("hunter2").send().await?;
            assert_eq!(user.username.as_deref(), Some("eve"));
            assert!(user.password.is_none());
            let eve = w.client(Credentials::password("eve", "hunter2"));
            assert_eq!(eve.get_current_user().send().await?.id, user.id);
            Ok(())
        },
        refuses Forbidden: async |w: &World| w.admin.create_user().username("eve").send().await,
    }
    authorize_server_user = "GET /users/authorize_server" {
        works: async |w: &World| {
            let user = w.admin.authorize_server_user().server_id(w.prod.id()).send().await?;
            assert_eq!((user.id, user.is_service_account), (w.ada.id(), Some(false)));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.admin.authorize_server_user().server_id(MISSING).send().await
        },
    }
    get_current_user = "GET /users/me" {
        works: async |w: &World| {
            let me = w.member.get_current_user().send().await?;
            assert_eq!(me.email.as_deref(), Some("vera@acme.test"));
            Ok(())
        },
        refuses Unauthorized: async |w: &World| w.intruder.get_current_user().send().await,
    }
    update_current_user = "PATCH /users/me" {
        works: async |w: &World| {
            let body = UserUpdate { company: Field::Set("Acme".into()), ..UserUpdate::default() };
            let me = w.member.update_current_user().body(&body).send().await?;
            assert_eq!(me.company.as_deref(), Some("Acme"));
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| {
            let body = UserUpdate { company: Field::Set(String::new()), ..UserUpdate::default() };
            w.member.update_current_user().body(&body).send().await
        },
    }
    get_user = "GET /users/{user_id_or_email}" {
        works: async |w: &World| {
            let get = || w.member.get_user();
            let by_email = get().user_id_or_email("ada@acme.test").send().await?;
            let by_id = get().user_id_or_email(w.ada.id()).send().await?;
            assert_eq!((by_email.id, by_id.id), (w.ada.id(), w.ada.id()));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.member.get_user().user_id_or_email("eve@acme.test").send().await
        },
    }
    update_user = "PATCH /users/{user_id}" {
        works: async |w: &World| {
            let body = UserUpdate { is_active: Field::Set(false), ..UserUpdate::default() };
            let user = w.root.update_user().user_id(w.vera.id()).body(&body).send().await?;
            assert_eq!(user.is_active, Some(false));
            let error = w.member.get_current_user().send().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthorized);
            Ok(())
        },
        refuses Forbidden: async |w: &World| {
            let call = w.admin.update_user().user_id(w.vera.id());
            call.body(&UserUpdate::default()).send().await
        },
    }
    delete_user = "DELETE /users/{user_id}" {
        works: async |w: &World| {
            w.root.delete_user().user_id(w.vera.id()).send().await?;
            assert_eq!(w.root.list_users().send().await?.len(), 2);
            Ok(())
        },
        refuses NotFound: async |w: &World| w.root.delete_user().user_id(MISSING).send().await,
    }
}
