//! How is a client configured by environment variables and by the files of the `zenml` command line?

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::auth::cli_store::{ConnectedServer, StoredLogin, connected_server};
use crate::runtime::clock::{Clock, TokioClock};
use crate::transport::api::{ApiConfig, ApiKind};
use crate::transport::base_url::{BaseUrl, is_same_base};
use crate::{ClientBuilder, Credentials, Error, ErrorKind, Result};

/// URL of the Pro API that ZenML GmbH operates.
pub(crate) const PRO_URL: &str = "https://cloudapi.zenml.io";

const STORE_URL: &str = "ZENML_STORE_URL";
const API_KEY: &str = "ZENML_STORE_API_KEY";
const API_TOKEN: &str = "ZENML_STORE_API_TOKEN";
const USERNAME: &str = "ZENML_STORE_USERNAME";
const PASSWORD: &str = "ZENML_STORE_PASSWORD";
const ACTIVE_PROJECT_ID: &str = "ZENML_ACTIVE_PROJECT_ID";
const VERIFY_SSL: &str = "ZENML_STORE_VERIFY_SSL";
const HTTP_TIMEOUT: &str = "ZENML_STORE_HTTP_TIMEOUT";
const PRO_API_URL: &str = "ZENML_PRO_API_URL";
const CONFIG_PATH: &str = "ZENML_CONFIG_PATH";
const DISABLE_STORE: &str = "DISABLE_CREDENTIALS_DISK_CACHING";

const NO_FOLDER: &str = "the configuration folder is unknown (ZENML_CONFIG_PATH is not set)";

/// Sources of configuration outside the program.
pub(crate) struct Environment<'a> {
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    pub clock: Arc<dyn Clock>,
}

/// Configures a client from the environment of this process.
pub(crate) fn from_process<C>(api: &ApiConfig) -> Result<ClientBuilder<C>> {
    let variable = |name: &str| std::env::var_os(name)?.into_string().ok();
    Environment {
        variable: &variable,
        clock: Arc::new(TokioClock),
    }
    .builder(api)
}

