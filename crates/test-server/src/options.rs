//! What can be chosen for a server?

use std::{ffi::OsString, fmt, path::PathBuf, sync::Arc, time::Duration};

use crate::{Progress, Silent, paths, redis::Redis};

const SIGNING_KEY: &str = "a key that signs the tokens of servers for tests";

/// Options of a server.
#[derive(Clone)]
pub struct Options {
    pub(crate) version: Option<String>,
    pub(crate) port: u16,
    pub(crate) data: Option<PathBuf>,
    pub(crate) runs: Option<u32>,
    pub(crate) extra: Option<&'static str>,
    pub(crate) signing_key: String,
    pub(crate) deadline: Duration,
    pub(crate) environment: Vec<(OsString, OsString)>,
    pub(crate) plugins: Vec<PathBuf>,
    pub(crate) progress: Arc<dyn Progress>,
}

impl Default for Options {
    /// Returns the defaults: the version of `specs/workspace.json` on a free port, an empty
    /// database that is deleted with the server, three minutes to start, no progress reports.
    fn default() -> Self {
        Self {
            version: None,
            port: 0,
            data: None,
            runs: None,
            extra: None,
            signing_key: SIGNING_KEY.to_owned(),
            deadline: Duration::from_mins(3),
            environment: Vec::new(),
            plugins: vec![paths::plugins()],
            progress: Arc::new(Silent),
        }
    }
}

impl Options {
    /// Sets the version of the PyPI package.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Sets the port. Defaults to 0, a free port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Keeps database, files and logs in this folder, and continues with existing ones.
    #[must_use]
    pub fn data(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data = Some(folder.into());
        self
    }

    /// Starts with this number of pipeline runs, those of [`Fill::Demo`](crate::Fill::Demo) and copies
    /// of them. The copies have distinct ids, names and times, and steps, configurations, metadata,
    /// tags and logs of their own; artifacts and models are shared.
    ///
    /// The filled database is kept below `target/` for the next time. Has no effect on a folder with
    /// an existing database.
    #[must_use]
    pub fn runs(mut self, runs: u32) -> Self {
        self.runs = Some(runs);
        self
    }

    /// Streams events through this Redis instead of the server's memory. Installs the extra
    /// `server-streaming` of the package, which ZenML 0.98.0 introduced.
    #[must_use]
    pub fn redis(mut self, redis: &Redis) -> Self {
        self.extra = Some("server-streaming");
        self.env(
            "ZENML_SERVER_STREAM_BROKER_IMPLEMENTATION_SOURCE",
            "zenml.zen_server.streaming.brokers.redis_streams.RedisStreamsBroker",
        )
        .env("ZENML_REDIS_BROKER_URL", redis.url())
    }

    /// Sets the key that signs tokens, of at least 32 characters. Tokens signed with another key
    /// are rejected.
    #[must_use]
    pub fn signing_key(mut self, key: impl Into<String>) -> Self {
        self.signing_key = key.into();
        self
    }

    /// Sets the time that the server may take to start. Defaults to three minutes.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets an environment variable of the server. Overrides those that this crate sets.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Adds a folder of Python modules that the server may load.
    #[must_use]
    pub fn plugins(mut self, folder: impl Into<PathBuf>) -> Self {
        self.plugins.push(folder.into());
        self
    }

    /// Returns the time that the server may take to start.
    #[must_use]
    pub fn time_to_start(&self) -> Duration {
        self.deadline
    }

    /// Sets the receiver of progress reports.
    #[must_use]
    pub fn progress(mut self, progress: Arc<dyn Progress>) -> Self {
        self.progress = progress;
        self
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("version", &self.version)
            .field("port", &self.port)
            .field("data", &self.data)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
