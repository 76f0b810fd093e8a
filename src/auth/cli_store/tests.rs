//! Which stored login is selected for a server?

use super::*;
use crate::auth::credentials::Kind;
use crate::testing::FixedDateClock;

const SERVER: &str = "https://zenml.example.com";
const PRO: &str = "https://cloudapi.zenml.io";

/// Returns the credentials for [`SERVER`] in the store, on 6 November 1994.
fn pick(store: &str) -> Result<String, StoreError> {
    let login = StoredLogin {
        file: PathBuf::new(),
        url: SERVER.to_owned(),
        pro_url: PRO.to_owned(),
        clock: Arc::new(FixedDateClock),
    };
    login.pick(store).map(|credentials| match credentials.0 {
        Kind::Token(secret) => format!("token {}", secret.expose()),
        Kind::Key(secret) => format!("key {}", secret.expose()),
        Kind::ProSession(secret) => format!("session {}", secret.expose()),
        Kind::Password { user, password } => format!("user {user} {}", password.expose()),
        _ => unreachable!("the store cannot contain these"),
    })
}

fn token(access_token: &str, expires_at: &str) -> String {
    format!("  api_token:\n    access_token: {access_token}\n    expires_at: '{expires_at}'\n")
}

const PAST: &str = "1994-11-06T00:00:00Z";
const FUTURE: &str = "1994-11-07T00:00:00.123456Z";

#[test]
fn a_key_or_password_takes_precedence_over_a_token() {
    let token = token("t", FUTURE);
    let store = format!("{SERVER}:\n  api_key: ZENKEY_x\n{token}");
    assert_eq!(pick(&store).unwrap(), "key ZENKEY_x");
    let store = format!("{SERVER}:\n  username: me\n  password: ''\n{token}");
    assert_eq!(pick(&store).unwrap(), "user me ");
}

#[test]
fn a_token_is_used_until_it_expires() {
    let store = |expires_at| format!("{SERVER}:\n{}", token("t", expires_at));
    assert_eq!(pick(&store(FUTURE)).unwrap(), "token t");
    let error = pick(&store(PAST)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the login expired at 1994-11-06 00:00:00 UTC; run `zenml login` again"
    );
    let unlimited = format!("{SERVER}:\n  api_token: {{access_token: t, unknown: [1]}}\n");
    assert_eq!(pick(&unlimited).unwrap(), "token t");
}

#[test]
fn the_login_to_pro_is_used_for_a_workspace_of_pro() {
    let workspace = format!("{SERVER}:\n  deployment_type: cloud\n{}", token("w", PAST));
    let pro = format!("{PRO}:\n{}", token("p", FUTURE));
    assert_eq!(pick(&format!("{workspace}{pro}")).unwrap(), "session p");
    let key = format!("{PRO}:\n  api_key: ZENPROKEY_x\n");
    assert_eq!(
        pick(&format!("{workspace}{key}")).unwrap(),
        "key ZENPROKEY_x"
    );
    let self_hosted = format!(
        "{SERVER}:\n  workspace_id: w\n  pro_api_url: https://pro.example.com\n\
         https://pro.example.com/:\n{}",
        token("p", FUTURE)
    );
    assert_eq!(pick(&self_hosted).unwrap(), "session p");
}

#[test]
fn other_servers_do_not_receive_the_login_to_pro() {
    let pro = format!("{PRO}:\n{}", token("p", FUTURE));
    assert_eq!(pick(&pro), Err(StoreError::NotFound));
    let server = format!("{SERVER}:\n  status: ok\n{pro}");
    assert_eq!(pick(&server), Err(StoreError::NotFound));
}

#[test]
fn spellings_of_a_url_are_the_same_server() {
    for url in [&*format!("{SERVER}/"), "HTTPS://ZenML.example.com:443"] {
        let store = format!("{url}:\n  api_key: k\n");
        assert_eq!(pick(&store).unwrap(), "key k", "{url}");
    }
    assert_eq!(
        pick("https://other.example:\n  api_key: k\n"),
        Err(StoreError::NotFound)
    );
}

#[test]
fn a_damaged_store_contains_no_login_and_is_not_quoted() {
    for store in [
        "",
        "- a\n",
        "null",
        "hunter2",
        "https://zenml.example.com: hunter2",
    ] {
        assert_eq!(pick(store), Err(StoreError::NotFound), "{store}");
    }
    let error = pick("a: [hunter2").unwrap_err().to_string();
    assert!(
        error.contains("not valid YAML") && !error.contains("hunter2"),
        "{error}"
    );
}

#[test]
fn urls_are_compared_in_their_normal_form() {
    for known in [
        "https://ZenML.example.com",
        "HTTPS://zenml.example.com:443/",
        "https://zenml.example.com/",
    ] {
        let store = format!("{known}:\n  api_key: ZENKEY_x\n");
        assert_eq!(pick(&store).unwrap(), "key ZENKEY_x", "{known}");
    }
}
