use std::time::{Duration, SystemTime};

use chrono::{DateTime, NaiveDateTime};
use http::{HeaderMap, header};

/// The dates of earlier days, which RFC 9110 (5.6.7) has recipients read too: those of RFC 850,
/// and those of C's `asctime`. Two digits of a year are of 1970 to 2069.
const OBSOLETE: [&str; 2] = ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"];

/// How long a server asks to wait: its `Retry-After`, in seconds or as a date.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    // What has passed already asks for no wait.
    Some(date(text)?.duration_since(now).unwrap_or_default())
}

fn date(text: &str) -> Option<SystemTime> {
    if let Ok(date) = DateTime::parse_from_rfc2822(text) {
        return Some(date.into());
    }
    OBSOLETE.iter().find_map(|form| {
        let date = NaiveDateTime::parse_from_str(text, form).ok()?;
        Some(date.and_utc().into())
    })
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
        // Two digits of a year, and two of a day.
        let next_century = Duration::from_secs(2_000_000_010 - 784_111_767);
        for date in [
            "Wednesday, 18-May-33 03:33:30 GMT",
            "Wed May 18 03:33:30 2033",
        ] {
            assert_eq!(read(date), Some(next_century.as_secs()), "{date}");
        }
    }

    #[test]
    fn anything_else_asks_for_nothing() {
        for value in ["", "soon", "-1", "1.5", "1994-11-06", "Sun Nov 6"] {
            assert_eq!(read(value), None, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), SystemTime::UNIX_EPOCH), None);
    }
}
