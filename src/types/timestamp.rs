use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::str::FromStr;

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta, Timelike, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An instant, as ZenML servers write it.
///
/// ZenML's Workspace API writes datetimes in UTC *without* an offset
/// (`"2026-11-21T18:09:41.784131"`), other parts of the platform write `Z` or `+00:00`. All of them
/// are read here, a missing offset means UTC, and the value remembers its written form, so that
/// reading and writing gives the same text back. Comparison, ordering and hashing look at the
/// instant alone.
///
/// A value made from a [`DateTime`] is written as the server writes it: UTC, no offset,
/// microseconds. It is cut to whole microseconds when it is made, because that is what a server
/// can store.
///
/// ```
/// use zenml::Timestamp;
///
/// let naive: Timestamp = "2026-11-21T18:09:41.784131".parse()?;
/// let offset: Timestamp = "2026-11-21T19:09:41.784131+01:00".parse()?;
/// assert_eq!(naive, offset);
/// assert_eq!(offset.to_string(), "2026-11-21T19:09:41.784131+01:00");
/// assert_eq!(naive.to_utc().timestamp(), 1_795_284_581);
/// # Ok::<(), zenml::ParseTimestampError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Timestamp {
    instant: DateTime<Utc>,
    form: Form,
}

/// How the instant was written.
#[derive(Clone, Copy)]
struct Form {
    separator: char,
    fraction_digits: u8,
    offset: Offset,
}

#[derive(Clone, Copy)]
enum Offset {
    /// Nothing: UTC by ZenML's convention.
    Missing,
    /// `Z` or `z`.
    Zulu(char),
    /// `+hh:mm`, or `+hhmm` without the colon. `-00:00` keeps its sign.
    Numeric {
        seconds: i32,
        negative: bool,
        colon: bool,
    },
}

impl Timestamp {
    /// The instant in UTC.
    #[must_use]
    pub fn to_utc(self) -> DateTime<Utc> {
        self.instant
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(instant: DateTime<Utc>) -> Self {
        let micros = instant.nanosecond() / 1_000;
        let instant = instant.with_nanosecond(micros * 1_000).unwrap_or(instant);
        // Python's `isoformat`, which the server uses, leaves a fraction of zero out.
        let fraction_digits = if micros == 0 { 0 } else { 6 };
        Self {
            instant,
            form: Form {
                separator: 'T',
                fraction_digits,
                offset: Offset::Missing,
            },
        }
    }
}

impl From<DateTime<FixedOffset>> for Timestamp {
    fn from(instant: DateTime<FixedOffset>) -> Self {
        instant.with_timezone(&Utc).into()
    }
}

impl From<std::time::SystemTime> for Timestamp {
    fn from(instant: std::time::SystemTime) -> Self {
        DateTime::<Utc>::from(instant).into()
    }
}

impl From<Timestamp> for DateTime<Utc> {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.instant
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

/// The text is no datetime that a [`Timestamp`] can hold.
///
/// Its message quotes the text and says what is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTimestampError {
    text: String,
}

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no datetime; expected the form 2026-11-21T18:09:41.784131, \
             where fraction (up to 9 digits) and offset may be missing",
            self.text
        )
    }
}

impl std::error::Error for ParseTimestampError {}

impl FromStr for Timestamp {
    type Err = ParseTimestampError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| ParseTimestampError {
            text: text.chars().take(64).collect(),
        })
    }
}

