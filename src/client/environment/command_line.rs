//! What do the files of the `zenml` command line configure?

use std::path::PathBuf;
use std::sync::Arc;

use super::{CommandLine, Environment, STORE_URL};
use crate::Credentials;
use crate::auth::cli_store::StoredLogin;
use crate::auth::yaml::{Yaml, read_file};
use crate::runtime::clock::TokioClock;

const CONFIG_PATH: &str = "ZENML_CONFIG_PATH";

const NO_FOLDER: &str = "the configuration folder is unknown (ZENML_CONFIG_PATH is not set)";

impl Environment<'_> {
    /// Returns the settings of the command line.
    pub(super) fn command_line(&self) -> CommandLine {
        self.connected().unwrap_or_default()
    }

    fn connected(&self) -> Option<CommandLine> {
        let text = read_file(&self.config_file()?).ok()?;
        let config = Yaml::read(&text).ok()?;
        let store = config.get("store")?;
        let url = store.text("url")?;
        // A command line that is not connected has the URL of a database here.
        url.starts_with("http").then(|| CommandLine {
            url: Some(url.to_owned()),
            verify_ssl: store.text("verify_ssl").map(str::to_owned),
            active_project: config.text("active_project_id").map(str::to_owned),
        })
    }

    /// Returns why the command line names no server, and what to do.
    pub(super) fn why_not_connected(&self) -> String {
        let reason = self.config_file().map_or_else(
            || NO_FOLDER.to_owned(),
            |file| format!("{} does not name a server", file.display()),
        );
        format!("{reason}; set {STORE_URL}, or run `zenml login`")
    }

    /// Returns the login that the command line has stored for a URL.
    ///
    /// # Errors
    /// Says why there is none.
    pub(super) fn stored_login(&self, url: &str) -> Result<Credentials, String> {
        let folder = self.config_folder().ok_or(NO_FOLDER)?;
        let login = StoredLogin {
            file: folder.join("credentials.yaml"),
            url: url.to_owned(),
            pro_url: self.pro_url(),
            clock: Arc::new(TokioClock),
        };
        match login.check() {
            Ok(_) => Ok(Credentials::provider(login)),
            Err(reason) => Err(format!("{}: {reason}", login.file.display())),
        }
    }

    fn config_file(&self) -> Option<PathBuf> {
        Some(self.config_folder()?.join("config.yaml"))
    }

    /// Returns the folder of the command line's files, which its library click chooses for an
    /// application named zenml (`utils/io_utils.py`).
    fn config_folder(&self) -> Option<PathBuf> {
        if let Some(folder) = self.get(CONFIG_PATH) {
            return Some(folder.into());
        }
        let home = || Some(PathBuf::from(self.get("HOME")?));
        let parent = if cfg!(windows) {
            PathBuf::from(self.get("APPDATA")?)
        } else if cfg!(target_os = "macos") {
            home()?.join("Library/Application Support")
        } else {
            match self.get("XDG_CONFIG_HOME") {
                Some(folder) => folder.into(),
                None => home()?.join(".config"),
            }
        };
        Some(parent.join("zenml"))
    }
}

#[cfg(test)]
mod tests;
