//! Machines that users log in on through a browser.

use uuid::Uuid;
use zenml::pro::types::{
    BodyDeviceAuthorizationAuthDeviceAuthorizationPost as DeviceAuthorization, OAuthDeviceUpdate,
    OAuthDeviceVerificationRequest,
};
use zenml::{Field, Result};

use crate::world::{MISSING, World};

/// A login that waits for somebody to confirm it.
async fn waiting(w: &World) -> Result<String> {
    let device = DeviceAuthorization::new(Uuid::new_v4());
    let device = w.member.device_authorization().body(&device).send().await?;
    Ok(device.user_code.clone())
}

/// A device of Vera's.
async fn confirmed(w: &World) -> Result<Uuid> {
    let request = OAuthDeviceVerificationRequest::new(waiting(w).await?);
    Ok(w.member
        .verify_authorized_device()
        .body(&request)
        .send()
        .await?
        .id)
}

operations! {
    list_authorized_devices = "GET /devices" {
        works: async |w: &World| {
            let id = confirmed(w).await?;
            let devices = w.member.list_authorized_devices().send().await?;
            assert_eq!(devices.iter().map(|device| device.id).collect::<Vec<_>>(), [id]);
            assert!(w.admin.list_authorized_devices().send().await?.is_empty());
            Ok(())
        },
        refuses Unauthorized: async |w: &World| w.intruder.list_authorized_devices().send().await,
    }
    verify_authorized_device = "PUT /devices/verify" {
        works: async |w: &World| {
            let mut request = OAuthDeviceVerificationRequest::new(waiting(w).await?);
            request.trusted_device = Some(true);
            let device = w.member.verify_authorized_device().body(&request).send().await?;
            assert_eq!(device.user_id, Some(w.vera.id()));
            assert_eq!(device.trusted_device, Some(true));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let request = OAuthDeviceVerificationRequest::new("nobody's");
            w.member.verify_authorized_device().body(&request).send().await
        },
    }
    get_authorized_device = "GET /devices/{device_id_or_user_code}" {
        works: async |w: &World| {
            let code = waiting(w).await?;
            let device = w.member.get_authorized_device().device_id_or_user_code(&code);
            assert_eq!(device.send().await?.status.as_deref(), Some("pending"));
            let id = confirmed(w).await?;
            let device = w.member.get_authorized_device().device_id_or_user_code(id);
            assert_eq!(device.send().await?.status.as_deref(), Some("active"));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let id = confirmed(w).await?;
            w.admin.get_authorized_device().device_id_or_user_code(id).send().await
        },
    }
    update_authorized_device = "PUT /devices/{device_id}" {
        works: async |w: &World| {
            let lock = OAuthDeviceUpdate { locked: Field::Set(true) };
            let call = w.member.update_authorized_device().device_id(confirmed(w).await?);
            assert_eq!(call.body(&lock).send().await?.status.as_deref(), Some("locked"));
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            let call = w.member.update_authorized_device().device_id(MISSING);
            call.body(&OAuthDeviceUpdate::default()).send().await
        },
    }
    delete_authorized_device = "DELETE /devices/{device_id}" {
        works: async |w: &World| {
            let id = confirmed(w).await?;
            w.member.delete_authorized_device().device_id(id).send().await?;
            assert!(w.member.list_authorized_devices().send().await?.is_empty());
            Ok(())
        },
        refuses NotFound: async |w: &World| {
            w.member.delete_authorized_device().device_id(MISSING).send().await
        },
    }
}
