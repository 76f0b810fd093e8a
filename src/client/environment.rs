//! How is a client configured by environment variables and by the files of the `zenml` command line?
//!
//! The files are read with the feature `cli-login` only. `command_line` reads them; `no_command_line`
//! stands for it without the feature.

#[cfg(feature = "cli-login")]
mod command_line;
#[cfg(not(feature = "cli-login"))]
mod no_command_line;

use std::time::Duration;

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
const DISABLE_STORE: &str = "DISABLE_CREDENTIALS_DISK_CACHING";

/// Sources of configuration outside the program.
pub(crate) struct Environment<'a> {
    pub variable: &'a dyn Fn(&str) -> Option<String>,
}

/// Settings of the `zenml` command line. By default there are none, as without its files.
#[derive(Debug, Default, PartialEq)]
struct CommandLine {
    /// URL of the server that it is connected to.
    url: Option<String>,
    /// A bool, the path of a certificate file, or PEM text.
    verify_ssl: Option<String>,
    /// Id of the project that it works in.
    active_project: Option<String>,
}

/// Configures a client from the environment of this process.
pub(crate) fn from_process<C>(api: &ApiConfig) -> Result<ClientBuilder<C>> {
    let variable = |name: &str| std::env::var_os(name)?.into_string().ok();
    Environment {
        variable: &variable,
    }
    .builder(api)
}

impl Environment<'_> {
    /// Returns a builder with URL, credentials, time limit and certificates.
    pub fn builder<C>(&self, api: &ApiConfig) -> Result<ClientBuilder<C>> {
        let command_line = match api.kind {
            ApiKind::Workspace => self.command_line(),
            ApiKind::Pro => CommandLine::default(),
        };
        let url = self.url(api.kind, command_line.url.as_deref())?;
        // Messages quote the URL, so it must not contain a password.
        let base = BaseUrl::parse(&url, api.path_suffix)?;
        let credentials = self.credentials(base.as_str(), api.kind)?;
        // The command line's setting is for the server that it is connected to.
        let is_chosen = self.get(STORE_URL).is_some();
        let verify_ssl = command_line.verify_ssl.filter(|_| !is_chosen);
        let is_its_server = |url: String| is_same_base(&url, base.as_str(), api.path_suffix);
        let is_its_server = command_line.url.is_some_and(is_its_server);
        let active_project = command_line.active_project.filter(|_| is_its_server);
        let project = self.project(api.kind, active_project);
        let builder = ClientBuilder::new(url).credentials(credentials);
        let builder = self.timeout(builder.project_or_none(project))?;
        self.certificates(builder, verify_ssl)
    }

    /// Returns the value of a variable. An empty variable counts as not set.
    fn get(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn pro_url(&self) -> String {
        self.get(PRO_API_URL).unwrap_or_else(|| PRO_URL.to_owned())
    }

    fn url(&self, api: ApiKind, connected: Option<&str>) -> Result<String> {
        if api == ApiKind::Pro {
            return Ok(self.pro_url());
        }
        let url = self.get(STORE_URL).or_else(|| connected.map(str::to_owned));
        url.ok_or_else(|| {
            let reason = self.why_not_connected();
            configuration(format!(
                "there is no server URL: {STORE_URL} is not set, and {reason}"
            ))
        })
    }

    /// Returns the default project. `active` is the command line's active project, if the client is for
    /// its server.
    fn project(&self, api: ApiKind, active: Option<String>) -> Option<String> {
        match api {
            ApiKind::Workspace => self.get(ACTIVE_PROJECT_ID).or(active),
            ApiKind::Pro => None,
        }
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
        let stored = if self.get(DISABLE_STORE).is_some_and(|value| is_true(&value)) {
            Err(format!("{DISABLE_STORE} forbids reading stored logins"))
        } else {
            self.stored_login(url)
        };
        let reason = match stored {
            Ok(login) => return Ok(login),
            Err(reason) => reason,
        };
        let variables = match api {
            ApiKind::Workspace => format!("{API_KEY}, {API_TOKEN} and {USERNAME} are not set"),
            ApiKind::Pro => format!("{API_KEY} is not set"),
        };
        Err(Error::new(
            ErrorKind::Credentials,
            format!("there are no credentials for {url}: {variables}; {reason}"),
        ))
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
                 feature `rustls`, `aws-lc-rs` or `native-tls` of zenml"
            ))),
            _ => Ok(builder),
        }
    }
}

/// Returns whether a text means yes, for the `zenml` command line and for servers.
pub(crate) fn is_true(value: &str) -> bool {
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
