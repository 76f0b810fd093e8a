//! How is progress shown? As a spinner on a terminal, as plain lines elsewhere.

use std::{
    io::{self, IsTerminal},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::Progress;

const TICK: Duration = Duration::from_millis(100);

/// Progress on standard error, with the time that each stage took.
pub struct ConsoleProgress {
    /// The lines of the terminal that change; `None` if standard error is not a terminal.
    terminal: Option<MultiProgress>,
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
        Self::on(io::stderr().is_terminal().then(MultiProgress::new))
    }

    /// Creates a display of work that runs at the same time. Its stages have a line of their own.
    #[must_use]
    pub fn beside(&self) -> Arc<Self> {
        Self::on(self.terminal.clone())
    }

    fn on(terminal: Option<MultiProgress>) -> Arc<Self> {
        Arc::new(Self {
            terminal,
            current: Mutex::new(None),
        })
    }

    fn print(&self, line: &str) {
        match &self.terminal {
            Some(terminal) => terminal.suspend(|| eprintln!("{line}")),
            None => eprintln!("{line}"),
        }
    }

    fn current(&self) -> MutexGuard<'_, Option<Stage>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for ConsoleProgress {
    fn stage(&self, text: &str) {
        self.done();
        let spinner = self.terminal.as_ref().map(|terminal| {
            let style = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {msg:.dim}");
            let spinner = terminal.add(ProgressBar::new_spinner().with_prefix(text.to_owned()));
            spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            spinner.enable_steady_tick(TICK);
            spinner
        });
        if spinner.is_none() {
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
        self.print(text);
    }

    fn done(&self) {
        if let Some(stage) = self.current().take() {
            if let Some(spinner) = &stage.spinner {
                spinner.finish_and_clear();
            }
            let took = seconds(stage.started.elapsed());
            self.print(&format!("{} [{took}]", stage.text));
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
