//! Which parameters does an operation have?

use super::nearest::hint;
use super::table::{Operation, Requests, Shape};
use super::text;

/// Checks the values of the parameters in the path.
pub(super) fn path(requests: &Requests, operation: &Operation, values: &[String]) -> Vec<String> {
    let parameters = operation.parameters.iter().zip(values);
    let problems = parameters.flat_map(|((name, shape), value)| {
        // A list is one segment, with commas.
        let values: Vec<&str> = match requests.shape(*shape) {
            Shape::List(_) => value.split(',').collect(),
            _ => vec![value],
        };
        let problems = values
            .into_iter()
            .filter_map(|text| text::problem(requests, *shape, text));
        problems.map(move |problem| format!("path parameter `{name}` {problem}"))
    });
    problems.collect()
}

/// Checks the parameters in the query.
pub(super) fn query(
    requests: &Requests,
    operation: &Operation,
    query: &[(String, String)],
) -> Vec<String> {
    let given = |name: &str| query.iter().filter(|(known, _)| known == name).count();
    let mut problems = Vec::new();
    for (index, (name, value)) in query.iter().enumerate() {
        let Some((_, shape)) = operation.query.iter().find(|(known, _)| known == name) else {
            let near = hint(name, operation.query.iter().map(|(known, _)| *known));
            problems.push(format!("query parameter `{name}` is unknown{near}"));
            continue;
        };
        if let Some(problem) = text::problem(requests, *shape, value) {
            problems.push(format!("query parameter `{name}` {problem}"));
        }
        let is_first = query.iter().position(|(known, _)| known == name) == Some(index);
        if is_first && given(name) > 1 && !is_list(requests, *shape) {
            let times = given(name);
            problems.push(format!(
                "query parameter `{name}` is given {times} times, but has one value"
            ));
        }
    }
    let missing = operation.required.iter().filter(|name| given(name) == 0);
    problems.extend(
        missing.map(|name| format!("query parameter `{name}` is required, but is missing")),
    );
    problems
}

/// Returns whether a parameter may be given several times.
fn is_list(requests: &Requests, shape: usize) -> bool {
    match requests.shape(shape) {
        Shape::Nullable(inner) => is_list(requests, *inner),
        Shape::Any | Shape::Filter | Shape::List(_) => true,
        _ => false,
    }
}
