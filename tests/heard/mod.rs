//! What has been said anywhere, so that tests can look for what should not have been.

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

/// Collects `Debug`, errors, panics and, from [`listening`](Heard::listening), all of `tracing`.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<u8>>>);

impl Heard {
    /// One that hears `tracing` on this thread, for as long as the guard lives.
    pub fn listening() -> (Self, DefaultGuard) {
        let heard = Self::default();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_writer(heard.clone())
            .finish();
        (heard, tracing::subscriber::set_default(subscriber))
    }

    pub fn debug(&self, value: &impl Debug) {
        self.hear(&format!("{value:?} {value:#?}"));
    }

    /// Hears it shown, its causes, and the panic of whoever does not expect it.
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
        self.hear(&text);
    }

    fn hear(&self, text: &str) {
        self.0.lock().unwrap().extend(text.bytes());
    }

    /// Fails unless it was listened to, so that what follows means something.
    #[track_caller]
    pub fn assert_heard(&self, expected: &[&str]) {
        let text = self.text();
        for expected in expected {
            assert!(text.contains(expected), "{expected}");
        }
    }

    /// Fails with what was said around it.
    #[track_caller]
    pub fn assert_never_heard(&self, secret: &str) {
        let text = self.text();
        let leak = text.find(secret).map(|at| {
            let from = text.floor_char_boundary(at.saturating_sub(600));
            let to = text.floor_char_boundary(at + 100);
            &text[from..to]
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

impl Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Heard {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}
