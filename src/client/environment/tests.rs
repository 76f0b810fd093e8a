//! What do environment and files of the command line configure?

use super::*;
use crate::testing::{FixedDateClock, TestClient};
#[cfg(feature = "__tls")]
use crate::{
    RetryPolicy,
    testing::{
        TestServer, ok, read,
        tls::{Certificate, CertificateAuthority},
    },
};

fn builder(variables: &[(&str, &str)]) -> Result<ClientBuilder<TestClient>> {
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let environment = Environment {
        variable: &variable,
        clock: Arc::new(FixedDateClock),
    };
    environment.builder(&TestClient::CONFIG)
}

/// Returns the `Debug` output of builder and client with these variables.
fn build(variables: &[(&str, &str)]) -> Result<String> {
    let builder = builder(variables)?;
    let shown = format!("{builder:?}");
    let client = builder.build()?;
    Ok(format!("{shown} {:?}", client.0))
}

const URL: (&str, &str) = (STORE_URL, "https://zenml.example.com/");
const KEY: (&str, &str) = (API_KEY, "ZENKEY_hunter2");

#[test]
fn a_key_takes_precedence_over_a_token_and_a_token_over_a_user() {
    let (token, user) = ((API_TOKEN, "t"), (USERNAME, "me"));
    let shown = build(&[URL, KEY, token, user]).unwrap();
    assert!(shown.contains("ApiKey") && shown.contains("https://zenml.example.com\""));
    assert!(!shown.contains("hunter2"));
    assert!(build(&[URL, token, user]).unwrap().contains("ApiToken"));
    assert!(build(&[URL, user]).unwrap().contains("Password"));
    assert!(
        build(&[URL, user, (API_KEY, "")])
            .unwrap()
            .contains("Password")
    );
}

#[test]
fn a_password_in_the_url_is_not_quoted() {
    let url = (STORE_URL, "https://me:hunter2@zenml.example.com");
    let error = build(&[url]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}

#[test]
fn verify_ssl_of_the_command_line_applies_only_to_its_connected_server() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| std::fs::write(folder.path().join(file), text).unwrap();
    write(
        "config.yaml",
        "store:\n  url: https://a.example\n  verify_ssl: /no/such/file.pem\n",
    );
    let config = (CONFIG_PATH, folder.path().to_str().unwrap());
    let error = build(&[config, KEY]).unwrap_err();
    assert!(error.message().contains("/no/such/file.pem"), "{error}");
    build(&[config, KEY, URL]).unwrap();
    build(&[config, KEY, (VERIFY_SSL, "true")]).unwrap();
}

#[test]
fn the_default_project_is_that_of_the_environment_or_of_the_command_lines_own_server() {
    let folder = tempfile::tempdir().unwrap();
    let config = "active_project_id: cli\nstore: {url: 'https://zenml.example.com'}\n";
    std::fs::write(folder.path().join("config.yaml"), config).unwrap();
    let config = (CONFIG_PATH, folder.path().to_str().unwrap());
    let project = |variables: &[(&str, &str)]| {
        let client = builder(variables).unwrap().build().unwrap();
        client.0.project().map(str::to_owned)
    };
    let (cli, variable) = (Some("cli".to_owned()), (ACTIVE_PROJECT_ID, "env"));
    assert_eq!(project(&[config, KEY]), cli);
    assert_eq!(project(&[config, KEY, URL]), cli);
    let other = (STORE_URL, "https://other.example.com");
    assert_eq!(project(&[config, KEY, other]), None);
    for url in [URL, other] {
        assert_eq!(
            project(&[config, KEY, url, variable]),
            Some("env".to_owned())
        );
    }
    assert_eq!(project(&[URL, KEY]), None);
}

