use super::*;
use crate::auth::credentials::Kind;
use crate::testing::Nineties;

const SERVER: &str = "https://zenml.example.com";
const PRO: &str = "https://cloudapi.zenml.io";

/// What is picked for the server on a day in 1994.
fn pick(store: &str) -> Result<String, Unusable> {
    let login = StoredLogin {
        file: PathBuf::new(),
        url: SERVER.to_owned(),
        pro_url: PRO.to_owned(),
        clock: Arc::new(Nineties),
    };
    login.pick(store).map(|credentials| match credentials.0 {
        Kind::Token(secret) => format!("token {}", secret.expose()),
        Kind::Key(secret) => format!("key {}", secret.expose()),
        Kind::ProSession(secret) => format!("session {}", secret.expose()),
        Kind::Password { user, password } => format!("user {user} {}", password.expose()),
        _ => unreachable!("no store has these"),
    })
}

fn token(access_token: &str, ends: &str) -> String {
    format!("  api_token:\n    access_token: {access_token}\n    expires_at: '{ends}'\n")
}

const PAST: &str = "1994-11-06T00:00:00Z";
const FUTURE: &str = "1994-11-07T00:00:00.123456Z";

#[test]
fn a_key_or_password_comes_before_a_token() {
    let token = token("t", FUTURE);
    let store = format!("{SERVER}:\n  api_key: ZENKEY_x\n{token}");
    assert_eq!(pick(&store).unwrap(), "key ZENKEY_x");
    let store = format!("{SERVER}:\n  username: me\n  password: ''\n{token}");
    assert_eq!(pick(&store).unwrap(), "user me ");
}

#[test]
fn a_token_counts_until_its_end() {
    let store = |ends| format!("{SERVER}:\n{}", token("t", ends));
    assert_eq!(pick(&store(FUTURE)).unwrap(), "token t");
    let error = pick(&store(PAST)).unwrap_err();
    let text = error.to_string();
    assert_eq!(
        text,
        "the login expired at 1994-11-06 00:00:00 UTC; run `zenml login` again"
    );
    let endless = format!("{SERVER}:\n  api_token: {{access_token: t, unknown: [1]}}\n");
    assert_eq!(pick(&endless).unwrap(), "token t");
}

#[test]
fn a_workspace_of_pro_is_reached_by_the_login_to_pro() {
    let workspace = format!("{SERVER}:\n  deployment_type: cloud\n{}", token("w", PAST));
    let pro = format!("{PRO}:\n{}", token("p", FUTURE));
    assert_eq!(pick(&format!("{workspace}{pro}")).unwrap(), "session p");
    let key = format!("{PRO}:\n  api_key: ZENPROKEY_x\n");
    assert_eq!(
        pick(&format!("{workspace}{key}")).unwrap(),
        "key ZENPROKEY_x"
    );
    let elsewhere = format!(
        "{SERVER}:\n  workspace_id: w\n  pro_api_url: https://pro.example.com\n\
         https://pro.example.com/:\n{}",
        token("p", FUTURE)
    );
    assert_eq!(pick(&elsewhere).unwrap(), "session p");
}

#[test]
fn other_servers_do_not_get_what_is_pros() {
    let pro = format!("{PRO}:\n{}", token("p", FUTURE));
    assert_eq!(pick(&pro), Err(Unusable::Unknown));
    let server = format!("{SERVER}:\n  status: ok\n{pro}");
    assert_eq!(pick(&server), Err(Unusable::Unknown));
}

#[test]
fn an_address_is_known_with_and_without_a_slash() {
    assert_eq!(
        pick(&format!("{SERVER}/:\n  api_key: k\n")).unwrap(),
        "key k"
    );
    assert_eq!(
        pick("https://other.example:\n  api_key: k\n"),
        Err(Unusable::Unknown)
    );
}

#[test]
fn a_damaged_store_is_no_login_and_not_quoted() {
    for store in [
        "",
        "- a\n",
        "null",
        "hunter2",
        "https://zenml.example.com: hunter2",
    ] {
        assert_eq!(pick(store), Err(Unusable::Unknown), "{store}");
    }
    let error = pick("a: [hunter2").unwrap_err().to_string();
    assert!(
        error.contains("no YAML") && !error.contains("hunter2"),
        "{error}"
    );
}

#[test]
fn the_connected_server_is_read_from_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(folder.path().join("config.yaml"), text).unwrap();
    assert_eq!(connected_server(folder.path()), None);
    write("store:\n  type: rest\n  url: http://127.0.0.1:8237\nversion: 0.98.0\n");
    let url = "http://127.0.0.1:8237".to_owned();
    let server = |url, verify_ssl| Some(ConnectedServer { url, verify_ssl });
    assert_eq!(connected_server(folder.path()), server(url.clone(), None));
    write("store:\n  url: http://127.0.0.1:8237\n  verify_ssl: false\n");
    let verify_ssl = Some("false".to_owned());
    assert_eq!(connected_server(folder.path()), server(url, verify_ssl));
    write("store:\n  type: sql\n  url: sqlite:////tmp/zenml.db\n");
    assert_eq!(connected_server(folder.path()), None);
}
