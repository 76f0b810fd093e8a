//! Does a device log in once its code is confirmed in the browser?

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
    sync::{Arc, Mutex},
};

use zenml::{Credentials, WorkspaceClient, auth::DeviceLogin, workspace::types};
use zenml_test_server::{Access, example};

use crate::logins::client;

/// Confirms the code as the page at the URL does.
async fn confirm(user: &WorkspaceClient, url: &str, code: &str) {
    let url: reqwest::Url = url.parse().unwrap();
    let device = url
        .query_pairs()
        .find_map(|(name, value)| (name == "device_id").then(|| value.into_owned()));
    let code = types::OAuthDeviceVerificationRequest::new(code);
    let call = user
        .verify_authorized_device()
        .device_id(device.unwrap().parse().unwrap())
        .body(&code);
    call.send().await.unwrap();
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_device_logs_in_once_its_code_is_confirmed() {
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
    let client = WorkspaceClient::builder(&access.url)
        .credentials(credentials)
        .build()
        .unwrap();
    let user = client.get_current_user().send().await.unwrap();
    assert_eq!(user.name, access.username);
    let shown = shown.lock().unwrap().clone().unwrap();
    assert!(shown.url.starts_with(&access.url), "{}", shown.url);
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn the_example_shows_url_and_code_and_ends_after_the_confirmation() {
    let access = Access::from_env().unwrap();
    let mut example = example("device_login")
        .unwrap()
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
    assert_eq!(after("The code expires in "), "5 minutes.");
    let exit = example.try_wait().unwrap();
    assert!(exit.is_none(), "the example does not wait");

    let code = code.strip_suffix('.').unwrap();
    confirm(&client(&access.url, &access), &url, code).await;
    let output = example.wait_with_output().unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    assert_eq!(printed, format!("Logged in as {}.\n", access.username));
}
