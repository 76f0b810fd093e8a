//! What stands for the files of the `zenml` command line without the feature `cli-login`? Errors that
//! name the feature.

use super::{CommandLine, Environment, STORE_URL};
use crate::Credentials;

impl Environment<'_> {
    /// Returns no settings.
    pub(super) fn command_line(&self) -> CommandLine {
        CommandLine::default()
    }

    /// Returns why the command line names no server, and what to do.
    pub(super) fn why_not_connected(&self) -> String {
        format!(
            "this program cannot read the connection of the `zenml` command line; set {STORE_URL}, \
             or enable the cargo feature `cli-login` of zenml"
        )
    }

    /// Returns why there is no stored login, and what to do.
    pub(super) fn stored_login(&self, _url: &str) -> Result<Credentials, String> {
        let reason = "this program cannot read the logins of the `zenml` command line; set a \
                      variable, or enable the cargo feature `cli-login` of zenml";
        Err(reason.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{KEY, URL, build};
    use crate::ErrorKind;

    /// A folder with files of the command line, as `ZENML_CONFIG_PATH`.
    fn connected() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let config = "active_project_id: p\nstore: {type: rest, url: 'https://a.example'}\n";
        let logins = "https://a.example: {api_key: ZENKEY_hunter2}\n";
        for (name, text) in [("config.yaml", config), ("credentials.yaml", logins)] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    #[test]
    fn environment_variables_are_enough() {
        let folder = connected();
        let config = ("ZENML_CONFIG_PATH", folder.path().to_str().unwrap());
        let shown = build(&[config, URL, KEY]).unwrap();
        assert!(shown.contains("https://zenml.example.com") && shown.contains("ApiKey"));
        assert!(shown.contains("project: None"), "{shown}");
    }

    #[test]
    fn an_error_about_a_missing_url_or_login_names_the_feature() {
        let folder = connected();
        let config = ("ZENML_CONFIG_PATH", folder.path().to_str().unwrap());
        for (variables, kind, variable) in [
            (&[config][..], ErrorKind::Configuration, "ZENML_STORE_URL"),
            (
                &[config, URL],
                ErrorKind::Credentials,
                "ZENML_STORE_API_KEY",
            ),
        ] {
            let error = build(variables).unwrap_err();
            assert_eq!(error.kind(), kind);
            for part in [variable, "`cli-login`"] {
                assert!(error.message().contains(part), "{error}");
            }
        }
    }

    #[test]
    fn the_feature_is_not_named_if_stored_logins_are_forbidden() {
        let error = build(&[URL, ("DISABLE_CREDENTIALS_DISK_CACHING", "true")]).unwrap_err();
        assert!(!error.message().contains("cli-login"), "{error}");
    }
}
