//! How many calls is an expectation for?

use std::fmt;
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeToInclusive};

/// A number of calls, or a range of numbers, for [`Expectation::times`](super::Expectation::times).
///
/// ```
/// use zenml::mock::Times;
///
/// let exactly_twice: Times = 2.into();
/// let at_least_once: Times = (1..).into();
/// let any_number: Times = (..).into();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub(super) least: usize,
    pub(super) most: usize,
}

impl From<usize> for Times {
    fn from(times: usize) -> Self {
        (times..=times).into()
    }
}

impl From<Range<usize>> for Times {
    fn from(times: Range<usize>) -> Self {
        (times.start..=times.end.saturating_sub(1)).into()
    }
}

impl From<RangeInclusive<usize>> for Times {
    fn from(times: RangeInclusive<usize>) -> Self {
        Self {
            least: *times.start(),
            most: *times.end(),
        }
    }
}

impl From<RangeFrom<usize>> for Times {
    fn from(times: RangeFrom<usize>) -> Self {
        (times.start..=usize::MAX).into()
    }
}

impl From<RangeToInclusive<usize>> for Times {
    fn from(times: RangeToInclusive<usize>) -> Self {
        (0..=times.end).into()
    }
}

impl From<RangeFull> for Times {
    fn from(_: RangeFull) -> Self {
        (0..).into()
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (1, 1) => f.write_str("1 call"),
            (least, most) if least == most => write!(f, "{least} calls"),
            (least, usize::MAX) => write!(f, "at least {least} calls"),
            (least, most) => write!(f, "{least} to {most} calls"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ranges_are_described() {
        let described = |times: Times| times.to_string();
        assert_eq!(described(1.into()), "1 call");
        assert_eq!(described(0.into()), "0 calls");
        assert_eq!(described((1..3).into()), "1 to 2 calls");
        assert_eq!(described((..=3).into()), "0 to 3 calls");
        assert_eq!(described((2..).into()), "at least 2 calls");
        assert_eq!(described((..).into()), "at least 0 calls");
    }
}
