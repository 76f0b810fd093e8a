//! Which delay does a server ask for with `Retry-After` (RFC 9110, section 10.2.3)?

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};

/// Returns the delay that the server asks for: seconds, or a date in one of the three forms of HTTP.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if is_number(text) {
        // A fraction is rounded up. A number above `u64::MAX` counts as that.
        let seconds: f64 = text.parse().ok()?;
        return Some(Duration::from_secs(seconds.ceil() as u64));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    // A date in the past means no delay.
    Some(date.duration_since(now).unwrap_or_default())
}

/// Returns whether the text is a decimal number, which may have a fraction.
fn is_number(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    [whole, fraction]
        .iter()
        .all(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<u64> {
        let headers = HeaderMap::from_iter([(header::RETRY_AFTER, value.parse().unwrap())]);
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_767);
        retry_after(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates_are_read() {
        assert_eq!(read("120"), Some(120));
        assert_eq!(read(" 0 "), Some(0));
        assert_eq!(read("0.5"), Some(1));
        assert_eq!(read("2.0"), Some(2));
        assert_eq!(read("99999999999999999999999"), Some(u64::MAX));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(10));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:17 GMT"), Some(0));
    }

    #[test]
    fn all_three_forms_of_a_date_are_read() {
        for date in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(read(date), Some(10), "{date}");
        }
        // A year of two digits in the next century, and a day of two digits.
        let next_century = Duration::from_secs(2_000_000_010 - 784_111_767);
        for date in [
            "Wednesday, 18-May-33 03:33:30 GMT",
            "Wed May 18 03:33:30 2033",
        ] {
            assert_eq!(read(date), Some(next_century.as_secs()), "{date}");
        }
    }

    #[test]
    fn any_other_value_is_ignored() {
        for value in [
            "",
            "soon",
            "-1",
            "1.",
            ".5",
            "1e3",
            "inf",
            "1994-11-06",
            "Sun Nov 6",
        ] {
            assert_eq!(read(value), None, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), SystemTime::UNIX_EPOCH), None);
    }
}
