//! Where does a real Redis come from? From Debian's packages, unpacked below `target/` without root.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{ChildStdin, ChildStdout, Command},
    time::timeout,
};

use crate::{ProcessGroup, Progress, paths, process};

/// The server, and what Debian does not install by default of the libraries that it needs.
const PACKAGES: [&str; 5] = [
    "redis-server",
    "redis-tools",
    "libjemalloc2",
    "liblzf1",
    "libatomic1",
];
const GRACE: Duration = Duration::from_secs(5);
const DEADLINE: Duration = Duration::from_mins(1);
/// Ends Redis when standard input ends: when this process has ended.
const SCRIPT: &str = r#""$@" & read line; kill $!"#;

/// An installed Redis.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    libraries: OsString,
}

impl Program {
    /// Returns the Redis in `PATH`. If there is none, downloads Debian's packages with `apt-get`, once.
    ///
    /// # Errors
    /// Returns the reason why this machine cannot have it: it has no `apt-get`, or no access to
    /// Debian's packages.
    pub async fn find(progress: &dyn Progress) -> Result<Self> {
        let installed = Self {
            path: "redis-server".into(),
            libraries: OsString::new(),
        };
        if installed.check().await.is_ok() {
            return Ok(installed);
        }
        let folder = paths::scratch().join("redis");
        if !folder.exists() {
            progress.stage("Unpacking Debian's Redis (once)");
            unpack(&folder).await?;
        }
        let program = Self::unpacked(&folder)?;
        program.check().await?;
        Ok(program)
    }

    fn unpacked(folder: &Path) -> Result<Self> {
        let path = folder.join("usr/bin/redis-server");
        // Libraries are in a folder for each architecture.
        let libraries = fs::read_dir(folder.join("usr/lib"))?;
        let libraries: Vec<PathBuf> = libraries.flatten().map(|entry| entry.path()).collect();
        let libraries = env::join_paths(libraries)?;
        Ok(Self { path, libraries })
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.env("LD_LIBRARY_PATH", &self.libraries);
        command
    }

    /// Checks that the program can be run.
    async fn check(&self) -> Result<()> {
        let mut command = self.command(&self.path.to_string_lossy());
        process::complete(command.arg("--version")).await
    }
}

/// Downloads the packages and unpacks them to a folder.
async fn unpack(folder: &Path) -> Result<()> {
    let all = paths::scratch();
    fs::create_dir_all(&all)?;
    let packages = tempfile::tempdir_in(&all)?;
    let mut download = Command::new("apt-get");
    download.arg("download").args(PACKAGES);
    process::complete(download.current_dir(packages.path())).await?;
    let root = packages.path().join("root");
    for package in fs::read_dir(packages.path())? {
        process::complete(
            Command::new("dpkg")
                .arg("-x")
                .arg(package?.path())
                .arg(&root),
        )
        .await?;
    }
    // Last, so that a folder with this name is complete.
    fs::rename(root, folder)?;
    Ok(())
}

/// A running Redis without data. Dropping it ends it.
#[derive(Debug)]
pub struct Redis {
    group: ProcessGroup,
    folder: TempDir,
    _lifeline: ChildStdin,
    /// Redis writes to it for as long as it runs.
    _log: Lines<BufReader<ChildStdout>>,
}

impl Redis {
    /// Starts Redis, and waits until it is ready.
    ///
    /// # Errors
    /// Returns an error with the log if Redis ends, or is not ready within a minute.
    pub async fn start(program: &Program) -> Result<Self> {
        // The path of a socket is at most about a hundred bytes long, so it is not below `target/`.
        let folder = tempfile::tempdir()?;
        let mut command = program.command("sh");
        command
            .args(["-c", SCRIPT, "sh"])
            .arg(&program.path)
            .args(["--port", "0", "--save", "", "--unixsocket"])
            .arg(socket(folder.path()))
            .arg("--dir")
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut group = ProcessGroup::spawn(&mut command).context("cannot start Redis")?;
        let lifeline = group.take_stdin().context("Redis has no standard input")?;
        let stdout = group
            .take_stdout()
            .context("Redis has no standard output")?;
        let mut log = BufReader::new(stdout).lines();
        let mut lines = Vec::new();
        let ready = async {
            while let Some(line) = log.next_line().await? {
                // The first letter depends on the version.
                if line.contains("eady to accept connections") {
                    return anyhow::Ok(true);
                }
                lines.push(line);
            }
            Ok(false)
        };
        if !timeout(DEADLINE, ready)
            .await
            .is_ok_and(|ready| ready.is_ok_and(|ready| ready))
        {
            bail!("Redis does not start:\n{}", lines.join("\n"));
        }
        Ok(Self {
            group,
            folder,
            _lifeline: lifeline,
            _log: log,
        })
    }

    /// Returns the URL of its socket.
    #[must_use]
    pub fn url(&self) -> String {
        format!("unix://{}", socket(self.folder.path()).display())
    }

    /// Suspends Redis: it keeps connections and data, and responds to nothing.
    ///
    /// # Errors
    /// Returns an error if the operating system cannot send a signal.
    pub fn pause(&self) -> Result<()> {
        Ok(self.group.pause()?)
    }

    /// Continues after [`pause`](Self::pause).
    ///
    /// # Errors
    /// Returns an error if the operating system cannot send a signal.
    pub fn resume(&self) -> Result<()> {
        Ok(self.group.resume()?)
    }

    /// Stops Redis.
    ///
    /// # Errors
    /// Returns an error if Redis cannot be signalled or its files cannot be deleted.
    pub async fn stop(mut self) -> Result<()> {
        self.group.stop(GRACE).await?;
        Ok(self.folder.close()?)
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("socket")
}
