//! How does a test reach the server that was started for it?

use std::env;

use anyhow::{Context, Result};

const URL: &str = "ZENML_TEST_URL";
const USERNAME: &str = "ZENML_TEST_USERNAME";
const PASSWORD: &str = "ZENML_TEST_PASSWORD";
const PROJECT: &str = "ZENML_TEST_PROJECT";

/// Address and login of the test server: `ZENML_TEST_URL`, `ZENML_TEST_USERNAME`,
/// `ZENML_TEST_PASSWORD` and `ZENML_TEST_PROJECT`.
///
/// The server listens on loopback with an empty password, so that nothing here is a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// The base URL, without a trailing slash.
    pub url: String,
    /// The name of an administrator.
    pub username: String,
    /// The administrator's password.
    pub password: String,
    /// The project with the filled-in data.
    pub project: String,
}

impl Access {
    /// Returns the access to a server that this crate has started.
    #[must_use]
    pub fn to(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            username: "default".to_owned(),
            password: String::new(),
            project: "default".to_owned(),
        }
    }

    /// Reads the variables that `cargo xtask test` sets.
    ///
    /// # Errors
    /// Returns an error if a variable is missing: `cargo xtask test` has not started the test.
    pub fn from_env() -> Result<Self> {
        let read = |name: &str| {
            env::var(name).with_context(|| {
                format!("{name} is not set, and this test needs a server; run `cargo xtask test`")
            })
        };
        Ok(Self {
            url: read(URL)?,
            username: read(USERNAME)?,
            password: read(PASSWORD)?,
            project: read(PROJECT)?,
        })
    }

    /// Returns the variables for [`Access::from_env`] in another process, and those that lead the
    /// library's and the package's own client to the server (`ZENML_STORE_…`).
    #[must_use]
    pub fn variables(&self) -> Vec<(&'static str, &str)> {
        vec![
            (URL, &self.url),
            (USERNAME, &self.username),
            (PASSWORD, &self.password),
            (PROJECT, &self.project),
            ("ZENML_STORE_URL", &self.url),
            ("ZENML_STORE_USERNAME", &self.username),
            ("ZENML_STORE_PASSWORD", &self.password),
        ]
    }
}
