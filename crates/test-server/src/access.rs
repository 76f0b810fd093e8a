//! How a test reaches the server that was started for it.

use std::env;

use anyhow::{Context, Result};

const URL: &str = "ZENML_TEST_URL";
const USERNAME: &str = "ZENML_TEST_USERNAME";
const PASSWORD: &str = "ZENML_TEST_PASSWORD";
const PROJECT: &str = "ZENML_TEST_PROJECT";

/// Where the server of the tests is, and who may log in: `ZENML_TEST_URL`,
/// `ZENML_TEST_USERNAME`, `ZENML_TEST_PASSWORD` and `ZENML_TEST_PROJECT`.
///
/// The server is a private one on loopback, its password is empty: nothing here is a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Base address, without a trailing slash.
    pub url: String,
    /// An administrator.
    pub username: String,
    /// That user's password.
    pub password: String,
    /// The project that has been filled.
    pub project: String,
}

impl Access {
    /// How every server of this crate is reached.
    #[must_use]
    pub fn to(url: &str) -> Self {
        Self {
            url: url.to_owned(),
            username: "default".to_owned(),
            password: String::new(),
            project: "default".to_owned(),
        }
    }

    /// What `cargo xtask test` told this process.
    ///
    /// # Errors
    /// When a variable is missing: the test was not started by `cargo xtask test`.
    pub fn from_env() -> Result<Self> {
        let read = |name: &str| {
            env::var(name).with_context(|| {
                format!("{name} is not set: this test needs a server, run `cargo xtask test`")
            })
        };
        Ok(Self {
            url: read(URL)?,
            username: read(USERNAME)?,
            password: read(PASSWORD)?,
            project: read(PROJECT)?,
        })
    }

    /// The variables for [`Access::from_env`] in another process, and those by which a client of
    /// the library or of the package finds the server (`ZENML_STORE_…`).
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
