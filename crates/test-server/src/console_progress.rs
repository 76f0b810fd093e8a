//! How is progress shown? As a spinner on a terminal, as plain lines elsewhere.

use std::{
    io::{self, IsTerminal},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::Progress;

const TICK: Duration = Duration::from_millis(100);

/// Progress on standard error, with the time that each stage took.
pub struct ConsoleProgress {
    interactive: bool,
    current: Mutex<Option<Stage>>,
}

struct Stage {
    text: String,
    started: Instant,
    spinner: Option<ProgressBar>,
}

impl ConsoleProgress {
    /// Creates the display without a stage.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let interactive = io::stderr().is_terminal();
        Arc::new(Self {
            interactive,
            current: Mutex::new(None),
        })
    }

    fn current(&self) -> MutexGuard<'_, Option<Stage>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for ConsoleProgress {
    fn stage(&self, text: &str) {
        self.done();
        let spinner = self.interactive.then(|| {
            let style = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {msg:.dim}");
            let spinner = ProgressBar::new_spinner().with_prefix(text.to_owned());
            spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            spinner.enable_steady_tick(TICK);
            spinner
        });
        if !self.interactive {
            eprintln!("{text} ...");
        }
        let started = Instant::now();
        *self.current() = Some(Stage {
            text: text.to_owned(),
            started,
            spinner,
        });
    }

    fn detail(&self, text: &str) {
        if let Some(spinner) = self
            .current()
            .as_ref()
            .and_then(|stage| stage.spinner.as_ref())
        {
            spinner.set_message(text.to_owned());
        }
    }

    fn note(&self, text: &str) {
        let current = self.current();
        match current.as_ref().and_then(|stage| stage.spinner.as_ref()) {
            Some(spinner) => spinner.suspend(|| eprintln!("{text}")),
            None => eprintln!("{text}"),
        }
    }

    fn done(&self) {
        if let Some(stage) = self.current().take() {
            if let Some(spinner) = &stage.spinner {
                spinner.finish_and_clear();
            }
            eprintln!("{} [{}]", stage.text, seconds(stage.started.elapsed()));
        }
    }
}

/// Formats a duration in seconds.
#[must_use]
pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_decimal() {
        assert_eq!(seconds(Duration::from_millis(12_340)), "12.3 s");
    }
}