fn parse(text: &str) -> Option<Timestamp> {
    const SECONDS: &str = "2026-11-21T18:09:41";
    let (whole, rest) = text.split_at_checked(SECONDS.len())?;
    let separator = char::from(*whole.as_bytes().get("2026-11-21".len())?);
    if !matches!(separator, 'T' | 't' | ' ') || !is_shaped_like(whole, SECONDS) {
        return None;
    }
    let number = |at: Range<usize>| whole.get(at)?.parse().ok();
    let date =
        NaiveDate::from_ymd_opt(whole.get(..4)?.parse().ok()?, number(5..7)?, number(8..10)?);
    // A leap second is a nanosecond count above one billion in chrono; a fraction adds to it.
    let (second, leap) = match number(17..19)? {
        60 => (59, 1_000_000_000),
        second => (second, 0),
    };

    let (nanos, fraction_digits, rest) = match rest.strip_prefix('.') {
        None => (0, 0, rest),
        Some(rest) => {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            if !(1..=9).contains(&digits) {
                return None;
            }
            let (fraction, rest) = rest.split_at_checked(digits)?;
            let digits = u8::try_from(digits).ok()?;
            let unit = 10_u32.pow(9 - u32::from(digits));
            (fraction.parse::<u32>().ok()? * unit, digits, rest)
        }
    };
    let naive = date?.and_hms_nano_opt(number(11..13)?, number(14..16)?, second, leap + nanos)?;

    let offset = parse_offset(rest)?;
    let shift = match offset {
        Offset::Numeric { seconds, .. } => TimeDelta::seconds(i64::from(seconds)),
        Offset::Missing | Offset::Zulu(_) => TimeDelta::zero(),
    };
    Some(Timestamp {
        instant: naive.checked_sub_signed(shift)?.and_utc(),
        form: Form {
            separator,
            fraction_digits,
            offset,
        },
    })
}

fn parse_offset(text: &str) -> Option<Offset> {
    let mut chars = text.chars();
    let negative = match (chars.next(), text.len()) {
        (None, _) => return Some(Offset::Missing),
        (Some(zulu @ ('Z' | 'z')), 1) => return Some(Offset::Zulu(zulu)),
        (Some('+'), _) => false,
        (Some('-'), _) => true,
        _ => return None,
    };
    let digits = chars.as_str();
    let colon = is_shaped_like(digits, "00:00");
    if !colon && !is_shaped_like(digits, "0000") {
        return None;
    }
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(digits.len() - 2..)?.parse().ok()?;
    if hours > 23 || minutes > 59 {
        return None;
    }
    let seconds = (hours * 60 + minutes) * 60;
    Some(Offset::Numeric {
        seconds: if negative { -seconds } else { seconds },
        negative,
        colon,
    })
}

