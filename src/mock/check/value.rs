//! Which JSON is a value of a shape?

use serde_json::{Map, Value};
use uuid::Uuid;

use super::limits::unmet;
use super::nearest::hint;
use super::table::{Requests, Shape};
use super::text::{expected, not_in_enum, shortened};
use crate::Timestamp;
use crate::codec::decode::is_identifier;

/// How the problem of a number beyond its limits begins, after the path.
const OUT_OF_RANGE: &str = "is out of range";

/// Returns what is wrong with a value. Each problem begins with the path of the value.
pub(super) fn problems(
    requests: &Requests,
    shape: usize,
    value: &Value,
    path: &str,
) -> Vec<String> {
    let all = |indices: &[usize], items: &[Value]| -> Vec<String> {
        let items = items.iter().zip(indices).enumerate();
        items
            .flat_map(|(n, (item, shape))| {
                problems(requests, *shape, item, &format!("{path}[{n}]"))
            })
            .collect()
    };
    match (requests.shape(shape), value) {
        (Shape::Any, _) | (Shape::Nullable(_), Value::Null) => Vec::new(),
        (Shape::Nullable(inner), value) => problems(requests, *inner, value, path),
        (Shape::Limited(number, limits), value) => {
            let problems = problems(requests, *number, value, path);
            let beyond = value.as_f64().and_then(|number| unmet(limits, number));
            match beyond {
                Some(limits) if problems.is_empty() => {
                    vec![format!("{path} {OUT_OF_RANGE}: it must be {limits}")]
                }
                _ => problems,
            }
        }
        (Shape::Enum(values), Value::String(text)) => {
            let problem = not_in_enum(values, text);
            problem
                .into_iter()
                .map(|problem| format!("{path} {problem}"))
                .collect()
        }
        (Shape::List(item), Value::Array(items)) => all(&vec![*item; items.len()], items),
        (Shape::Tuple(shapes), Value::Array(items)) if items.len() == shapes.len() => {
            all(shapes, items)
        }
        (Shape::Tuple(shapes), Value::Array(items)) => {
            let (found, expected) = (items.len(), shapes.len());
            vec![format!(
                "{path} has {found} items, but must have {expected}"
            )]
        }
        (Shape::Map(values), Value::Object(members)) => {
            let members = members.iter();
            members
                .flat_map(|(name, value)| problems(requests, *values, value, &member(path, name)))
                .collect()
        }
        (Shape::Object { .. }, Value::Object(members)) => {
            object(requests, requests.shape(shape), members, path)
        }
        (Shape::OneOf(shapes), value) => one_of(requests, shapes, value, path),
        (Shape::Tagged { tag, variants }, Value::Object(_)) => {
            tagged(requests, (tag, variants), value, path)
        }
        (shape, value) if is_scalar(shape, value) => Vec::new(),
        (shape, value) => {
            let (found, expected) = (kind(value), expected(requests, shape));
            vec![format!("{path} is {found}, but must be {expected}")]
        }
    }
}

fn object(
    requests: &Requests,
    shape: &Shape,
    given: &Map<String, Value>,
    path: &str,
) -> Vec<String> {
    let Shape::Object {
        members,
        required,
        extensible,
    } = shape
    else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    for (name, value) in given {
        match members.iter().find(|(known, _)| known == name) {
            Some((_, shape)) => {
                problems.extend(self::problems(requests, *shape, value, &member(path, name)));
            }
            None if *extensible => {}
            None => {
                let near = hint(name, members.iter().map(|(known, _)| *known));
                let name = shortened(name);
                problems.push(format!("{path} has the unknown field `{name}`{near}"));
            }
        }
    }
    let missing = required.iter().filter(|name| !given.contains_key(**name));
    problems.extend(missing.map(|name| format!("{path} lacks the required field `{name}`")));
    problems
}

/// Returns the problems with the shape that the value resembles most.
fn one_of(requests: &Requests, shapes: &[usize], value: &Value, path: &str) -> Vec<String> {
    let tried = shapes.iter().map(|index| {
        let problems = problems(requests, *index, value, path);
        let is_other_kind = |problem: &String| {
            problem.starts_with(&format!("{path} is "))
                && !problem.starts_with(&format!("{path} {OUT_OF_RANGE}"))
        };
        (problems.iter().any(is_other_kind), problems)
    });
    let best = tried.min_by_key(|(is_other_kind, problems)| (*is_other_kind, problems.len()));
    best.map(|(_, problems)| problems).unwrap_or_default()
}

fn tagged(
    requests: &Requests,
    (tag, variants): (&str, &'static [(&'static str, usize)]),
    value: &Value,
    path: &str,
) -> Vec<String> {
    let place = tag.split('/').skip(1).fold(path.to_owned(), |path, name| {
        member(&path, &name.replace("~1", "/").replace("~0", "~"))
    });
    let text = match value.pointer(tag) {
        Some(Value::String(text)) => text.clone(),
        Some(found @ (Value::Number(_) | Value::Bool(_))) => found.to_string(),
        _ => {
            return vec![format!(
                "{place} is required, because it selects the type of {path}"
            )];
        }
    };
    match variants.iter().find(|(known, _)| *known == text) {
        Some((_, shape)) => problems(requests, *shape, value, path),
        None => {
            let known: Vec<&str> = variants.iter().map(|(known, _)| *known).collect();
            let (text, known) = (shortened(&text), known.join("`, `"));
            vec![format!("{place} is `{text}`, but must be one of `{known}`")]
        }
    }
}

fn is_scalar(shape: &Shape, value: &Value) -> bool {
    match (shape, value) {
        (Shape::Boolean, Value::Bool(_))
        | (Shape::Number, Value::Number(_))
        | (Shape::Text, Value::String(_))
        | (Shape::Filter, Value::String(_) | Value::Number(_) | Value::Bool(_)) => true,
        (Shape::Integer, Value::Number(number)) => number.as_f64().is_none_or(|n| n.fract() == 0.0),
        (Shape::Uuid, Value::String(text)) => Uuid::parse_str(text).is_ok(),
        (Shape::Timestamp, Value::String(text)) => text.parse::<Timestamp>().is_ok(),
        (Shape::Filter, Value::Array(conditions)) => {
            !conditions.is_empty() && conditions.iter().all(|one| is_scalar(shape, one))
        }
        _ => false,
    }
}

/// Returns the kind of a value, as a noun. The value itself may be secret.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Returns the path of a member.
fn member(path: &str, name: &str) -> String {
    if is_identifier(name) {
        format!("{path}.{name}")
    } else {
        format!("{path}[\"{}\"]", shortened(name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::table::Limit;
    use super::*;

    static TEXT_OR_SIZE: Requests = Requests {
        operations: &[],
        shapes: &[
            Shape::OneOf(&[1, 2]),
            Shape::Text,
            Shape::Limited(3, &[Limit::AtLeast(1.0)]),
            Shape::Integer,
        ],
    };

    #[test]
    fn a_number_beyond_its_limits_resembles_a_number_more_than_a_text() {
        let problems = problems(&TEXT_OR_SIZE, 0, &json!(0), "$");
        assert_eq!(problems, ["$ is out of range: it must be at least 1"]);
    }
}
