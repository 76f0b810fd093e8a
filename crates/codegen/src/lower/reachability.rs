//! Which schemas are sent, which are received, and which no operation uses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::media_type::{MULTIPART, essence};

use crate::openapi::operations;
use crate::pointer::escape;
use crate::reference::{closure, references, target};

/// Where a schema is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Direction {
    pub request: bool,
    pub response: bool,
}

impl Direction {
    pub(super) const fn note(self) -> &'static str {
        match (self.request, self.response) {
            (true, true) => "both",
            (true, false) => "request",
            _ => "response",
        }
    }
}

/// Returns for each schema of the document whether a request body or a response leads to it.
pub(super) fn directions(document: &Value) -> BTreeMap<String, Direction> {
    let schema = |name: &str| document.pointer(&format!("/components/schemas/{}", escape(name)));
    let (mut sent, mut received) = (Vec::new(), Vec::new());
    for found in operations(document) {
        if let Some(body) = found.operation.get("requestBody") {
            references(body, &mut sent);
        }
        if let Some(responses) = found.operation.get("responses") {
            references(responses, &mut received);
        }
    }
    let mut result: BTreeMap<String, Direction> = BTreeMap::new();
    for name in closure(sent, schema) {
        result.entry(name).or_default().request = true;
    }
    for name in closure(received, schema) {
        result.entry(name).or_default().response = true;
    }
    result
}

/// Returns the schemas that are bodies of the type `multipart/form-data`.
pub(super) fn multipart(document: &Value) -> BTreeSet<String> {
    let bodies = operations(document).filter_map(|found| {
        let content = found
            .operation
            .pointer("/requestBody/content")?
            .as_object()?;
        let mut forms = content
            .iter()
            .filter(|(media, _)| essence(media) == MULTIPART);
        target(forms.next()?.1.pointer("/schema/$ref")?.as_str()?)
    });
    bodies.collect()
}

/// Returns the lowered schemas that the lowered paths lead to.
pub(super) fn reachable(paths: &Value, lowered: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let mut start = Vec::new();
    references(paths, &mut start);
    closure(start, |name| lowered.get(name))
}