impl Environment<'_> {
    /// Returns a builder with URL, credentials, time limit and certificates.
    pub fn builder<C>(&self, api: &ApiConfig) -> Result<ClientBuilder<C>> {
        let command_line = match api.kind {
            ApiKind::Workspace => self.config_folder().as_deref().and_then(connected_server),
            ApiKind::Pro => None,
        };
        let is_chosen = self.get(STORE_URL).is_some();
        let connected = command_line.as_ref().filter(|_| !is_chosen);
        let url = self.url(api.kind, connected)?;
        // Messages quote the URL, so it must not contain a password.
        let base = BaseUrl::parse(&url, api.path_suffix)?;
        let credentials = self.credentials(base.as_str(), api.kind)?;
        let verify_ssl = connected.and_then(|server| server.verify_ssl.clone());
        let project = self.project(api, &base, command_line);
        let builder = ClientBuilder::new(url).credentials(credentials);
        let builder = self.timeout(builder.project_or_none(project))?;
        // The command line's setting is for the server that it is connected to.
        self.certificates(builder, verify_ssl)
    }

    /// Returns the value of a variable. An empty variable counts as not set.
    fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn pro_url(&self) -> String {
        self.get(PRO_API_URL).unwrap_or_else(|| PRO_URL.to_owned())
    }

    fn url(&self, api: ApiKind, connected: Option<&ConnectedServer>) -> Result<String> {
        if api == ApiKind::Pro {
            return Ok(self.pro_url());
        }
        if let Some(url) = self.get(STORE_URL) {
            return Ok(url);
        }
        let url = connected.map(|server| server.url.clone());
        url.ok_or_else(|| {
            let config = self.config_folder().map_or_else(
                || NO_FOLDER.to_owned(),
                |folder| {
                    format!(
                        "{} does not name a server",
                        folder.join("config.yaml").display()
                    )
                },
            );
            configuration(format!(
                "there is no server URL: {STORE_URL} is not set, and {config}; set {STORE_URL}, or \
                 run `zenml login`"
            ))
        })
    }

    /// Returns the default project. The command line's active project is one of its server.
    fn project(
        &self,
        api: &ApiConfig,
        base: &BaseUrl,
        command_line: Option<ConnectedServer>,
    ) -> Option<String> {
        if api.kind == ApiKind::Pro {
            return None;
        }
        let is_its_server =
            |server: &ConnectedServer| is_same_base(&server.url, base.as_str(), api.path_suffix);
        let active = command_line.filter(is_its_server);
        let active = || active.and_then(|server| server.active_project);
        self.get(ACTIVE_PROJECT_ID).or_else(active)
    }

    fn credentials(&self, url: &str, api: ApiKind) -> Result<Credentials> {
        if let Some(key) = self.get(API_KEY) {
            return Ok(Credentials::api_key(key));
        }
        // Tokens and users belong to a workspace: the Pro API would reject them.
        if api == ApiKind::Workspace {
            if let Some(token) = self.get(API_TOKEN) {
                return Ok(Credentials::api_token(token));
            }
            if let Some(user) = self.get(USERNAME) {
                let password = self.get(PASSWORD).unwrap_or_default();
                return Ok(Credentials::password(user, password));
            }
        }
        let stored = match self.store(url) {
            Err(reason) => reason,
            Ok(stored) => match stored.check() {
                Ok(_) => return Ok(Credentials::provider(stored)),
                Err(reason) => format!("{}: {reason}", stored.file.display()),
            },
        };
        let variables = match api {
            ApiKind::Workspace => format!("{API_KEY}, {API_TOKEN} and {USERNAME} are not set"),
            ApiKind::Pro => format!("{API_KEY} is not set"),
        };
        Err(Error::new(
            ErrorKind::Credentials,
            format!("there are no credentials for {url}: {variables}; {stored}"),
        ))
    }

    /// Returns the login that the command line may have stored for a URL.
    fn store(&self, url: &str) -> Result<StoredLogin, String> {
        if self.get(DISABLE_STORE).is_some_and(|value| is_true(&value)) {
            return Err(format!("{DISABLE_STORE} forbids reading stored logins"));
        }
        let folder = self.config_folder().ok_or(NO_FOLDER)?;
        Ok(StoredLogin {
            file: folder.join("credentials.yaml"),
            url: url.to_owned(),
            pro_url: self.pro_url(),
            clock: self.clock.clone(),
        })
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

    fn timeout<C>(&self, builder: ClientBuilder<C>) -> Result<ClientBuilder<C>> {
        let Some(text) = self.get(HTTP_TIMEOUT) else {
            return Ok(builder);
        };
        let seconds = text.trim().parse().ok().filter(|seconds| *seconds > 0.0);
        let limit = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let limit = limit.ok_or_else(|| {
            configuration(format!(
                "{HTTP_TIMEOUT} is not valid; set it to a positive number of seconds"
            ))
        })?;
        Ok(builder.attempt_timeout(limit))
    }

    #[cfg(feature = "__tls")]
    fn certificates<C>(
        &self,
        builder: ClientBuilder<C>,
        stored: Option<String>,
    ) -> Result<ClientBuilder<C>> {
        match self.get(VERIFY_SSL).or(stored) {
            None => Ok(builder),
            Some(value) if is_true(&value) => Ok(builder),
            Some(value) if is_false(&value) => Ok(builder.accept_invalid_certificates(true)),
            Some(pem) if pem.contains("-----BEGIN") => Ok(builder.root_certificate(pem)),
            Some(path) => {
                let pem = std::fs::read(&path).map_err(|error| {
                    let message = format!(
                        "the certificate file {path:?} cannot be read: {error}; set {VERIFY_SSL} to \
                         true, false, the path of a PEM file, or PEM text"
                    );
                    configuration(message).with_source(error)
                })?;
                Ok(builder.root_certificate(pem))
            }
        }
    }

    #[cfg(not(feature = "__tls"))]
    fn certificates<C>(
        &self,
        builder: ClientBuilder<C>,
        stored: Option<String>,
    ) -> Result<ClientBuilder<C>> {
        match self.get(VERIFY_SSL).or(stored) {
            Some(value) if !is_true(&value) => Err(configuration(format!(
                "{VERIFY_SSL} requires TLS, which this program was built without; enable the cargo \
                 feature `rustls` or `native-tls` of zenml"
            ))),
            _ => Ok(builder),
        }
    }
}

fn is_true(value: &str) -> bool {
    matches!(
        &*value.to_ascii_lowercase(),
        "true" | "1" | "yes" | "y" | "on" | "t"
    )
}

#[cfg(feature = "__tls")]
fn is_false(value: &str) -> bool {
    matches!(
        &*value.to_ascii_lowercase(),
        "false" | "0" | "no" | "n" | "off" | "f"
    )
}

fn configuration(message: String) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests;
