//! How long did a run, a step or a hook take?

use std::time::Duration;

use crate::Timestamp;

/// Implements `duration` for a response with the accessors `start_time` and `end_time`.
macro_rules! duration {
    ($name:ident) => {
        impl $name {
            /// Returns the time from [`start_time`](Self::start_time) to [`end_time`](Self::end_time).
            ///
            /// Returns `None` without an end, or if the response does not contain both times.
            #[must_use]
            #[inline]
            pub fn duration(&self) -> Option<std::time::Duration> {
                $crate::codec::duration::between(self.start_time()?, self.end_time()?)
            }
        }
    };
}

pub(crate) use duration;

/// Returns `None` if the clock was set back between the two.
pub(crate) fn between(start: Timestamp, end: Timestamp) -> Option<Duration> {
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
