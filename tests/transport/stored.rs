//! What the real `zenml` command line stores is found.

use std::{
    path::Path,
    process::{Command, Output, Stdio},
};

use std::io::Write;

use zenml::{Credentials, WorkspaceClient};
use zenml_test_server::{Access, default_version, paths};

use crate::logins::service_account;

/// Whoever the environment makes of this process is the user whom the caller expects. By itself
/// that is the user of the tests' server; the tests below run it as others.
#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn the_environments_user_is_logged_in() {
    let ws = WorkspaceClient::from_env().unwrap();
    let user = ws.get_current_user().send().await.unwrap();
    if let Ok(expected) = std::env::var("ZENML_TEST_EXPECTED_USER") {
        assert_eq!(user.id.to_string(), expected);
    }
}

/// Runs the test above in a process that knows nothing but the store in this folder.
fn assert_logged_in(folder: &Path, user: uuid::Uuid) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact"])
        .arg("stored::the_environments_user_is_logged_in")
        .env_clear()
        .env("ZENML_CONFIG_PATH", folder)
        .env("ZENML_TEST_EXPECTED_USER", user.to_string())
        .output()
        .unwrap();
    succeeded(&output);
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

fn succeeded(output: &Output) {
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// The real command line, with a configuration of its own.
fn zenml(folder: &Path) -> Command {
    let version = default_version().unwrap();
    let program = paths::scratch().join(version).join("venv/bin/zenml");
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("HOME", folder)
        .env("PATH", std::env::var_os("PATH").unwrap())
        .env("ZENML_CONFIG_PATH", folder)
        .env("ZENML_ANALYTICS_OPT_IN", "false")
        .env("AUTO_OPEN_DASHBOARD", "false");
    command
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_login_with_a_key_is_found() {
    let access = Access::from_env().unwrap();
    let ws = WorkspaceClient::builder(&access.url)
        .credentials(Credentials::password(&access.username, &*access.password))
        .build()
        .unwrap();
    let (account, key) = service_account(&ws).await;
    let folder = tempfile::tempdir().unwrap();
    let mut login = zenml(folder.path())
        .args(["login", &access.url, "--api-key"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = login.stdin.take().unwrap();
    writeln!(stdin, "{}", key.expose()).unwrap();
    drop(stdin);
    succeeded(&login.wait_with_output().unwrap());
    assert_logged_in(folder.path(), account);
    ws.delete_service_account()
        .service_account_name_or_id(account)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_login_with_a_password_is_found() {
    let access = Access::from_env().unwrap();
    let ws = WorkspaceClient::from_env().unwrap();
    let user = ws.get_current_user().send().await.unwrap().id;
    let folder = tempfile::tempdir().unwrap();
    // The only way by which the command line takes a password and stores it.
    let output = zenml(folder.path())
        .arg("status")
        .env("ZENML_STORE_URL", &access.url)
        .env("ZENML_STORE_USERNAME", &access.username)
        .env("ZENML_STORE_PASSWORD", &access.password)
        .output()
        .unwrap();
    succeeded(&output);
    let config = format!("store:\n  type: rest\n  url: {}\n", access.url);
    std::fs::write(folder.path().join("config.yaml"), config).unwrap();
    assert_logged_in(folder.path(), user);
}
