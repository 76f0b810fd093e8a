//! The values that a filter compares with.

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use uuid::Uuid;

use crate::Timestamp;

/// A value that a [`Filter`](crate::Filter) compares with: text, a number, a boolean, a UUID or a datetime.
///
/// Values convert with `into()`. Datetimes are sent in UTC as `YYYY-MM-DD HH:MM:SS`, the only form
/// that the server accepts in a filter.
///
/// ```
/// use zenml::{Filter, types::FilterValue};
///
/// fn at_least(value: impl Into<FilterValue>) -> Filter {
///     Filter::gte(value)
/// }
///
/// assert_eq!(at_least(5).to_string(), "gte:5");
/// assert_eq!(at_least("v2").to_string(), "gte:v2");
/// ```
#[derive(Debug, Clone)]
pub struct FilterValue(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Text(String),
    Instant(DateTime<Utc>),
}

impl FilterValue {
    /// Returns the text to send; rounds a datetime down to the second.
    pub(crate) fn lower_bound(self) -> String {
        match self.0 {
            Kind::Text(text) => text,
            Kind::Instant(instant) => to_seconds(instant),
        }
    }

    /// Returns the text to send; rounds a datetime up to the second.
    pub(crate) fn upper_bound(self) -> String {
        match self.0 {
            Kind::Instant(instant) if instant.nanosecond() > 0 => {
                let next = instant.checked_add_signed(TimeDelta::seconds(1));
                to_seconds(next.unwrap_or(instant))
            }
            _ => self.lower_bound(),
        }
    }
}

fn to_seconds(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%d %H:%M:%S").to_string()
}

impl From<Timestamp> for FilterValue {
    fn from(value: Timestamp) -> Self {
        value.to_utc().into()
    }
}

impl From<DateTime<Utc>> for FilterValue {
    fn from(value: DateTime<Utc>) -> Self {
        Self(Kind::Instant(value))
    }
}

impl From<String> for FilterValue {
    fn from(value: String) -> Self {
        Self(Kind::Text(value))
    }
}

macro_rules! filter_value_from {
    ($($type:ty),*) => { $(
        impl From<$type> for FilterValue {
            fn from(value: $type) -> Self {
                value.to_string().into()
            }
        }
    )* };
}

filter_value_from!(&str, &String, Uuid, &Uuid, bool, i32, i64, u32, u64, usize);

/// What is left of NaN and infinity, which no field equals: a character that no text has.
pub(crate) const NOT_FINITE: char = '\u{fffe}';

impl From<f64> for FilterValue {
    /// A call with a filter for NaN or infinity fails before it is sent.
    fn from(value: f64) -> Self {
        if value.is_finite() {
            value.to_string().into()
        } else {
            NOT_FINITE.to_string().into()
        }
    }
}
