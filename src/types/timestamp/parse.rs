//! Reading a timestamp from text.
//!
//! Pages hold thousands of timestamps, so this is faster than a general parser: it accepts the
//! few forms that servers write, and does not allocate.

use std::ops::Range;

use chrono::{FixedOffset, NaiveDate};

use super::{OffsetForm, Timestamp};

pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    const SECONDS: &str = "0000-00-00T00:00:00";
    let (whole, rest) = text.split_at_checked(SECONDS.len())?;
    let separator = *whole.as_bytes().get("0000-00-00".len())?;
    if !matches!(separator, b'T' | b't' | b' ') || !is_shaped_like(whole, SECONDS) {
        return None;
    }
    let number = |at: Range<usize>| whole.get(at)?.parse().ok();
    let year = whole.get(..4)?.parse().ok()?;
    let date = NaiveDate::from_ymd_opt(year, number(5..7)?, number(8..10)?)?;
    // chrono counts a leap second as nanoseconds above one billion.
    let (second, leap) = match number(17..19)? {
        60 => (59, 1_000_000_000),
        second => (second, 0),
    };
    let (nanos, fraction_digits, rest) = fraction(rest)?;
    let local = date.and_hms_nano_opt(number(11..13)?, number(14..16)?, second, leap + nanos)?;
    let (offset, offset_form) = offset(rest)?;
    Some(Timestamp {
        instant: local.and_local_timezone(offset).single()?,
        separator,
        fraction_digits,
        offset_form,
    })
}

/// Returns the nanoseconds, the number of digits, and the text after the fraction.
fn fraction(text: &str) -> Option<(u32, u8, &str)> {
    let Some(text) = text.strip_prefix('.') else {
        return Some((0, 0, text));
    };
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let digits @ 1..=9 = u8::try_from(length).ok()? else {
        return None;
    };
    let (fraction, rest) = text.split_at_checked(length)?;
    let nanos = fraction.parse::<u32>().ok()? * 10_u32.pow(9 - u32::from(digits));
    Some((nanos, digits, rest))
}

fn offset(text: &str) -> Option<(FixedOffset, OffsetForm)> {
    let utc = FixedOffset::east_opt(0)?;
    let sign = match text.as_bytes() {
        [] => return Some((utc, OffsetForm::Missing)),
        [zulu @ (b'Z' | b'z')] => return Some((utc, OffsetForm::Zulu(*zulu))),
        [sign @ (b'+' | b'-'), ..] => *sign,
        _ => return None,
    };
    let digits = text.get(1..)?;
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
    let offset = FixedOffset::east_opt(if sign == b'-' { -seconds } else { seconds })?;
    Some((offset, OffsetForm::Numeric { sign, colon }))
}

/// Returns `true` if `text` has digits and punctuation where `pattern` has them. Letters in the
/// pattern match any byte.
fn is_shaped_like(text: &str, pattern: &str) -> bool {
    text.len() == pattern.len()
        && text
            .bytes()
            .zip(pattern.bytes())
            .all(|(byte, like)| match like {
                b'0' => byte.is_ascii_digit(),
                b'-' | b':' => byte == like,
                _ => true,
            })
}
