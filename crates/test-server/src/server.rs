//! How does a server start, run and end?

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, anyhow, bail};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{ChildStdin, Command},
    time::timeout,
};

use crate::{
    Access, Fill, Options, ProcessGroup, default_version, fill, health, install, many_runs, paths,
    process, python,
};

const GRACE: Duration = Duration::from_secs(8);

/// A running server. Dropping it ends the server.
#[derive(Debug)]
pub struct Server {
    running: Running,
    interpreter: PathBuf,
    options: Options,
    version: String,
    folder: Folder,
}

impl Server {
    /// Installs the package if necessary, starts the server and waits until it is ready.
    ///
    /// # Errors
    /// Returns an error if Python is missing, pip fails, the port is taken, or the server dies or
    /// is not ready in time. The last two show the end of the log.
    pub async fn start(options: Options) -> Result<Self> {
        let version = options.version.clone().map_or_else(default_version, Ok)?;
        let interpreter = install::interpreter(&version, &*options.progress).await?;
        if let Some(extra) = options.extra {
            install::extra(&version, extra, &*options.progress).await?;
        }
        let folder = Folder::new(options.data.as_deref())?;
        if let Some(runs) = options.runs {
            many_runs::prepare(folder.path(), &version, runs, options.progress.clone()).await?;
        }
        options.progress.stage(&format!("Starting ZenML {version}"));
        let running = Running::start(&interpreter, folder.path(), &options).await?;
        Ok(Self {
            running,
            interpreter,
            options,
            version,
            folder,
        })
    }

    /// Returns the base URL, without a trailing slash.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.running.port)
    }

    /// Returns address and login.
    #[must_use]
    pub fn access(&self) -> Access {
        Access::to(&self.url())
    }

    /// Returns the version of the package.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Creates a command of the package's Python whose client is logged in to the server. Its
    /// settings and files are in the server's folder.
    #[must_use]
    pub fn python(&self) -> Command {
        python::with_client(&self.interpreter, &self.access(), self.folder.path())
    }

    /// Returns the server's log file. It is deleted with the server unless [`Options::data`] keeps
    /// it.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        log(self.folder.path())
    }

    /// Runs pipelines and creates objects through the Python client of the same package. Works once
    /// per database, because the names are the same each time.
    ///
    /// Returns what was skipped because the client of an older version lacks a name.
    ///
    /// # Errors
    /// Returns an error with the end of the client's output if a stage fails, or if something was
    /// skipped though the version is that of `specs/workspace.json`.
    pub async fn fill(&self, part: Fill) -> Result<Vec<String>> {
        let (folder, progress) = (self.folder.path(), &*self.options.progress);
        let skipped = fill::fill(&self.interpreter, &self.access(), folder, part, progress).await?;
        if !skipped.is_empty() && self.version == default_version()? {
            bail!(
                "the fill of ZenML {} skipped {}; adapt crates/test-server/fill",
                self.version,
                skipped.join("; ")
            );
        }
        Ok(skipped)
    }

    /// Restarts the server on the same port and database with another signing key, of at least 32
    /// characters. Existing tokens are rejected afterwards.
    ///
    /// # Errors
    /// Returns the errors of [`Server::start`].
    pub async fn restart_with_signing_key(&mut self, key: impl Into<String>) -> Result<()> {
        self.running.group.stop(GRACE).await?;
        let options = self
            .options
            .clone()
            .port(self.running.port)
            .signing_key(key);
        self.running = Running::start(&self.interpreter, self.folder.path(), &options).await?;
        Ok(())
    }

    /// Waits until the server ends by itself, which is an error. Cancel-safe.
    ///
    /// # Errors
    /// Returns an error with the end of the log when the server has ended.
    pub async fn ended(&mut self) -> Result<std::convert::Infallible> {
        let status = self.running.group.wait().await?;
        bail!(
            "the server ended ({status}):\n{}",
            process::last_lines(&self.log())
        )
    }

    /// Stops the server and deletes its files, unless [`Options::data`] keeps them.
    ///
    /// # Errors
    /// Returns an error if the server cannot be signalled or its files cannot be deleted.
    pub async fn stop(mut self) -> Result<()> {
        self.running.group.stop(GRACE).await?;
        self.folder.remove()
    }
}

