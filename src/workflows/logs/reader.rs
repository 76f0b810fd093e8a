//! What is new in a log?

use chrono::TimeDelta;

use super::chunks::Chunks;
use super::line::{Entry, LogLine};
use super::seen::{Pass, Seen};
use super::sources::{Owner, Source};
use crate::codec::object::readable;
use crate::transport::hint::lacks_the_route;
use crate::workflows::patience::Patience;
use crate::{Call, Error, ErrorKind, Operation, Result, Timestamp, Transport};

// Not the generated operations, which another server's document may lack.
static GET_ENTRIES: Operation =
    Operation::get("get_logs_entries", "/api/v1/logs/{logs_id}/entries");
static RUN_LOGS: Operation = Operation::get("run_logs", "/api/v1/runs/{run_id}/logs");
static STEP_LOGS: Operation = Operation::get("get_step_logs", "/api/v1/steps/{step_id}/logs");

/// The largest number of entries that a server returns at once, by default
/// (`LOGS_MAX_ENTRIES_PER_REQUEST` in `constants.py` of ZenML 0.98.0).
const LIMIT: usize = 50_000;

/// The same limit before 0.93.0 (`logging/step_logging.py` of ZenML 0.90.0).
const OLD_LIMIT: usize = 20_000;

/// The time by which the entries of a service for logs may arrive out of order.
const DELAY: TimeDelta = TimeDelta::seconds(60);

/// Access to the logs of one server.
pub(super) struct LogApi {
    pub transport: Transport,
    pub patience: Patience,
    /// Cleared when the server turns out to be older than 0.97.0.
    pub has_entries: bool,
}

/// The position in a log.
pub(super) struct Reader {
    source: Source,
    seen: Seen,
    chunks: Chunks,
    newest: Option<Timestamp>,
    /// The reading that is under way, and the cursor of its next page.
    pass: Option<(Pass, Option<String>)>,
    /// Set when the server withholds the rest of the log.
    pub is_cut: bool,
}

/// A page of entries.
struct EntryPage {
    entries: Vec<Entry>,
    after: Option<String>,
    is_cut: bool,
}

struct Entries {
    items: Vec<Entry>,
    after: Option<String>,
}

readable! { Entries required {} nullable { "after" after } optional { "items" items } }

impl Reader {
    pub fn new(source: Source) -> Self {
        Self {
            source,
            seen: Seen::default(),
            chunks: Chunks::default(),
            newest: None,
            pass: None,
            is_cut: false,
        }
    }

    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Returns the new messages of the next page, and whether it is the last page for now.
    pub async fn next(&mut self, api: &mut LogApi) -> Result<(Vec<LogLine>, bool)> {
        // A service for logs can search by time; the artifact store returns the whole log.
        let from_beginning = !self.source.has_log_store;
        let (mut pass, cursor) = match self.pass.take() {
            Some(pass) => pass,
            None => (self.seen.pass(from_beginning), None),
        };
        let since = match (&cursor, self.newest) {
            (None, Some(newest)) if !from_beginning => Some(earlier(newest)),
            _ => None,
        };
        let page = api.read(&self.source, cursor.clone(), since).await?;
        let new = self.seen.new_of(page.entries, &mut pass);
        self.newest = self
            .newest
            .max(new.iter().filter_map(|entry| entry.timestamp).max());
        self.is_cut = page.is_cut;
        // A server that repeats its cursor would repeat the entries, too.
        let is_last = page.after.is_none() || page.after == cursor;
        if !is_last {
            self.pass = Some((pass, page.after));
        }
        let complete = new.into_iter().filter_map(|entry| self.chunks.add(entry));
        let complete: Vec<_> = complete.collect();
        Ok((self.lines(complete), is_last))
    }

    /// Returns what there is of the messages that will not become complete.
    pub fn rest(&mut self) -> Vec<LogLine> {
        let rest = self.chunks.rest().collect();
        self.lines(rest)
    }

    fn lines(&self, entries: Vec<Entry>) -> Vec<LogLine> {
        let Source { name, step, .. } = &self.source;
        let lines = entries.into_iter();
        lines
            .map(|entry| entry.into_line(name, step.as_ref()))
            .collect()
    }

    /// Returns the error for a log that the server does not return as a whole.
    pub fn cut(&self) -> Error {
        let (source, of) = (
            &self.source.name,
            match &self.source.step {
                Some(step) => format!("step {step:?}"),
                None => "the run".to_owned(),
            },
        );
        let message = format!(
            "the log {source:?} of {of} is longer than the server returns; the lines after the \
             first {LIMIT} are missing"
        );
        let hint = "read the log in the artifact store, or raise \
                    `ZENML_LOGS_MAX_ENTRIES_PER_REQUEST` of the server";
        Error::new(ErrorKind::TooLarge, message)
            .with_operation("stream_logs")
            .with_hint(Some(hint.to_owned()))
    }
}

impl LogApi {
    /// Requests a page, in the way of the server's version.
    async fn read(
        &mut self,
        source: &Source,
        cursor: Option<String>,
        since: Option<Timestamp>,
    ) -> Result<EntryPage> {
        if let (Some(id), true) = (source.id, self.has_entries) {
            let mut call = Call::new(&self.transport, &GET_ENTRIES).path("logs_id", id);
            // A cursor keeps the other parameters.
            call = match (cursor, since) {
                (Some(cursor), _) => call.query("after", cursor),
                (None, since) => {
                    let call = call.query("start", "oldest").query("limit", LIMIT);
                    match since {
                        Some(since) => call.query("since", since),
                        None => call,
                    }
                }
            };
            match self.patience.send::<Entries>(&call).await {
                Err(error) if lacks_the_route(&error) => {
                    self.has_entries = false;
                }
                page => {
                    let page = page?;
                    return Ok(EntryPage {
                        is_cut: page.after.is_none() && page.items.len() >= LIMIT,
                        entries: page.items,
                        after: page.after,
                    });
                }
            }
        }
        let call = match source.owner {
            Owner::Run(run) => Call::new(&self.transport, &RUN_LOGS).path("run_id", run),
            Owner::Step(step) => Call::new(&self.transport, &STEP_LOGS).path("step_id", step),
        };
        // Required since 0.93.0 for steps, and always for runs.
        let call = call.query("source", &source.name);
        let entries = self.patience.send::<Vec<Entry>>(&call).await?;
        Ok(EntryPage {
            is_cut: [LIMIT, OLD_LIMIT].contains(&entries.len()),
            entries,
            after: None,
        })
    }
}

fn earlier(time: Timestamp) -> Timestamp {
    let utc = time.to_utc();
    utc.checked_sub_signed(DELAY).unwrap_or(utc).into()
}
