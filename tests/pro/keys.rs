//! Service accounts and their keys, whose values are shown once.

use uuid::Uuid;
use zenml::{
    ErrorKind,
    pro::types::{ApiKeyCreate, ApiKeyRead, ServiceAccountCreate},
};

use crate::acme::{Acme, acme};

async fn service_account(acme: &Acme) -> Uuid {
    let create = || {
        acme.pro
            .create_organization_service_account()
            .organization_id(acme.organization.id())
            .body(&ServiceAccountCreate::new("ci"))
            .send()
    };
    let account = create().await.unwrap().id;
    assert_eq!(create().await.unwrap_err().kind(), ErrorKind::Conflict);
    account
}

async fn key(acme: &Acme, account: Uuid) -> ApiKeyRead {
    let create = acme
        .pro
        .create_service_account_api_key()
        .organization_id(acme.organization.id())
        .service_account_id(account)
        .body(&ApiKeyCreate::new("nightly"));
    create.send().await.unwrap().into_inner()
}

/// The value of a new key, which nothing prints.
#[track_caller]
fn value(key: &ApiKeyRead) -> &str {
    let value = key.key.as_ref().unwrap().expose();
    assert!(value.starts_with("ZENPROKEY_"));
    assert!(!format!("{key:?} {key:#?} {:?}", key.key).contains(value));
    value
}

#[tokio::test]
async fn a_service_account_gets_a_key_that_opens_the_pro_api_as_that_account() {
    let acme = acme().await;
    let account = service_account(&acme).await;
    let accounts = acme
        .pro
        .list_organization_service_accounts()
        .organization_id(acme.organization.id())
        .stream();
    let accounts = accounts.try_collect::<Vec<_>>().await.unwrap();
    let names: Vec<_> = accounts
        .iter()
        .map(|found| found.username.as_deref())
        .collect();
    assert_eq!(names, [Some("admin"), Some("ci")]);

    let key = key(&acme, account).await;
    let pro = acme.with_key(value(&key));
    assert_eq!(pro.get_current_user().send().await.unwrap().id, account);
    assert!(!format!("{pro:?}").contains(value(&key)));
    acme.plane.stop().unwrap();
}

#[cfg(feature = "pro-inferred")]
#[tokio::test]
async fn a_key_is_listed_without_its_value_rotated_and_deleted() {
    use zenml::pro::types::ApiKeyRotateRequest;

    use crate::fixture::assert_hides;

    let acme = acme().await;
    let (pro, organization) = (&acme.pro, acme.organization.id());
    let account = service_account(&acme).await;
    let key = key(&acme, account).await;
    let keys = || {
        pro.list_service_account_api_keys()
            .organization_id(organization)
            .service_account_id(account)
            .stream()
            .try_collect::<Vec<_>>()
    };
    let get = || {
        pro.get_service_account_api_key()
            .organization_id(organization)
            .service_account_id(account)
            .api_key_id(key.id)
            .send()
    };
    let listed = keys().await.unwrap();
    assert_eq!((listed.len(), listed[0].id), (1, key.id));
    assert_eq!((&listed[0].key, &get().await.unwrap().key), (&None, &None));

    let rotated = pro
        .rotate_service_account_api_key()
        .organization_id(organization)
        .service_account_id(account)
        .api_key_id(key.id)
        .body(&ApiKeyRotateRequest::default());
    let rotated = rotated.send().await.unwrap().into_inner();
    assert_eq!(rotated.id, key.id);
    assert_ne!(value(&rotated), value(&key));
    assert_eq!(get().await.unwrap().key, None, "shown once");
    let opens = async |value: &str| acme.with_key(value).get_current_user().send().await;
    assert_eq!(opens(value(&rotated)).await.unwrap().id, account);
    let error = opens(value(&key)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert_hides(&error, value(&key));

    let delete = pro
        .delete_service_account_api_key()
        .organization_id(organization)
        .service_account_id(account)
        .api_key_id(key.id);
    delete.send().await.unwrap();
    assert!(keys().await.unwrap().is_empty());
    let error = opens(value(&rotated)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert_hides(&error, value(&rotated));
    acme.plane.stop().unwrap();
}

#[cfg(feature = "pro-inferred")]
#[tokio::test]
async fn a_service_account_that_is_deleted_takes_its_keys_along() {
    let acme = acme().await;
    let account = service_account(&acme).await;
    let key = key(&acme, account).await;
    let delete = acme
        .pro
        .delete_organization_service_account()
        .organization_id(acme.organization.id())
        .service_account_id(account);
    delete.send().await.unwrap();
    let pro = acme.with_key(value(&key));
    let error = pro.get_current_user().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    acme.plane.stop().unwrap();
}
