//! The control plane itself.

use serde_json::json;
use zenml::Method;

use crate::world::World;

operations! {
    health = "GET /health" {
        works: async |w: &World| {
            assert_eq!(w.intruder.health().send().await?.into_inner(), "OK");
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| w.undeclared(Method::GET, "/health").await,
    }
    server_info = "GET /server/info" {
        works: async |w: &World| {
            assert!(w.intruder.server_info().send().await?.version.is_some());
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| w.undeclared(Method::GET, "/server/info").await,
    }
    list_permissions = "GET /permissions" {
        works: async |w: &World| {
            let permissions = w.member.list_permissions().send().await?;
            assert!(permissions.as_array().unwrap().contains(&json!("read")));
            Ok(())
        },
        refuses Unauthorized: async |w: &World| w.intruder.list_permissions().send().await,
    }
    list_releases = "GET /releases" {
        works: async |w: &World| {
            let releases = w.intruder.list_releases().release_service("zenml").send().await?;
            assert_eq!(releases[0].version.as_deref(), Some("0.98.0"));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.intruder.list_releases().release_service("airflow").send().await
        },
    }
    get_release = "GET /releases/{release_service}" {
        works: async |w: &World| {
            let get = || w.intruder.get_release().release_service("zenml");
            assert_eq!(get().send().await?.version.as_deref(), Some("0.98.0"));
            let older = get().version("0.97.0").send().await?;
            assert_eq!(older.version.as_deref(), Some("0.97.0"));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.intruder.get_release().release_service("zenml").version("0.0.1").send().await
        },
    }
    stigg_webhook = "POST /stigg-webhook" {
        works: async |w: &World| {
            assert!(w.intruder.stigg_webhook().send().await?.is_null());
            Ok(())
        },
        refuses InvalidRequest: async |w: &World| {
            w.undeclared(Method::POST, "/stigg-webhook").await
        },
    }
}
