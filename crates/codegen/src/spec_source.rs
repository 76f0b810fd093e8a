//! Where a document comes from, and what that changes: corrections of another server's document
//! are relaxed, because they were written for the project's own.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::openapi::{operations, operations_mut};

/// Where a document comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecSource {
    /// `specs/`: a correction that matches nothing is stale, and an error.
    Committed,
    /// Another server: corrections apply where they match.
    External,
}

/// Relaxes the corrections of a document that has been corrected for another one.
pub(crate) fn relax(document: &mut Value) {
    drop_missing_replacements(document);
    allow_unknown_variants(document);
}

/// Removes the replacements of deprecated operations that this document does not have: an older
/// server may not offer them yet.
fn drop_missing_replacements(document: &mut Value) {
    let ids = operations(document).filter_map(|found| found.operation.get("operationId")?.as_str());
    let known: BTreeSet<String> = ids.map(str::to_owned).collect();
    for operation in operations_mut(document) {
        let replacement = operation.get("x-replaced-by").and_then(Value::as_str);
        if replacement.is_some_and(|id| !known.contains(id)) {
            operation.remove("x-replaced-by");
        }
    }
}

/// Allows unions to have variants that the corrections do not name: a newer server may have more.
///
/// The overlays define the tags of these unions, so the author of the document cannot complete them.
fn allow_unknown_variants(document: &mut Value) {
    match document {
        Value::Object(object) => {
            if let Some(Value::Object(tag)) = object.get_mut("x-discriminator") {
                tag.insert("partial".to_owned(), json!(true));
            }
            object.values_mut().for_each(allow_unknown_variants);
        }
        Value::Array(items) => items.iter_mut().for_each(allow_unknown_variants),
        _ => {}
    }
}
