//! Service accounts and their API keys. The API shows the value of a key once.

use uuid::Uuid;
use zenml::{
    ErrorKind,
    pro::types::{ApiKeyCreate, ApiKeyRead, ServiceAccountCreate},
};

use crate::org_fixture::{OrgFixture, org_fixture};

async fn service_account(fixture: &OrgFixture) -> Uuid {
    let create = || {
        fixture
            .pro
            .create_organization_service_account()
            .organization_id(fixture.organization.id())
            .body(ServiceAccountCreate::new("ci"))
            .send()
    };
    let account = create().await.unwrap().id;
    assert_eq!(create().await.unwrap_err().kind(), ErrorKind::Conflict);
    account
}

async fn key(fixture: &OrgFixture, account: Uuid) -> ApiKeyRead {
    let create = fixture
        .pro
        .create_service_account_api_key()
        .organization_id(fixture.organization.id())
        .service_account_id(account)
        .body(ApiKeyCreate::new("nightly"));
    create.send().await.unwrap().into_inner()
}

/// Returns the value of a new key, which no output shows.
#[track_caller]
fn value(key: &ApiKeyRead) -> &str {
    let value = key.key.as_ref().unwrap().expose();
    assert!(value.starts_with("ZENPROKEY_"));
    assert!(!format!("{key:?} {key:#?} {:?}", key.key).contains(value));
    value
}

#[tokio::test]
async fn a_key_authenticates_as_its_service_account() {
    let fixture = org_fixture().await;
    let account = service_account(&fixture).await;
    let accounts = fixture
        .pro
        .list_organization_service_accounts()
        .organization_id(fixture.organization.id())
        .stream();
    let accounts = accounts.try_collect::<Vec<_>>().await.unwrap();
    let names: Vec<_> = accounts
        .iter()
        .map(|found| found.username.as_deref())
        .collect();
    assert_eq!(names, [Some("admin"), Some("ci")]);

    let key = key(&fixture, account).await;
    let pro = fixture.with_key(value(&key));
    assert_eq!(pro.get_current_user().send().await.unwrap().id, account);
    assert!(!format!("{pro:?}").contains(value(&key)));
    fixture.plane.finish().unwrap();
}

#[cfg(feature = "pro-inferred")]
#[tokio::test]
async fn a_key_is_listed_without_its_value_and_works_until_rotated_or_deleted() {
    use zenml::pro::types::ApiKeyRotateRequest;

    use crate::fixture::assert_hides;

    let fixture = org_fixture().await;
    let (pro, organization) = (&fixture.pro, fixture.organization.id());
    let account = service_account(&fixture).await;
    let key = key(&fixture, account).await;
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
        .body(ApiKeyRotateRequest::default());
    let rotated = rotated.send().await.unwrap().into_inner();
    assert_eq!(rotated.id, key.id);
    assert_ne!(value(&rotated), value(&key));
    assert_eq!(get().await.unwrap().key, None, "the value is shown once");
    let log_in = async |value: &str| fixture.with_key(value).get_current_user().send().await;
    assert_eq!(log_in(value(&rotated)).await.unwrap().id, account);
    let error = log_in(value(&key)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert_hides(&error, value(&key));

    let delete = pro
        .delete_service_account_api_key()
        .organization_id(organization)
        .service_account_id(account)
        .api_key_id(key.id);
    delete.send().await.unwrap();
    assert!(keys().await.unwrap().is_empty());
    let error = log_in(value(&rotated)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    assert_hides(&error, value(&rotated));
    fixture.plane.finish().unwrap();
}

#[cfg(feature = "pro-inferred")]
#[tokio::test]
async fn deleting_a_service_account_deletes_its_keys() {
    let fixture = org_fixture().await;
    let account = service_account(&fixture).await;
    let key = key(&fixture, account).await;
    let delete = fixture
        .pro
        .delete_organization_service_account()
        .organization_id(fixture.organization.id())
        .service_account_id(account);
    delete.send().await.unwrap();
    let pro = fixture.with_key(value(&key));
    let error = pro.get_current_user().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
    fixture.plane.finish().unwrap();
}
