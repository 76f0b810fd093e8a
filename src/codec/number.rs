//! Which numbers does a JSON text contain, and can `serde_json::Value` hold them?
//!
//! Without the feature `arbitrary_precision`, which would change the types of every program that
//! enables it anywhere, serde_json has numbers of 64 bits only.

use std::ops::Range;

use serde_json::Number;

/// Returns whether a value of serde_json keeps every digit of the numbers in a JSON text.
pub(crate) fn all_fit(text: &str) -> bool {
    places(text).all(|place| text.get(place).is_some_and(fits))
}

/// Returns a JSON text with others in place of some of its numbers.
pub(crate) fn replaced(text: &str, other: impl Fn(&str) -> Option<String>) -> String {
    let (mut replaced, mut end) = (String::with_capacity(text.len() + 16), 0);
    for place in places(text) {
        let number = text.get(place.clone()).unwrap_or_default();
        if let Some(other) = other(number) {
            replaced.push_str(text.get(end..place.start).unwrap_or_default());
            replaced.push_str(&other);
            end = place.end;
        }
    }
    replaced.push_str(text.get(end..).unwrap_or_default());
    replaced
}

/// Returns what to compare in place of a number: as it is written if 64 bits can hold its value, and
/// otherwise a string with a mark. So programs that enable `arbitrary_precision` compare alike.
pub(crate) fn comparable(number: &str) -> Option<String> {
    if has_value(number) {
        let is_float = number == "-0" || number.contains(['.', 'e', 'E']);
        return is_float.then(|| written(number)).flatten();
    }
    Some(format!("\"\\u0000{number}\""))
}

/// Returns whether a 64-bit integer or float has exactly the digits of a number.
pub(crate) fn fits(number: &str) -> bool {
    if number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return number != "-0" && (number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok());
    }
    written(number).is_some_and(|written| decimal(&written) == decimal(number))
}

/// Returns whether a 64-bit integer or float has exactly the value of a number, which may have more
/// digits: `1.50` has the value of `1.5`.
fn has_value(number: &str) -> bool {
    if !number.contains(['.', 'e', 'E']) {
        return number == "-0" || fits(number);
    }
    written(number).is_some_and(|written| value(&written) == value(number))
}

/// As [`decimal`], without zeros at the end of the digits.
fn value(number: &str) -> Option<(bool, String, i64)> {
    let (negative, digits, exponent) = decimal(number)?;
    let significant = digits.trim_end_matches('0').to_owned();
    let zeros = i64::try_from(digits.len() - significant.len()).ok()?;
    if significant.is_empty() {
        return Some((negative, significant, 0));
    }
    Some((negative, significant, exponent.checked_add(zeros)?))
}

/// Returns the float that is next to a number, as it is written.
fn written(number: &str) -> Option<String> {
    let float = number.parse::<f64>().ok().and_then(Number::from_f64)?;
    Some(float.to_string())
}

/// Returns whether a number is larger than every 64-bit float.
pub(crate) fn is_huge(number: &str) -> bool {
    number.parse::<f64>().is_ok_and(f64::is_infinite)
}

/// Returns the sign, the digits from the first that is not zero, and the power of ten of the last.
fn decimal(number: &str) -> Option<(bool, String, i64)> {
    let magnitude = number.strip_prefix('-').unwrap_or(number);
    let (mantissa, exponent) = magnitude.split_once(['e', 'E']).unwrap_or((magnitude, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let exponent: i64 = exponent.parse().ok()?;
    Some((
        magnitude.len() < number.len(),
        digits.trim_start_matches('0').to_owned(),
        exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?,
    ))
}

/// Returns the places of the numbers in a JSON text, which must be valid.
fn places(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'"' => at += 2 + string_length(bytes.get(at + 1..).unwrap_or_default()),
                b'-' | b'0'..=b'9' => {
                    let start = at;
                    let rest = bytes.get(at..).unwrap_or_default();
                    at += rest
                        .iter()
                        .take_while(|byte| is_part_of_number(**byte))
                        .count();
                    return Some(start..at);
                }
                _ => at += 1,
            }
        }
        None
    })
}

fn is_part_of_number(byte: u8) -> bool {
    byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')
}

/// Returns the length of the content of a string, up to its closing quote or the end of the text.
pub(crate) fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    text.iter()
        .position(|byte| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        })
        .unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_64_bits_fit() {
        for number in [
            "0",
            "-1",
            "18446744073709551615",
            "-9223372036854775808",
            "0.1",
            "1.0",
            "-0.0",
            "1.5e300",
            // As Python writes them.
            "1e-05",
            "1.234e-05",
            "1e+16",
            "1.2345678901234568e+20",
            "5e-324",
        ] {
            assert!(fits(number), "{number}");
        }
    }

    #[test]
    fn numbers_with_more_digits_do_not_fit() {
        for number in [
            "1180591620717411303424",
            "18446744073709551616",
            "-9223372036854775809",
            "1e400",
            "-1e400",
            "1e-400",
            "0.1000000000000000055",
            "1.10",
            "1e5",
            "-0",
            "1e99999999999999999999",
        ] {
            assert!(!fits(number), "{number}");
        }
        for number in ["1.10", "1e5", "-0", "0e7", "100.00", "1.50e-3"] {
            assert!(has_value(number) && !fits(number), "{number}");
        }
        for number in [
            "1e400",
            "1e-400",
            "0.1000000000000000055",
            "18446744073709551616",
        ] {
            assert!(!has_value(number), "{number}");
        }
        assert!(is_huge("1e400") && is_huge("-1E+400") && !is_huge("1e308"));
    }

    #[test]
    fn numbers_are_found_outside_of_strings() {
        let text = r#"{"a1\"2":[-1.5e+3,"4",5],"b":{"6\\":7 }}"#;
        let found: Vec<&str> = places(text).map(|place| &text[place]).collect();
        assert_eq!(found, ["-1.5e+3", "5", "7"]);
        assert_eq!(
            replaced(text, |number| (number.len() == 1)
                .then(|| format!("\"~{number}\""))),
            r#"{"a1\"2":[-1.5e+3,"4","~5"],"b":{"6\\":"~7" }}"#
        );
        assert!(all_fit(r#"["1e400",1]"#) && !all_fit(r#"["\\",1e400]"#));
    }
}
