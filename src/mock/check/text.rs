//! Which text is a value of a parameter or of a form?

use uuid::Uuid;

use super::limits::unmet;
use super::nearest::hint;
use super::table::{Limit, Requests, Shape};
use crate::Timestamp;
use crate::error::escape;

/// The texts that the server reads as a boolean (pydantic).
const BOOLEANS: [&str; 12] = [
    "0", "1", "f", "false", "n", "no", "off", "on", "t", "true", "y", "yes",
];

/// Returns the end of a sentence that says why the text is not a value of the shape, if it is not.
pub(super) fn problem(requests: &Requests, shape: usize, text: &str) -> Option<String> {
    let is_value = match requests.shape(shape) {
        Shape::Nullable(inner) | Shape::List(inner) => return problem(requests, *inner, text),
        Shape::Limited(number, limits) => {
            return problem(requests, *number, text).or_else(|| beyond(limits, text));
        }
        Shape::Enum(values) => return not_in_enum(values, text),
        Shape::Boolean => BOOLEANS.contains(&text.to_lowercase().as_str()),
        Shape::Integer => text.parse::<i64>().is_ok() || text.parse::<u64>().is_ok(),
        Shape::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
        Shape::Uuid => Uuid::parse_str(text).is_ok(),
        Shape::Timestamp => text.parse::<Timestamp>().is_ok(),
        Shape::Any | Shape::Text | Shape::Filter | Shape::OneOf(_) => true,
        Shape::File
        | Shape::Tuple(_)
        | Shape::Map(_)
        | Shape::Object { .. }
        | Shape::Tagged { .. } => false,
    };
    let expected = expected(requests, requests.shape(shape));
    (!is_value).then(|| format!("is `{}`, but must be {expected}", shortened(text)))
}

/// Returns what values of a shape are, as a noun.
pub(super) fn expected(requests: &Requests, shape: &Shape) -> &'static str {
    match shape {
        Shape::Boolean => "true or false",
        Shape::Integer => "a number without a fraction",
        Shape::Number => "a number",
        Shape::Limited(number, _) => expected(requests, requests.shape(*number)),
        Shape::Uuid => "a UUID",
        Shape::Timestamp => "a datetime",
        Shape::Text | Shape::Enum(_) => "text",
        Shape::Filter => "a condition, or a list of conditions",
        Shape::File => "a file",
        Shape::List(_) | Shape::Tuple(_) => "a list",
        Shape::Map(_) | Shape::Object { .. } | Shape::Tagged { .. } => "an object",
        Shape::Any | Shape::Nullable(_) | Shape::OneOf(_) => "another value",
    }
}

/// Returns the end of a sentence that says that a number is beyond its limits, if it is.
fn beyond(limits: &[Limit], text: &str) -> Option<String> {
    let limits = unmet(limits, text.parse().ok()?)?;
    Some(format!("is `{}`, but must be {limits}", shortened(text)))
}

/// Returns the end of a sentence that says that a text is not in an enum, if it is not.
pub(super) fn not_in_enum(values: &'static [&'static str], text: &str) -> Option<String> {
    if values.contains(&text) {
        return None;
    }
    let text = shortened(text);
    Some(match values {
        [only] => format!("is `{text}`, but must be `{only}`"),
        few if few.len() <= 6 => {
            format!("is `{text}`, but must be one of `{}`", few.join("`, `"))
        }
        many => {
            let near = hint(&text, many.iter().copied());
            format!(
                "is `{text}`, which is not one of its {} values{near}",
                many.len()
            )
        }
    })
}

/// Returns the text, or its beginning if it is long.
pub(super) fn shortened(text: &str) -> String {
    escape::shortened(text, 60)
}
