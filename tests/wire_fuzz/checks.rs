//! What must hold for everything that the library shows?

use std::{
    cell::RefCell,
    error::Error as _,
    fmt::{Debug, Write as _},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
    subscriber::DefaultGuard,
};
use zenml::Error;

use crate::runner::Counts;

/// Part of everything secret that a client sends, at the end of it: then a text that is cut off
/// contains either all of a secret or no marker.
pub const MARKER: &str = "marker7f3a";

/// Maximum length of a text for people, in bytes: 2,000 characters and what surrounds them.
const TEXT_LIMIT: usize = 12 << 10;

/// Checks of the cases of one thread.
#[derive(Default)]
pub struct Checks {
    traced: Arc<Mutex<Vec<String>>>,
    counts: RefCell<Counts>,
}

impl Checks {
    /// Records the output of `tracing` on this thread while the guard exists.
    pub fn record_tracing(&self) -> DefaultGuard {
        tracing::subscriber::set_default(Recorder {
            traced: self.traced.clone(),
            next: AtomicU64::new(1),
        })
    }

    pub fn into_counts(self) -> Counts {
        self.counts.into_inner()
    }

    /// Counts and checks the outcome of a case or of a part of it.
    pub fn result<T: Debug>(&self, result: Result<T, Error>) -> Option<T> {
        let outcome = match &result {
            Ok(_) => "success".to_owned(),
            Err(error) => format!("{:?}", error.kind()),
        };
        *self.counts.borrow_mut().entry(outcome).or_default() += 1;
        match result {
            Ok(value) => {
                // It may show what the server has sent, but it must be possible.
                let _ = format!("{value:?}");
                Some(value)
            }
            Err(error) => {
                error_is_safe(&error);
                None
            }
        }
    }

    /// Checks what `tracing` was told since the last check.
    pub fn tracing_is_safe(&self) {
        let traced = std::mem::take(&mut *self.traced.lock().unwrap());
        for line in traced {
            if line.starts_with("zenml") {
                is_safe(&line);
            } else {
                has_no_secret(&line);
            }
        }
    }
}

fn error_is_safe(error: &Error) {
    is_safe(&error.to_string());
    is_safe(&format!("{error:?}"));
    has_no_secret(&format!("{error:#?}"));
    is_safe(error.message());
    for text in [
        error.hint(),
        error.server_exception(),
        error.operation(),
        error.request_id(),
    ] {
        is_safe(text.unwrap_or_default());
    }
    let mut source = error.source();
    while let Some(cause) = source {
        is_safe(&cause.to_string());
        is_safe(&format!("{cause:?}"));
        source = cause.source();
    }
}

/// Asserts that a text can be written to a terminal and to a log.
pub fn is_safe(text: &str) {
    let start = text.chars().take(300).collect::<String>();
    assert!(text.len() <= TEXT_LIMIT, "{} bytes: {start:?}…", text.len());
    let unsafe_character = text.chars().find(|&c| {
        c.is_control()
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
            || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    });
    assert_eq!(unsafe_character, None, "in {text:?}");
    has_no_secret(text);
}

fn has_no_secret(text: &str) {
    let lower_case = text.to_ascii_lowercase();
    if let Some(at) = lower_case.find(MARKER) {
        let to = text.len().min(at + 100);
        let around = String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(400)..to]);
        panic!("a secret is shown: {around:?}");
    }
}

/// A subscriber that writes a line for each span, record and event, with the values as they are: a
/// control character stays one.
struct Recorder {
    traced: Arc<Mutex<Vec<String>>>,
    next: AtomicU64,
}

impl Recorder {
    fn write(&self, target: &str, record: impl FnOnce(&mut Line)) {
        let mut line = Line(target.to_owned());
        record(&mut line);
        self.traced.lock().unwrap().push(line.0);
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("zenml") || *metadata.level() <= Level::DEBUG
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.write(span.metadata().target(), |line| span.record(line));
        Id::from_u64(self.next.fetch_add(1, Ordering::Relaxed))
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.write("zenml", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.write(event.metadata().target(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Line(String);

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        write!(self.0, " {field}={value}").unwrap();
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}