fn log(folder: &Path) -> PathBuf {
    folder.join("server.log")
}

/// Folder of a server's files.
#[derive(Debug)]
enum Folder {
    Temporary(TempDir),
    Kept(PathBuf),
}

impl Folder {
    fn new(kept: Option<&Path>) -> Result<Self> {
        if let Some(path) = kept {
            fs::create_dir_all(path)
                .with_context(|| format!("cannot create {}", path.display()))?;
            return Ok(Self::Kept(path.canonicalize()?));
        }
        let all = paths::scratch().join("servers");
        fs::create_dir_all(&all).with_context(|| format!("cannot create {}", all.display()))?;
        Ok(Self::Temporary(
            tempfile::Builder::new()
                .prefix("server-")
                .tempdir_in(all.canonicalize()?)?,
        ))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept(path) => path,
        }
    }

    fn remove(self) -> Result<()> {
        match self {
            Self::Temporary(folder) => Ok(folder.close()?),
            Self::Kept(_) => Ok(()),
        }
    }
}

/// Process of a server.
#[derive(Debug)]
struct Running {
    group: ProcessGroup,
    port: u16,
    /// The server ends with this pipe, so that it also ends if this process is killed.
    _lifeline: ChildStdin,
}

impl Running {
    async fn start(interpreter: &Path, folder: &Path, options: &Options) -> Result<Self> {
        let log_path = log(folder);
        let log = File::create(&log_path)?;
        let configuration = folder.join("server");
        fs::create_dir_all(&configuration)?;
        let mut command = python::command(interpreter);
        command
            .arg(paths::serve_script())
            .args(["--port", &options.port.to_string()])
            .env("PYTHONPATH", env::join_paths(&options.plugins)?)
            .env("ZENML_SERVER", "true")
            .env("ZENML_CONFIG_PATH", configuration)
            .env("ZENML_LOCAL_STORES_PATH", folder.join("stores"))
            .env("ZENML_ANALYTICS_OPT_IN", "false")
            .env("ZENML_LOGGING_COLORS_DISABLED", "true")
            .env("ZENML_SERVER_AUTO_ACTIVATE", "1")
            .env("ZENML_SERVER_DEPLOYMENT_TYPE", "other")
            .env("ZENML_SERVER_JWT_SECRET_KEY", &options.signing_key)
            // Logs, downloads and visualizations are in a folder that the client shares.
            .env("ZENML_SERVER_ALLOW_LOCAL_FILE_ACCESS", "true")
            .env(
                "ZENML_SERVER_STREAM_BROKER_IMPLEMENTATION_SOURCE",
                "zenml.zen_server.streaming.brokers.memory.InMemoryBroker",
            )
            .env(
                "ZENML_SERVER_WEBHOOK_EVENT_HANDLER_SOURCES",
                "keep_webhook_events.KeepWebhookEvents",
            )
            .envs(
                options
                    .environment
                    .iter()
                    .map(|(name, value)| (name, value)),
            )
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log);
        let mut group = ProcessGroup::spawn(&mut command).context("cannot start the server")?;
        let lifeline = group
            .take_stdin()
            .context("the server has no standard input")?;
        let stdout = group
            .take_stdout()
            .context("the server has no standard output")?;
        let ready = async {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).await?;
            let Ok(port) = line.trim().parse() else {
                // The server has ended; `group.wait()` below reports how.
                return std::future::pending().await;
            };
            options.progress.detail("waiting until it is healthy");
            health::wait_until_healthy(port).await;
            anyhow::Ok(port)
        };
        let port = tokio::select! {
            port = timeout(options.deadline, ready) => port.map_err(|_| {
                anyhow!(
                    "the server was not ready within {:?}:\n{}",
                    options.deadline,
                    process::last_lines(&log_path)
                )
            })??,
            status = group.wait() => {
                bail!("the server ended ({}):\n{}", status?, process::last_lines(&log_path))
            }
        };
        Ok(Self {
            group,
            port,
            _lifeline: lifeline,
        })
    }
}
