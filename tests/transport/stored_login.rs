//! Does `from_env` find the logins that the real `zenml` command line stores?

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use zenml::WorkspaceClient;
use zenml_test_server::{Access, default_version, paths};

use crate::logins::{client, create_service_account};

/// Logs in from the environment. The tests below run this test in a process of its own, and pass the
/// user that they expect.
#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn the_user_of_the_environment_is_logged_in() {
    let client = WorkspaceClient::from_env().unwrap();
    let user = client.get_current_user().send().await.unwrap();
    if let Ok(expected) = std::env::var("ZENML_TEST_EXPECTED_USER") {
        assert_eq!(user.id.to_string(), expected);
    }
}

/// Runs the test above in a process with no other login than the one stored in this folder.
fn assert_logged_in(folder: &Path, user: uuid::Uuid) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact"])
        .arg("stored_login::the_user_of_the_environment_is_logged_in")
        .env_clear()
        .env("ZENML_CONFIG_PATH", folder)
        .env("ZENML_TEST_EXPECTED_USER", user.to_string())
        .output()
        .unwrap();
    assert_success(&output);
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"));
}

#[track_caller]
fn assert_success(output: &Output) {
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Returns the command line with its configuration in this folder.
fn zenml_cli(folder: &Path) -> Command {
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
async fn a_stored_api_key_is_found() {
    let access = Access::from_env().unwrap();
    let client = client(&access.url, &access);
    let (account, key) = create_service_account(&client).await;
    let folder = tempfile::tempdir().unwrap();
    let mut login = zenml_cli(folder.path())
        .args(["login", &access.url, "--api-key"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = login.stdin.take().unwrap();
    writeln!(stdin, "{}", key.expose()).unwrap();
    drop(stdin);
    assert_success(&login.wait_with_output().unwrap());
    assert_logged_in(folder.path(), account);
    client
        .delete_service_account()
        .service_account_name_or_id(account)
        .send()
        .await
        .unwrap();
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_stored_password_is_found() {
    let access = Access::from_env().unwrap();
    let client = WorkspaceClient::from_env().unwrap();
    let user = client.get_current_user().send().await.unwrap().id;
    let folder = tempfile::tempdir().unwrap();
    // The command line takes a password from the environment only, and stores the session.
    let output = zenml_cli(folder.path())
        .arg("status")
        .env("ZENML_STORE_URL", &access.url)
        .env("ZENML_STORE_USERNAME", &access.username)
        .env("ZENML_STORE_PASSWORD", &access.password)
        .output()
        .unwrap();
    assert_success(&output);
    let config = format!("store:\n  type: rest\n  url: {}\n", access.url);
    std::fs::write(folder.path().join("config.yaml"), config).unwrap();
    assert_logged_in(folder.path(), user);
}
