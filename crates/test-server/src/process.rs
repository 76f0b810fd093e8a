//! Child processes that never outlive the value that stands for them.

use std::{fs, io, path::Path, process::ExitStatus, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command},
    time::timeout,
};

const LINES_TO_SHOW: usize = 30;

/// A child process in a process group of its own: stopping it stops its descendants too, and
/// dropping it kills them all.
///
/// Ctrl-C in a terminal does not reach the group; whoever waits for it decides what happens.
#[derive(Debug)]
pub struct Group {
    child: Child,
    leader: Option<Pid>,
}

impl Group {
    /// Starts the command as the leader of a new process group.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        let child = command.process_group(0).kill_on_drop(true).spawn()?;
        let leader = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        Ok(Self { child, leader })
    }

    /// The pipe to the child's standard input, if there is one and nobody has taken it.
    pub fn take_stdin(&mut self) -> Option<ChildStdin> {
        self.child.stdin.take()
    }

    /// The pipe from the child's standard output, if there is one and nobody has taken it.
    pub fn take_stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The pipe from the child's standard error, if there is one and nobody has taken it.
    pub fn take_stderr(&mut self) -> Option<ChildStderr> {
        self.child.stderr.take()
    }

    /// Waits until the child ends. Can be cancelled and repeated.
    ///
    /// # Errors
    /// When the operating system refuses to wait.
    pub async fn wait(&mut self) -> io::Result<ExitStatus> {
        let status = self.child.wait().await?;
        self.leader = None;
        Ok(status)
    }

    /// Asks the group to end, and kills what is left of it after `grace`.
    ///
    /// # Errors
    /// When the operating system refuses to wait or to signal.
    pub async fn stop(&mut self, grace: Duration) -> io::Result<()> {
        let leader = self.leader;
        signal(leader, Signal::TERM)?;
        if let Ok(ended) = timeout(grace, self.child.wait()).await {
            ended?;
        }
        signal(leader, Signal::KILL)?;
        self.wait().await.map(drop)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Nothing useful can be done with a failure here; `stop` is the call that reports it.
        signal(self.leader, Signal::KILL).ok();
    }
}

fn signal(leader: Option<Pid>, signal: Signal) -> io::Result<()> {
    match leader.map(|leader| kill_process_group(leader, signal)) {
        // macOS answers EPERM for a group of which only a zombie is left.
        None | Some(Ok(()) | Err(rustix::io::Errno::SRCH | rustix::io::Errno::PERM)) => Ok(()),
        Some(Err(error)) => Err(error.into()),
    }
}

/// The end of a log, for an error that says why a process ended.
pub(crate) fn last_lines(log: &Path) -> String {
    match fs::read(log) {
        Err(error) => format!("({} cannot be read: {error})", log.display()),
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
    use std::process::Stdio;

    use tokio::io::AsyncReadExt;

    use super::*;

    /// A shell whose child holds the other end of the returned pipe: the pipe ends when both died.
    fn family() -> (Group, ChildStdout) {
        let mut command = Command::new("sh");
        command
            .args(["-c", "sleep 600 & echo ready; wait"])
            .stdout(Stdio::piped());
        let mut group = Group::spawn(&mut command).unwrap();
        let pipe = group.take_stdout().unwrap();
        (group, pipe)
    }

    async fn read_greeting(pipe: &mut ChildStdout) {
        let mut greeting = [0; 6];
        pipe.read_exact(&mut greeting).await.unwrap();
        assert_eq!(&greeting, b"ready\n");
    }

    async fn ends(pipe: &mut ChildStdout) {
        let mut rest = Vec::new();
        let read = timeout(Duration::from_secs(20), pipe.read_to_end(&mut rest)).await;
        assert_eq!(read.expect("a descendant lives on").unwrap(), 0);
    }

    #[tokio::test]
    async fn dropping_a_group_kills_its_descendants() {
        let (group, mut pipe) = family();
        read_greeting(&mut pipe).await;
        drop(group);
        ends(&mut pipe).await;
    }

    #[tokio::test]
    async fn stopping_a_group_ends_its_descendants() {
        let (mut group, mut pipe) = family();
        read_greeting(&mut pipe).await;
        group.stop(Duration::from_secs(10)).await.unwrap();
        ends(&mut pipe).await;
    }

    #[tokio::test]
    async fn stopping_kills_a_group_that_does_not_listen() {
        let mut command = Command::new("sh");
        command
            .args(["-c", "trap '' TERM; echo ready; sleep 600"])
            .stdout(Stdio::piped());
        let mut group = Group::spawn(&mut command).unwrap();
        let mut pipe = group.take_stdout().unwrap();
        read_greeting(&mut pipe).await;
        group.stop(Duration::from_millis(50)).await.unwrap();
        ends(&mut pipe).await;
    }

    #[tokio::test]
    async fn stopping_a_group_that_has_ended_is_fine() {
        let mut group = Group::spawn(&mut Command::new("true")).unwrap();
        assert!(group.wait().await.unwrap().success());
        group.stop(Duration::from_secs(1)).await.unwrap();
    }
}
