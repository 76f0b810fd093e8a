//! What do the files of the command line configure?

use super::super::tests::{KEY, URL, build, builder};
use super::super::{ACTIVE_PROJECT_ID, API_KEY, API_TOKEN, DISABLE_STORE, USERNAME, VERIFY_SSL};
use super::*;
use crate::ErrorKind;

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
fn the_connection_of_the_command_line_is_read_from_its_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| std::fs::write(folder.path().join("config.yaml"), text).unwrap();
    let variable = |name: &str| {
        let path = folder.path().to_str().unwrap();
        (name == CONFIG_PATH).then(|| path.to_owned())
    };
    let environment = Environment {
        variable: &variable,
    };
    assert_eq!(environment.command_line(), CommandLine::default());
    write("store:\n  type: rest\n  url: http://127.0.0.1:8237\nversion: 0.98.0\n");
    let mut connected = CommandLine {
        url: Some("http://127.0.0.1:8237".to_owned()),
        ..CommandLine::default()
    };
    assert_eq!(environment.command_line(), connected);
    write("active_project_id: p\nstore:\n  url: http://127.0.0.1:8237\n  verify_ssl: false\n");
    connected.verify_ssl = Some("false".to_owned());
    connected.active_project = Some("p".to_owned());
    assert_eq!(environment.command_line(), connected);
    write("store:\n  type: sql\n  url: sqlite:////tmp/zenml.db\n");
    assert_eq!(environment.command_line(), CommandLine::default());
}