/// Whether digits stand where the pattern has digits and the same punctuation elsewhere. Letters
/// and spaces of the pattern match anything.
fn is_shaped_like(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, like)| match like {
                b'0'..=b'9' => byte.is_ascii_digit(),
                b'-' | b':' => byte == like,
                _ => true,
            })
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Form {
            separator,
            fraction_digits,
            offset,
        } = self.form;
        let shift = match offset {
            Offset::Numeric { seconds, .. } => TimeDelta::seconds(i64::from(seconds)),
            Offset::Missing | Offset::Zulu(_) => TimeDelta::zero(),
        };
        let local = self
            .instant
            .naive_utc()
            .checked_add_signed(shift)
            .ok_or(fmt::Error)?;
        let (second, nanos) = match local.nanosecond().checked_sub(1_000_000_000) {
            Some(nanos) => (local.second() + 1, nanos),
            None => (local.second(), local.nanosecond()),
        };
        write!(
            f,
            "{:04}-{:02}-{:02}{separator}{:02}:{:02}:{second:02}",
            local.year(),
            local.month(),
            local.day(),
            local.hour(),
            local.minute(),
        )?;
        if fraction_digits > 0 {
            let digits = format!("{nanos:09}");
            let width = usize::from(fraction_digits);
            write!(f, ".{}", digits.get(..width).unwrap_or(&digits))?;
        }
        match offset {
            Offset::Missing => Ok(()),
            Offset::Zulu(zulu) => write!(f, "{zulu}"),
            Offset::Numeric {
                seconds,
                negative,
                colon,
            } => {
                let minutes = seconds.abs() / 60;
                let sign = if negative { '-' } else { '+' };
                let colon = if colon { ":" } else { "" };
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

impl serde::de::Visitor<'_> for TimestampVisitor {
    type Value = Timestamp;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a datetime string")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Timestamp, E> {
        text.parse().map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_a_server_writes_survives_reading_and_writing() {
        for text in [
            "2026-11-21T18:09:41.784131",
            "2026-11-21T18:09:41",
            "2026-11-21T18:09:41.000000",
            "2026-11-21T18:09:41.780",
            "2026-11-21T18:09:41.7",
            "2026-11-21T18:09:41.123456789",
            "2026-11-21 18:09:41",
            "2026-11-21 18:09:41.784131",
            "2026-11-21T18:09:41Z",
            "2026-11-21t18:09:41z",
            "2026-11-21T18:09:41.784131Z",
            "2026-11-21T18:09:41.784131+00:00",
            "2026-11-21T18:09:41.784131-00:00",
            "2026-11-21 18:09:41+05:30",
            "2026-11-21T18:09:41.5-0800",
            "2016-12-31T23:59:60.5Z",
            "0001-01-01T00:00:00",
            "9999-12-31T23:59:59.999999",
        ] {
            let json = format!("{text:?}");
            let read: Timestamp = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
    }

    #[test]
    fn a_missing_offset_means_utc() {
        let naive: Timestamp = "2026-11-21T18:09:41.784131".parse().unwrap();
        let zulu: Timestamp = "2026-11-21T18:09:41.784131Z".parse().unwrap();
        assert_eq!(naive, zulu);
    }

    #[test]
    fn an_offset_shifts_the_instant() {
        let berlin: Timestamp = "2026-11-21T19:00:00+01:00".parse().unwrap();
        let utc: Timestamp = "2026-11-21T18:00:00".parse().unwrap();
        let new_york: Timestamp = "2026-11-21T13:00:01-05:00".parse().unwrap();
        assert_eq!(berlin, utc);
        assert!(new_york > utc);
    }

    #[test]
    fn equal_instants_hash_alike_however_they_are_written() {
        let instants: std::collections::HashSet<Timestamp> = [
            "2026-11-21T18:00:00Z",
            "2026-11-21 18:00:00",
            "2026-11-21T20:00:00.000+02:00",
        ]
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
        assert_eq!(instants.len(), 1);
    }

    #[test]
    fn a_value_made_from_chrono_is_written_as_the_server_writes() {
        let instant = DateTime::from_timestamp(1_795_284_581, 784_131_999).unwrap();
        assert_eq!(
            Timestamp::from(instant).to_string(),
            "2026-11-21T18:09:41.784131"
        );
        let whole = DateTime::from_timestamp(1_795_284_581, 0).unwrap();
        assert_eq!(Timestamp::from(whole).to_string(), "2026-11-21T18:09:41");
    }

    #[test]
    fn a_value_made_from_chrono_equals_itself_after_a_round_trip() {
        let made: Timestamp = DateTime::from_timestamp(1_795_284_581, 784_131_999)
            .unwrap()
            .into();
        assert_eq!(made.to_string().parse(), Ok(made));
        assert_eq!(
            DateTime::<Utc>::from(made).timestamp_subsec_nanos(),
            784_131_000
        );
    }

    #[test]
    fn what_is_no_datetime_is_refused_with_the_text() {
        for text in [
            "",
            "yesterday",
            "2026-11-21",
            "2026-13-21T18:09:41",
            "2026-11-21X18:09:41",
            "2026-11-21T18:09",
            "2026-11-21T18:09:41.",
            "2026-11-21T18:09:41.1234567890",
            "2026-11-21T18:09:41+1:00",
            "2026-11-21T18:09:41+24:00",
            "2026-11-21T18:09:41+00:00 ",
            "2026-11-21T 8:09:41",
            "+026-11-21T18:09:41",
            "2026-11-21T18:09:4é",
            "9999-12-31T23:59:59-éé",
        ] {
            let error = text.parse::<Timestamp>().unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
        }
    }

    #[test]
    fn debug_shows_the_written_form() {
        let read: Timestamp = "2026-11-21T18:09:41Z".parse().unwrap();
        assert_eq!(format!("{read:?}"), "Timestamp(2026-11-21T18:09:41Z)");
    }
}
