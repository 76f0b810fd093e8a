//! Collects everything that the library shows, so that tests can look for secrets in it.

use std::{
    error::Error as _,
    fmt::{Debug, Write as _},
    io::{self, Write},
    panic::{self, AssertUnwindSafe},
    sync::{Arc, Mutex},
};

use tracing::{Level, subscriber::DefaultGuard};
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};
use zenml::Error;

/// Collects `Debug` output, errors, panics and the output of `tracing`.
#[derive(Clone, Default)]
pub struct LeakProbe(Arc<Mutex<Vec<u8>>>);

impl LeakProbe {
    /// Creates a probe that records `tracing` on this thread while the guard exists.
    pub fn new() -> (Self, DefaultGuard) {
        let probe = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_writer(probe.clone())
            .finish();
        (probe, tracing::subscriber::set_default(subscriber))
    }

    pub fn debug(&self, value: &impl Debug) {
        self.record(&format!("{value:?} {value:#?}"));
    }

    /// Records all forms of an error, its causes, and the panic of an `unwrap`.
    pub fn error(&self, error: Error) {
        let mut text = format!("{error} {error:?} {error:#?} {:?}", error.hint());
        let mut cause = error.source();
        while let Some(next) = cause {
            write!(text, " {next} {next:?}").unwrap();
            cause = next.source();
        }
        let panicked = panic::catch_unwind(AssertUnwindSafe(|| unwrap(Err(error))));
        let panicked = panicked.unwrap_err();
        text.push_str(panicked.downcast_ref::<String>().unwrap());
        self.record(&text);
    }

    fn record(&self, text: &str) {
        self.0.lock().unwrap().extend(text.bytes());
    }

    /// Asserts that the probe has recorded these texts, without which it proves nothing.
    #[track_caller]
    pub fn assert_shown(&self, expected: &[&str]) {
        let text = self.text();
        for expected in expected {
            assert!(text.contains(expected), "{expected}");
        }
    }

    /// Asserts that the text is nowhere; fails with its surroundings.
    #[track_caller]
    pub fn assert_hidden(&self, secret: &str) {
        let text = self.text();
        let leak = text.find(secret).map(|at| {
            let to = text.len().min(at + 100);
            String::from_utf8_lossy(&text.as_bytes()[at.saturating_sub(600)..to])
        });
        assert_eq!(leak, None);
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

fn unwrap(result: Result<(), Error>) {
    result.unwrap();
}

impl Write for LeakProbe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LeakProbe {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
