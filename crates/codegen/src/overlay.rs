//! Stage `overlay`: corrections of wrong declarations, as
//! [OpenAPI Overlay 1.0](https://spec.openapis.org/overlay/v1.0.0.html) documents.

use serde::Deserialize;
use serde_json::Value;
use serde_json_path::JsonPath;

use crate::pointer::unescape;
use crate::{Error, Result};

#[derive(Deserialize)]
struct Overlay {
    overlay: String,
    info: Info,
    actions: Vec<Action>,
}

#[derive(Deserialize)]
struct Info {
    title: String,
}

#[derive(Deserialize)]
struct Action {
    target: String,
    update: Option<Value>,
    #[serde(default)]
    remove: bool,
}

/// Applies every action of `overlay` to `document`, in order.
///
/// # Errors
///
/// Returns an error if the overlay is not an Overlay 1.0 document, if an action cannot be applied,
/// or if an action matches nothing: the correction is stale or never worked.
pub fn apply(document: Value, overlay: &Value) -> Result<Value> {
    let (document, stale) = apply_matching(document, overlay)?;
    match stale.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(document),
    }
}

/// Applies the actions of `overlay` that match something in `document`, and returns an error for
/// each of the others: another version or edition may lack what an action corrects, or declare it in
/// another form.
///
/// # Errors
///
/// Returns an error if the overlay is not an Overlay 1.0 document or an action cannot be applied.
pub fn apply_matching(mut document: Value, overlay: &Value) -> Result<(Value, Vec<Error>)> {
    let Overlay {
        overlay: version,
        info: Info { title },
        actions,
    } = Overlay::deserialize(overlay).map_err(|error| {
        Error::new(
            "",
            format!("not an OpenAPI Overlay document: {error}"),
            "see https://spec.openapis.org/overlay/v1.0.0.html for the format",
        )
    })?;
    if !version.starts_with("1.0.") {
        return Err(Error::new(
            "/overlay",
            format!("overlay `{title}` has Overlay version {version}, only 1.0 is supported"),
            "convert the overlay to version 1.0.0",
        ));
    }
    let mut stale = Vec::new();
    for (index, action) in actions.iter().enumerate() {
        let error_in_action = |problem: &str, hint: &str| {
            Error::new(
                format!("/actions/{index}"),
                format!("overlay `{title}`, target {}: {problem}", action.target),
                hint,
            )
        };
        let path = JsonPath::parse(&action.target).map_err(|error| {
            error_in_action(&error.to_string(), "correct the JSONPath (RFC 9535)")
        })?;
        let mut pointers = locate(&path, &document);
        if pointers.is_empty() {
            stale.push(error_in_action(
                "matches nothing in the document",
                "delete the action if the vendor has corrected the declaration, or else adapt its target",
            ));
        }
        if action.remove {
            // In reverse, so that removing one entry of a list does not shift the others.
            pointers.reverse();
            for pointer in &pointers {
                remove(&mut document, pointer).ok_or_else(|| {
                    error_in_action("the whole document cannot be removed", "narrow the target")
                })?;
            }
        } else if let Some(update) = &action.update {
            for pointer in &pointers {
                match document.pointer_mut(pointer) {
                    Some(Value::Array(items)) => items.push(update.clone()),
                    Some(target @ Value::Object(_)) if update.is_object() => merge(target, update),
                    _ => stale.push(error_in_action(
                        &format!("{pointer} cannot be merged with this update"),
                        "update an object with an object, or a list with one entry; \
                         to replace a scalar, target the object that holds it",
                    )),
                }
            }
        } else {
            return Err(error_in_action(
                "the action has neither `update` nor `remove`",
                "add one of the two",
            ));
        }
    }
    Ok((document, stale))
}

/// Returns the JSON pointers of what `path` selects, each once, in document order.
fn locate(path: &JsonPath, document: &Value) -> Vec<String> {
    let mut nodes: Vec<_> = path.query_located(document).into_iter().collect();
    nodes.sort_by(|left, right| {
        left.location()
            .partial_cmp(right.location())
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut pointers: Vec<String> = nodes
        .iter()
        .map(|node| node.location().to_json_pointer())
        .collect();
    pointers.dedup();
    pointers
}

/// Removes the value at `pointer`; returns `None` if that is the whole document.
fn remove(document: &mut Value, pointer: &str) -> Option<()> {
    let (parent, key) = pointer.rsplit_once('/')?;
    match document.pointer_mut(parent)? {
        Value::Object(object) => object.remove(&unescape(key)),
        Value::Array(items) => {
            let index = key
                .parse::<usize>()
                .ok()
                .filter(|index| *index < items.len())?;
            Some(items.remove(index))
        }
        _ => None,
    }
    .map(drop)
}

/// Merges objects key by key, appends lists, and replaces everything else.
fn merge(target: &mut Value, update: &Value) {
    match (target, update) {
        (Value::Object(target), Value::Object(update)) => {
            for (key, value) in update {
                match target.get_mut(key) {
                    Some(present) => merge(present, value),
                    None => {
                        target.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(target), Value::Array(update)) => target.extend(update.iter().cloned()),
        (target, update) => *target = update.clone(),
    }
}
