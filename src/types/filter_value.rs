use chrono::{DateTime, TimeDelta, Timelike, Utc};
use uuid::Uuid;

use crate::{Filter, Timestamp};

/// What a [`Filter`] compares with: text, a number, a boolean, a UUID or a datetime.
///
/// Made by `From`; datetimes are sent in UTC as `YYYY-MM-DD HH:MM:SS`, the only form the server
/// reads in a filter.
#[derive(Debug, Clone)]
pub struct FilterValue(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Text(String),
    Instant(DateTime<Utc>),
}

impl FilterValue {
    /// The text to send, a datetime rounded down to the second.
    pub(crate) fn lower_bound(self) -> String {
        match self.0 {
            Kind::Text(text) => text,
            Kind::Instant(instant) => seconds(instant),
        }
    }

    /// The text to send, a datetime rounded up to the second.
    pub(crate) fn upper_bound(self) -> String {
        match self.0 {
            Kind::Instant(instant) if instant.nanosecond() > 0 => {
                let next = instant.checked_add_signed(TimeDelta::seconds(1));
                seconds(next.unwrap_or(instant))
            }
            _ => self.lower_bound(),
        }
    }
}

fn seconds(instant: DateTime<Utc>) -> String {
    instant.format("%Y-%m-%d %H:%M:%S").to_string()
}

impl From<Timestamp> for FilterValue {
    fn from(value: Timestamp) -> Self {
        Self(Kind::Instant(value.to_utc()))
    }
}

impl From<DateTime<Utc>> for FilterValue {
    fn from(value: DateTime<Utc>) -> Self {
        Self(Kind::Instant(value))
    }
}

impl From<&str> for FilterValue {
    fn from(value: &str) -> Self {
        Self(Kind::Text(value.to_owned()))
    }
}

impl From<String> for FilterValue {
    fn from(value: String) -> Self {
        Self(Kind::Text(value))
    }
}

macro_rules! equality_from {
    ($($type:ty),*) => { $(
        impl From<$type> for Filter {
            /// Equal to this.
            fn from(value: $type) -> Self {
                Filter::eq(value)
            }
        }
    )* };
}

macro_rules! text_from {
    ($($type:ty),*) => { $(
        impl From<$type> for FilterValue {
            fn from(value: $type) -> Self {
                Self(Kind::Text(value.to_string()))
            }
        }
    )* };
}

text_from!(&String, Uuid, &Uuid, bool, i32, i64, u32, u64, usize, f64);
equality_from!(
    Uuid,
    &Uuid,
    bool,
    i32,
    i64,
    u32,
    u64,
    usize,
    f64,
    Timestamp,
    DateTime<Utc>
);
