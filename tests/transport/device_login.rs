//! Logins that somebody confirms in the browser.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use zenml::{Credentials, DeviceLogin, WorkspaceClient, workspace::types};
use zenml_test_server::Access;

use crate::logins::client;

/// What the page does at that URL when somebody confirms the code.
async fn confirm(as_user: &WorkspaceClient, url: &str, code: &str) {
    let url: reqwest::Url = url.parse().unwrap();
    let device = url
        .query_pairs()
        .find_map(|(name, value)| (name == "device_id").then(|| value.into_owned()));
    let code = types::OAuthDeviceVerificationRequest::new(code);
    let call = as_user
        .verify_authorized_device()
        .device_id(device.unwrap().parse().unwrap())
        .body(&code);
    call.send().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_device_logs_in_when_somebody_confirms_its_code() {
    let access = Access::from_env().unwrap();
    let confirming = client(&access.url, &access);
    let shown: Arc<Mutex<Option<DeviceLogin>>> = Arc::default();
    let installation = uuid::Uuid::new_v4();
    let credentials = Credentials::device(installation, {
        let shown = shown.clone();
        move |login| {
            *shown.lock().unwrap() = Some(login.clone());
            let (login, confirming) = (login.clone(), confirming.clone());
            tokio::spawn(async move { confirm(&confirming, &login.url, &login.user_code).await });
        }
    });
    let ws = WorkspaceClient::builder(&access.url)
        .credentials(credentials)
        .build()
        .unwrap();
    let user = ws.get_current_user().send().await.unwrap();
    assert_eq!(user.name, access.username);
    let shown = shown.lock().unwrap().clone().unwrap();
    assert!(shown.url.starts_with(&access.url), "{}", shown.url);
}

/// The example, as somebody would run it.
#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn the_example_shows_where_to_confirm_what_and_ends_when_that_is_done() {
    let access = Access::from_env().unwrap();
    // Beside the folder of this program, as cargo lays it out.
    let me = env::current_exe().unwrap();
    let examples = me.parent().unwrap().with_file_name("examples");
    let program = examples.join("device_login");
    assert!(program.exists(), "build it first: cargo build --examples");
    let mut example = Command::new(program)
        .arg(&access.url)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(example.stderr.take().unwrap()).lines();
    let mut after = |words: &str| {
        let line = lines.next().unwrap().unwrap();
        let rest = line.strip_prefix(words);
        rest.unwrap_or_else(|| panic!("{line:?} does not begin with {words:?}"))
            .to_owned()
    };
    let url = after("To log in, open ");
    let code = after("and confirm the code ");
    let good_for = after("It is good for ");
    assert_eq!(good_for, "5 minutes.");
    assert!(example.try_wait().unwrap().is_none(), "it does not wait");

    let code = code.strip_suffix('.').unwrap();
    confirm(&client(&access.url, &access), &url, code).await;
    let output = example.wait_with_output().unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(said, format!("Logged in as {}.\n", access.username));
}
