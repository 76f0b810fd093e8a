//! An instant that keeps its written form.

mod parse;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::time::SystemTime;

use chrono::{DateTime, Datelike, FixedOffset, Timelike, Utc};
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant that keeps its written form.
///
/// The Workspace API writes datetimes in UTC *without* an offset (`"2026-11-21T18:09:41.784131"`).
/// Other parts of the platform write `Z` or `+00:00`. A `Timestamp` reads all these forms, and is
/// written back as the same text. A missing offset means UTC. Comparison, ordering and hashing use
/// only the instant.
///
/// A value that is converted from [`DateTime`] or [`SystemTime`] is written in UTC without an
/// offset, as the server does. The conversion drops fractions of a microsecond, because the server
/// cannot store them.
///
/// ```
/// use zenml::Timestamp;
///
/// let naive: Timestamp = "2026-11-21T18:09:41.784131".parse()?;
/// let offset: Timestamp = "2026-11-21T19:09:41.784131+01:00".parse()?;
/// assert_eq!(naive, offset);
/// assert_eq!(offset.to_string(), "2026-11-21T19:09:41.784131+01:00");
/// assert_eq!(naive.to_utc().timestamp(), 1_795_284_581);
/// # Ok::<(), zenml::types::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Timestamp {
    instant: DateTime<FixedOffset>,
    // One byte each: responses hold thousands of timestamps.
    separator: u8,
    fraction_digits: u8,
    offset_form: OffsetForm,
}

/// The written form of the offset.
#[derive(Clone, Copy)]
enum OffsetForm {
    /// No offset: UTC by ZenML's convention.
    Missing,
    /// `Z` or `z`.
    Zulu(u8),
    /// `+hh:mm`, or `+hhmm` without the colon. The sign is kept for `-00:00`.
    Numeric { sign: u8, colon: bool },
}

impl Timestamp {
    /// Returns the instant in UTC.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        self.instant.to_utc()
    }
}

impl From<DateTime<FixedOffset>> for Timestamp {
    fn from(instant: DateTime<FixedOffset>) -> Self {
        instant.to_utc().into()
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        let micros = instant.nanosecond() / 1_000;
        let instant = instant.with_nanosecond(micros * 1_000).unwrap_or(instant);
        Self {
            instant: instant.fixed_offset(),
            separator: b'T',
            // Like Python's `isoformat`, which the server uses.
            fraction_digits: if micros == 0 { 0 } else { 6 },
            offset_form: OffsetForm::Missing,
        }
    }
}

impl From<SystemTime> for Timestamp {
    fn from(instant: SystemTime) -> Self {
        DateTime::<Utc>::from(instant).into()
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.to_utc()
    }
}

impl PartialEq for Timestamp {
    fn eq(&self, other: &Self) -> bool {
        self.instant == other.instant
    }
}

impl Eq for Timestamp {}

impl PartialOrd for Timestamp {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timestamp {
    fn cmp(&self, other: &Self) -> Ordering {
        self.instant.cmp(&other.instant)
    }
}

impl Hash for Timestamp {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.instant.hash(state);
    }
}

const FORM: &str = "a datetime of the form 2026-11-21T18:09:41.784131 with an optional fraction (up to 9 \
                    digits) and an optional offset";

/// The error of parsing a [`Timestamp`] from text that is not a datetime.
///
/// `Display` quotes the text and describes the expected form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTimestampError {
    text: String,
}

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not {FORM}", self.text)
    }
}

impl std::error::Error for ParseTimestampError {}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse::timestamp(text).ok_or_else(|| ParseTimestampError {
            text: text.chars().take(64).collect(),
        })
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.instant.naive_local();
        // chrono counts a leap second as nanoseconds above one billion.
        let (second, nanos) = match local.nanosecond().checked_sub(1_000_000_000) {
            Some(nanos) => (local.second() + 1, nanos),
            None => (local.second(), local.nanosecond()),
        };
        write!(
            f,
            "{:04}-{:02}-{:02}{}{:02}:{:02}:{second:02}",
            local.year(),
            local.month(),
            local.day(),
            char::from(self.separator),
            local.hour(),
            local.minute(),
        )?;
        if self.fraction_digits > 0 {
            let digits = usize::from(self.fraction_digits);
            let fraction = nanos / 10_u32.pow(9 - u32::from(self.fraction_digits));
            write!(f, ".{fraction:0digits$}")?;
        }
        match self.offset_form {
            OffsetForm::Missing => Ok(()),
            OffsetForm::Zulu(zulu) => write!(f, "{}", char::from(zulu)),
            OffsetForm::Numeric { sign, colon } => {
                let minutes = self.instant.offset().local_minus_utc().abs() / 60;
                let (sign, colon) = (char::from(sign), if colon { ":" } else { "" });
                write!(f, "{sign}{:02}{colon}{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TimestampVisitor)
    }
}

struct TimestampVisitor;

impl serde_core::de::Visitor<'_> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FORM)
    }

    fn visit_str<E: serde_core::de::Error>(self, text: &str) -> Result<Timestamp, E> {
        // As an invalid value, which the errors of responses do not quote.
        let invalid = |_| E::invalid_value(serde_core::de::Unexpected::Str(text), &self);
        text.parse().map_err(invalid)
    }
}

#[cfg(test)]
mod tests;
