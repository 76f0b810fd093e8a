//! In which order are the logs read, and when have they ended?

use std::time::{Duration, Instant};

use uuid::Uuid;

use super::line::{LogLevel, LogLine};
use super::reader::{LogApi, Reader};
use super::sources::{self, Listed, Owner, Source};
use crate::{ErrorKind, Result, Timestamp};

/// The time for which a log stays silent after the end of its run or step before it is complete. The
/// last lines are written after the status.
const SILENCE: Duration = Duration::from_secs(3);

/// The same time for a step that is not known to have ended although its run has: a parallel step may still
/// be at work, and the status of a step that was killed never changes.
const LONG_SILENCE: Duration = Duration::from_secs(60);

/// The log of the workload manager, which servers before 0.94.0 do not list.
const RUNNER: &str = "runner";

/// What is read, and which lines are wanted.
pub(super) struct Selection {
    pub owner: Owner,
    pub with_steps: bool,
    pub source: Option<String>,
    pub level: Option<LogLevel>,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub follows: bool,
    pub interval: Duration,
}

impl Selection {
    fn has(&self, source: &Source) -> bool {
        self.source
            .as_ref()
            .is_none_or(|wanted| **wanted == *source.name)
    }

    fn wants(&self, line: &LogLine) -> bool {
        let level = line.level.unwrap_or(LogLevel::INFO);
        let is_at = |wanted: fn(&Timestamp, &Timestamp) -> bool, limit: &Option<Timestamp>| {
            match (&line.timestamp, limit) {
                (Some(time), Some(limit)) => wanted(time, limit),
                // A line without a time is not lost.
                _ => true,
            }
        };
        self.level.is_none_or(|wanted| level >= wanted)
            && is_at(Timestamp::ge, &self.since)
            && is_at(Timestamp::le, &self.until)
    }
}

/// The logs, read in rounds: each round lists them and reads what is new.
pub(super) struct Rounds {
    api: LogApi,
    pub selection: Selection,
    logs: Vec<Log>,
    round: Round,
}

struct Log {
    reader: Reader,
    /// When its end was first possible, or the last line after that arrived.
    quiet_since: Option<Instant>,
    /// Whether its run or step has ended.
    is_ended: bool,
    is_complete: bool,
}

enum Round {
    /// The next round begins with a list of the logs.
    NotBegun,
    /// The log with this index is the next to be read.
    Reading(usize),
    /// All logs are complete.
    Ended,
}

impl Rounds {
    pub fn new(api: LogApi, selection: Selection) -> Self {
        Self {
            api,
            selection,
            logs: Vec::new(),
            round: Round::NotBegun,
        }
    }

    /// Returns the next lines, or `None` at the end. Waits until there are some.
    pub async fn next(&mut self) -> Result<Option<Vec<LogLine>>> {
        loop {
            match self.round {
                Round::NotBegun => {
                    let is_ended = self.list().await?;
                    self.round = Round::Reading(0);
                    // The run has ended, and each log was silent for long enough.
                    if is_ended && self.logs.iter().all(|log| log.is_complete) {
                        self.round = Round::Ended;
                    }
                }
                Round::Reading(index) if index < self.logs.len() => {
                    let lines = self.read(index).await?;
                    if !lines.is_empty() {
                        return Ok(Some(lines));
                    }
                }
                Round::Reading(_) if self.selection.follows => {
                    self.round = Round::NotBegun;
                    let clock = &self.api.transport.runtime().clock;
                    clock.sleep(self.selection.interval).await;
                }
                Round::Reading(_) | Round::Ended => {
                    self.round = Round::Ended;
                    return Ok(None);
                }
            }
        }
    }

    /// Lists the logs, and returns whether their run or step has ended.
    async fn list(&mut self) -> Result<bool> {
        let LogApi {
            transport,
            patience,
            ..
        } = &mut self.api;
        let listed = match self.selection.owner {
            Owner::Run(run) => {
                sources::of_run(transport, patience, run, self.selection.with_steps).await?
            }
            Owner::Step(step) => sources::of_step(transport, patience, step).await?,
        };
        let is_ended = listed.first().is_some_and(|owner| owner.is_finished);
        let now = self.api.transport.runtime().clock.now();
        for owner in listed {
            self.update(owner, is_ended, now);
        }
        Ok(is_ended)
    }

    /// Adds the new logs of a run or step, and notes its end and that of the run.
    fn update(&mut self, owner: Listed, is_run_ended: bool, now: Instant) {
        let mut sources = owner.sources;
        if let Owner::Run(run) = owner.owner
            && self.selection.source.as_deref() == Some(RUNNER)
            && !sources.iter().any(|source| &*source.name == RUNNER)
        {
            sources.push(runner_log(run));
        }
        for source in sources {
            let is_same = |log: &Log| {
                let known = log.reader.source();
                known.owner == source.owner && known.id == source.id && known.name == source.name
            };
            if self.selection.has(&source) && !self.logs.iter().any(is_same) {
                self.logs.push(Log {
                    reader: Reader::new(source),
                    quiet_since: None,
                    is_ended: false,
                    is_complete: false,
                });
            }
        }
        for log in &mut self.logs {
            if log.reader.source().owner != owner.owner {
                continue;
            }
            if owner.is_finished && !log.is_ended {
                log.is_ended = true;
                log.quiet_since = Some(now);
            } else if is_run_ended {
                log.quiet_since.get_or_insert(now);
            }
        }
    }

    /// Reads the next page of a log, and returns the lines that are wanted.
    async fn read(&mut self, index: usize) -> Result<Vec<LogLine>> {
        let follows = self.selection.follows;
        let Some(log) = self.logs.get_mut(index).filter(|log| !log.is_complete) else {
            self.round = Round::Reading(index + 1);
            return Ok(Vec::new());
        };
        let (mut lines, is_last) = match log.reader.next(&mut self.api).await {
            // The log is announced before its first line is written.
            Err(error) if error.kind() == ErrorKind::NotFound && log.may_be_empty(follows) => {
                (Vec::new(), true)
            }
            page => page?,
        };
        if log.reader.is_cut && lines.is_empty() {
            return Err(log.reader.cut());
        }
        // A log that is cut is read once more, which finds nothing new.
        let is_read = is_last && !log.reader.is_cut;
        if is_read {
            let now = self.api.transport.runtime().clock.now();
            if log.is_silent(!lines.is_empty(), now) || !follows {
                log.is_complete = true;
                lines.extend(log.reader.rest());
            }
            self.round = Round::Reading(index + 1);
        }
        lines.retain(|line| self.selection.wants(line));
        Ok(lines)
    }
}

impl Log {
    /// Returns whether the absence of the log is not an error.
    fn may_be_empty(&self, follows: bool) -> bool {
        // Before 0.93.0, servers do not tell whether a step has a log.
        follows && !self.is_ended || self.reader.source().id.is_none()
    }

    /// Notes whether there were lines. Returns whether the log has been silent for long enough.
    fn is_silent(&mut self, has_lines: bool, now: Instant) -> bool {
        let limit = if self.is_ended { SILENCE } else { LONG_SILENCE };
        match &mut self.quiet_since {
            Some(since) if has_lines => {
                *since = now;
                false
            }
            Some(since) => now - *since >= limit,
            None => false,
        }
    }
}

fn runner_log(run: Uuid) -> Source {
    Source {
        owner: Owner::Run(run),
        id: None,
        name: RUNNER.into(),
        step: None,
        has_log_store: false,
    }
}
