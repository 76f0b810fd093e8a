//! How long did a run or a step take?

use std::time::Duration;

use crate::Timestamp;
use crate::workspace::types::{PipelineRunResponse, StepRunResponse};

impl PipelineRunResponse {
    /// Returns the time from the start of the run to its end.
    ///
    /// Returns `None` if the run has not ended, or if the response does not contain its times.
    /// `hydrate(true)` fills them.
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        between(self.start_time()?, self.end_time()?)
    }
}

impl StepRunResponse {
    /// Returns the time from the start of the step to its end, or `None` if the step has not ended.
    ///
    /// The official client has the same property (`models/v2/core/step_run.py` in ZenML 0.98.0).
    #[must_use]
    pub fn duration(&self) -> Option<Duration> {
        between(self.start_time()?, self.end_time()?)
    }
}

/// Returns `None` if the clock was set back between the two.
fn between(start: Timestamp, end: Timestamp) -> Option<Duration> {
    (end.to_utc() - start.to_utc()).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(start: &str, end: &str) -> Option<Duration> {
        between(start.parse().unwrap(), end.parse().unwrap())
    }

    #[test]
    fn fractions_of_a_second_count() {
        let took = took("2026-01-02T03:04:05", "2026-01-02T03:05:06.250");
        assert_eq!(took, Some(Duration::from_millis(61_250)));
    }

    #[test]
    fn an_end_before_the_start_has_no_duration() {
        assert_eq!(took("2026-01-02T03:04:05", "2026-01-02T03:04:04"), None);
    }
}