#[test]
fn the_error_lists_the_places_that_were_searched() {
    let folder = tempfile::tempdir().unwrap();
    let config = (CONFIG_PATH, folder.path().to_str().unwrap());
    let error = build(&[config]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    for place in [STORE_URL, "config.yaml", "zenml login"] {
        assert!(error.message().contains(place), "{error}");
    }
    let error = build(&[config, URL]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    let no_such_file = std::io::Error::from_raw_os_error(2).to_string();
    for place in [
        API_KEY,
        API_TOKEN,
        USERNAME,
        "credentials.yaml",
        &no_such_file,
    ] {
        assert!(error.message().contains(place), "{error}");
    }
    let error = build(&[config, URL, (DISABLE_STORE, "true")]).unwrap_err();
    assert!(error.message().contains(DISABLE_STORE), "{error}");
    assert!(!error.message().contains("credentials.yaml"), "{error}");
}

#[test]
fn server_and_login_of_the_command_line_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write(
        "config.yaml",
        "store: {type: rest, url: 'https://a.example'}\n",
    );
    write(
        "credentials.yaml",
        "https://a.example: {api_key: ZENKEY_hunter2}\n",
    );
    let config = (CONFIG_PATH, folder.path().to_str().unwrap());
    let shown = build(&[config]).unwrap();
    assert!(
        shown.contains("https://a.example") && shown.contains("Provider"),
        "{shown}"
    );
    assert!(!shown.contains("hunter2"));

    let error = build(&[config, URL]).unwrap_err();
    assert!(
        error.message().contains("no login for this server"),
        "{error}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn the_folder_of_the_command_line_is_that_of_the_operating_system() {
    let folder = |variables: &[(&str, &str)]| build(variables).unwrap_err().message().to_owned();
    assert!(folder(&[("HOME", "/home/me")]).contains("/home/me/.config/zenml/config.yaml"));
    let both = [("HOME", "/home/me"), ("XDG_CONFIG_HOME", "/etc/me")];
    assert!(folder(&both).contains("/etc/me/zenml/config.yaml"));
    assert!(folder(&[]).contains("configuration folder is unknown"));
}

#[test]
fn a_timeout_is_a_number_of_seconds() {
    let shown = build(&[URL, KEY, (HTTP_TIMEOUT, "30")]).unwrap();
    assert!(shown.contains("attempt_timeout: Some(30s)"), "{shown}");
    for wrong in ["soon", "0", "-1", "inf"] {
        let error = build(&[URL, KEY, (HTTP_TIMEOUT, wrong)]).unwrap_err();
        assert!(error.message().contains(HTTP_TIMEOUT), "{error}");
    }
}

#[test]
#[cfg(feature = "__tls")]
fn verify_ssl_is_a_bool_a_file_or_pem() {
    let verify = |value| build(&[URL, KEY, (VERIFY_SSL, value)]);
    for value in ["true", "False", "1", "no"] {
        verify(value).unwrap();
    }
    let missing = verify("/no/such/file.pem").unwrap_err();
    assert!(missing.message().contains("/no/such/file.pem"), "{missing}");
    let pem = verify("-----BEGIN CERTIFICATE-----").unwrap_err();
    assert!(pem.message().contains("root certificate"), "{pem}");
    let file = tempfile::NamedTempFile::new().unwrap();
    let empty = verify(file.path().to_str().unwrap()).unwrap_err();
    assert!(empty.message().contains("root certificate"), "{empty}");
}

#[tokio::test]
#[cfg(feature = "__tls")]
async fn a_server_with_a_private_ca_is_reached_by_false_a_file_or_pem() {
    let (ca, other) = (CertificateAuthority::new(), CertificateAuthority::new());
    let server = TestServer::over_tls(&ca, Certificate::Valid, ok()).await;
    let file = |ca: &CertificateAuthority| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &ca.pem).unwrap();
        file
    };
    let (trusted, untrusted) = (file(&ca), file(&other));
    let reach = async |value: &str| {
        let builder = builder(&[
            (STORE_URL, &server.url),
            (API_TOKEN, "t"),
            (VERIFY_SSL, value),
        ]);
        let client = builder.unwrap().retry(RetryPolicy::never()).build();
        read(&client.unwrap().0).await
    };
    let path = |file: &tempfile::NamedTempFile| file.path().to_str().unwrap().to_owned();
    for rejecting in ["", "true", &path(&untrusted), &other.pem] {
        let error = reach(rejecting).await.unwrap_err();
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(server.received().is_empty());
    }
    for accepting in ["false", &path(&trusted), &ca.pem] {
        reach(accepting).await.unwrap();
    }
}

#[test]
fn the_environment_does_not_allow_clear_text() {
    let error = build(&[(STORE_URL, "http://zenml.example.com"), KEY]).unwrap_err();
    assert!(error.message().contains("allow_insecure_http"), "{error}");
}
