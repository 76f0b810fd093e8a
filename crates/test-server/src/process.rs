//! How does a child process end together with the value that owns it?

use std::{
    fs, io,
    path::Path,
    process::{ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::{
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::timeout,
};

const LINES_TO_SHOW: usize = 30;

/// A child process in a process group of its own. Stopping it also stops its descendants; dropping
/// it kills them all.
///
/// Ctrl-C in a terminal does not reach the group: the owner decides when it ends.
#[derive(Debug)]
pub struct ProcessGroup {
    child: Child,
    leader: Option<Pid>,
}

impl ProcessGroup {
    /// Starts the command as the leader of a new process group.
    ///
    /// # Errors
    /// Returns an error if the program cannot be started.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        let leader = child.id().map(|id| Pid::from_raw(id.cast_signed()));
        Ok(Self { child, leader })
    }

    /// Takes the pipe to the child's standard input, if any.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// Takes the pipe from the child's standard output, if any.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Takes the pipe from the child's standard error, if any.
    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Waits until the child ends. Cancel-safe.
    ///
    /// # Errors
    /// Returns an error if the operating system cannot wait.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.leader = None;
        Ok(status)
    }

    /// Suspends the group (SIGSTOP).
    ///
    /// # Errors
    /// Returns an error if the operating system cannot send a signal.
    pub fn pause(&self) -> io::Result<()> {
        signal(self.leader, Signal::SIGSTOP)
    }

    /// Continues a group that was suspended (SIGCONT).
    ///
    /// # Errors
    /// Returns an error if the operating system cannot send a signal.
    pub fn resume(&self) -> io::Result<()> {
        signal(self.leader, Signal::SIGCONT)
    }

    /// Sends SIGTERM to the group, and SIGKILL to what is left of it after `grace`.
    ///
    /// # Errors
    /// Returns an error if the operating system cannot wait or send a signal.
    pub async fn stop(&mut self, grace: Duration) -> io::Result<()> {
        let leader = self.leader;
        signal(leader, Signal::SIGTERM)?;
        if let Ok(ended) = timeout(grace, self.child.wait()).await {
            ended?;
        }
        signal(leader, Signal::SIGKILL)?;
        self.wait().await.map(drop)
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        // A destructor cannot report an error; `stop` does.
        signal(self.leader, Signal::SIGKILL).ok();
    }
}

fn signal(leader: Option<Pid>, signal: Signal) -> io::Result<()> {
    match leader.map(|leader| killpg(leader, signal)) {
        // macOS returns EPERM for a group with only a zombie in it.
        None | Some(Ok(()) | Err(Errno::ESRCH | Errno::EPERM)) => Ok(()),
        Some(Err(error)) => Err(error.into()),
    }
}

/// Runs a command to its end. Dropping the future kills it.
///
/// # Errors
/// Returns an error with what the command wrote to standard error if it fails, or if it cannot be
/// started.
pub(crate) async fn complete(command: &mut Command) -> Result<()> {
    let name = format!("{:?}", command.as_std().get_program());
    let output = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr);
        bail!("{name} failed ({}): {}", output.status, message.trim_end());
    }
    Ok(())
}

/// Returns the end of a log, for an error that explains why a process ended.
pub(crate) fn last_lines(log: &Path) -> String {
    match fs::read(log) {
        Err(error) => format!("(cannot read {}: {error})", log.display()),
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let mut lines: Vec<_> = text.lines().rev().take(LINES_TO_SHOW).collect();
            lines.reverse();
            lines.join("\n")
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    /// Starts a shell with a child. The child holds the other end of the returned pipe, which ends with
    /// both.
    fn shell_with_child() -> (ProcessGroup, ChildStdout) {
        let mut command = Command::new("sh");
        command
            .args(["-c", "sleep 600 & echo ready; wait"])
            .stdout(Stdio::piped());
        let mut group = ProcessGroup::spawn(&mut command).unwrap();
        let pipe = group.take_stdout().unwrap();
        (group, pipe)
    }

    async fn read_ready(pipe: &mut ChildStdout) {
        let mut ready = [0; 6];
        pipe.read_exact(&mut ready).await.unwrap();
        assert_eq!(&ready, b"ready\n");
    }

    async fn assert_ends(pipe: &mut ChildStdout) {
        let mut rest = Vec::new();
        let read = timeout(Duration::from_secs(20), pipe.read_to_end(&mut rest)).await;
        assert_eq!(read.expect("a descendant is alive").unwrap(), 0);
    }

    #[tokio::test]
    async fn dropping_a_group_kills_its_descendants() {
        let (group, mut pipe) = shell_with_child();
        read_ready(&mut pipe).await;
        drop(group);
        assert_ends(&mut pipe).await;
    }

    #[tokio::test]
    async fn stopping_a_group_ends_its_descendants() {
        let (mut group, mut pipe) = shell_with_child();
        read_ready(&mut pipe).await;
        group.stop(Duration::from_secs(10)).await.unwrap();
        assert_ends(&mut pipe).await;
    }

    #[tokio::test]
    async fn stopping_kills_a_group_that_ignores_sigterm() {
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' TERM; echo ready; sleep 600"])
            .stdout(Stdio::piped());
        let mut group = ProcessGroup::spawn(&mut command).unwrap();
        let mut pipe = group.take_stdout().unwrap();
        read_ready(&mut pipe).await;
        group.stop(Duration::from_millis(50)).await.unwrap();
        assert_ends(&mut pipe).await;
    }

    #[tokio::test]
    async fn stopping_a_group_that_has_ended_succeeds() {
        let mut group = ProcessGroup::spawn(&mut Command::new("true")).unwrap();
        assert!(group.wait().await.unwrap().success());
        group.stop(Duration::from_secs(1)).await.unwrap();
    }
}
