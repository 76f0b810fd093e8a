//! Which fields does a form have?

use super::nearest::hint;
use super::table::{Requests, Shape};
use super::text;

/// The value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    File,
}

/// Returns what is wrong with the fields of a form.
pub(super) fn problems(
    requests: &Requests,
    shape: usize,
    fields: &[(String, Value)],
) -> Vec<String> {
    let Shape::Object {
        members,
        required,
        extensible,
    } = requests.shape(shape)
    else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    for (name, value) in fields {
        match members.iter().find(|(known, _)| known == name) {
            Some((_, shape)) => {
                let problem = problem(requests, *shape, value);
                problems.extend(problem.map(|problem| format!("form field `{name}` {problem}")));
            }
            None if *extensible => {}
            None => {
                let near = hint(name, members.iter().map(|(known, _)| *known));
                let name = text::shortened(name);
                problems.push(format!("form field `{name}` is unknown{near}"));
            }
        }
    }
    let missing = required
        .iter()
        .filter(|name| !fields.iter().any(|(known, _)| known == **name));
    problems.extend(missing.map(|name| format!("form field `{name}` is required, but is missing")));
    problems
}

fn problem(requests: &Requests, shape: usize, value: &Value) -> Option<String> {
    match (requests.shape(shape), value) {
        (Shape::Nullable(inner) | Shape::List(inner), _) => problem(requests, *inner, value),
        (Shape::File | Shape::Any, Value::File) => None,
        (shape, Value::File) => {
            let expected = text::expected(requests, shape);
            Some(format!("is a file, but must be {expected}"))
        }
        (_, Value::Text(text)) => text::problem(requests, shape, text),
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Limit;
    use super::*;

    static UPLOAD: Requests = Requests {
        operations: &[],
        shapes: &[
            Shape::Object {
                members: &[("file", 1), ("more", 2), ("size", 4)],
                required: &["file"],
                extensible: false,
            },
            Shape::File,
            Shape::List(1),
            Shape::Integer,
            Shape::Nullable(5),
            Shape::Limited(3, &[Limit::AtLeast(1.0)]),
        ],
    };

    fn problems(fields: &[(&str, Value)]) -> Vec<String> {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        super::problems(&UPLOAD, 0, &fields.collect::<Vec<_>>())
    }

    #[test]
    fn files_may_be_repeated_in_a_list() {
        let fields = [
            ("file", Value::File),
            ("more", Value::File),
            ("more", Value::File),
        ];
        assert_eq!(problems(&fields), [""; 0]);
    }

    #[test]
    fn a_file_and_a_text_are_told_apart() {
        let text = || Value::Text("1,2".to_owned());
        assert_eq!(
            problems(&[("file", text()), ("size", Value::File)]),
            [
                "form field `file` is `1,2`, but must be a file",
                "form field `size` is a file, but must be a number without a fraction",
            ]
        );
    }
}
