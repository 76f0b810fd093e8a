//! Which operation has a method and path?

use std::collections::BTreeSet;

use percent_encoding::percent_decode_str;

use super::nearest::{cost, distance};
use super::table::{Operation, Requests};

/// Returns the operation, and the decoded values of the parameters in its path.
///
/// # Errors
/// Returns a sentence that names the nearest path, or the methods of the path.
pub(super) fn find(
    requests: &Requests,
    method: &str,
    path: &str,
) -> Result<(&'static Operation, Vec<String>), String> {
    let operations = requests.operations.iter();
    let matching: Vec<_> = operations
        .filter_map(|operation| Some((operation, values(operation.path, path)?)))
        .collect();
    let found = matching
        .iter()
        .filter(|(operation, _)| operation.method == method)
        // A path without parameters has precedence over one with them.
        .min_by_key(|(_, values)| values.len());
    if let Some((operation, values)) = found {
        return Ok((operation, values.clone()));
    }
    if matching.is_empty() {
        return Err(unknown(requests, path));
    }
    let methods: BTreeSet<&str> = matching.iter().map(|(one, _)| one.method).collect();
    let methods = methods.into_iter().collect::<Vec<_>>().join(", ");
    Err(format!(
        "{method} is not a method of `{path}`, which has {methods}"
    ))
}

/// Returns the decoded parameters of a path, if the template matches it.
fn values(template: &str, path: &str) -> Option<Vec<String>> {
    let (mut templates, mut segments) = (template.split('/'), path.split('/'));
    let mut values = Vec::new();
    loop {
        match (templates.next(), segments.next()) {
            (None, None) => return Some(values),
            (Some(template), Some(segment)) => values.extend(value(template, segment)?),
            _ => return None,
        }
    }
}

/// Returns the parameter in a segment, if the template has one.
fn value(template: &str, segment: &str) -> Option<Option<String>> {
    let Some((before, rest)) = template.split_once('{') else {
        return (template == segment).then_some(None);
    };
    let (_, after) = rest.split_once('}')?;
    let text = segment.strip_prefix(before)?.strip_suffix(after)?;
    let text = percent_decode_str(text).decode_utf8_lossy();
    (!text.is_empty()).then(|| Some(text.into_owned()))
}

fn unknown(requests: &Requests, path: &str) -> String {
    let segments: Vec<&str> = path.split('/').collect();
    let difference = |template: &str| {
        let templates: Vec<&str> = template.split('/').collect();
        let length = |segment: &&str| segment.len() + 1;
        cost(
            &segments,
            &templates,
            length,
            length,
            |segment, template| match value(template, segment) {
                Some(_) => 0,
                None => distance(segment, template),
            },
        )
    };
    let near = requests.operations.iter().map(|one| one.path);
    match near.min_by_key(|template| difference(template)) {
        Some(near) => format!("no operation has the path `{path}`; the nearest is `{near}`"),
        None => format!("no operation has the path `{path}`"),
    }
}
