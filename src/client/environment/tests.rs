use super::*;
use crate::testing::{Nineties, TestClient};
#[cfg(any(feature = "rustls", feature = "native-tls"))]
use crate::{
    RetryPolicy,
    testing::{TestServer, fine, read, tls::Authority},
};

fn builder(variables: &[(&str, &str)]) -> Result<ClientBuilder<TestClient>> {
    let variable = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let environment = Environment {
        variable: &variable,
        clock: Arc::new(Nineties),
    };
    environment.builder(&TestClient::CONFIG)
}

/// What a client becomes with these variables.
fn build(variables: &[(&str, &str)]) -> Result<String> {
    let builder = builder(variables)?;
    let shown = format!("{builder:?}");
    let client = builder.build()?;
    Ok(format!("{shown} {:?}", client.0))
}

const URL: (&str, &str) = (STORE_URL, "https://zenml.example.com/");
const KEY: (&str, &str) = (API_KEY, "ZENKEY_hunter2");

#[test]
fn the_key_comes_before_the_token_and_the_token_before_the_user() {
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
fn the_command_lines_view_of_certificates_counts_for_the_server_that_it_is_connected_to() {
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
fn without_anything_it_is_told_where_it_was_looked() {
    let folder = tempfile::tempdir().unwrap();
    let config = (CONFIG_PATH, folder.path().to_str().unwrap());
    let error = build(&[config]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    for place in [STORE_URL, "config.yaml", "zenml login"] {
        assert!(error.message().contains(place), "{error}");
    }
    let error = build(&[config, URL]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Credentials);
    for place in [
        API_KEY,
        API_TOKEN,
        USERNAME,
        "credentials.yaml",
        "No such file",
    ] {
        assert!(error.message().contains(place), "{error}");
    }
    let error = build(&[config, URL, (NO_STORE, "true")]).unwrap_err();
    assert!(error.message().contains(NO_STORE), "{error}");
    assert!(!error.message().contains("credentials.yaml"), "{error}");
}

#[test]
fn the_command_lines_server_and_login_are_found() {
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
fn the_command_lines_folder_is_where_it_is_on_this_system() {
    let folder = |variables: &[(&str, &str)]| build(variables).unwrap_err().message().to_owned();
    assert!(folder(&[("HOME", "/home/me")]).contains("/home/me/.config/zenml/config.yaml"));
    let both = [("HOME", "/home/me"), ("XDG_CONFIG_HOME", "/etc/me")];
    assert!(folder(&both).contains("/etc/me/zenml/config.yaml"));
    assert!(folder(&[]).contains("no configuration folder is known"));
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
#[cfg(any(feature = "rustls", feature = "native-tls"))]
fn certificates_are_a_bool_a_file_or_pem() {
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
#[cfg(any(feature = "rustls", feature = "native-tls"))]
async fn by_false_a_file_or_pem_a_server_with_a_private_authority_is_reached() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = TestServer::of(&authority, fine()).await;
    let file = |authority: &Authority| {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &authority.pem).unwrap();
        file
    };
    let (trusted, untrusted) = (file(&authority), file(&other));
    let reach = async |value: &str| {
        let builder = builder(&[(STORE_URL, &server.url), KEY, (VERIFY_SSL, value)]);
        let client = builder.unwrap().retry(RetryPolicy::never()).build();
        read(&client.unwrap().0).await
    };
    let path = |file: &tempfile::NamedTempFile| file.path().to_str().unwrap().to_owned();
    for refusing in ["", "true", &path(&untrusted), &other.pem] {
        let error = reach(refusing).await.unwrap_err();
        assert!(error.to_string().contains("certificate"), "{error}");
        assert!(server.received().is_empty());
    }
    for trusting in ["false", &path(&trusted), &authority.pem] {
        reach(trusting).await.unwrap();
    }
}

#[test]
fn clear_text_needs_an_opt_in_here_too() {
    let error = build(&[(STORE_URL, "http://zenml.example.com"), KEY]).unwrap_err();
    assert!(error.message().contains("allow_insecure_http"), "{error}");
}
