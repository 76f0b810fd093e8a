//! Writes references within a document as plain JSON pointers: percent-encoded pointers are decoded,
//! and anchors replaced by the place that declares them.

use std::collections::BTreeMap;

use serde_json::Value;
use zenml_codegen::pointer::escape;

/// Returns the document with plain references. Nothing else changes, so pointers into it stay valid.
pub(super) fn plain(document: &Value) -> Value {
    let mut anchors = BTreeMap::new();
    find(document, "", &mut anchors);
    let mut plain = document.clone();
    rewrite(&mut plain, &|reference| {
        target(reference, document, &anchors)
    });
    plain
}

/// Finds all anchors below `value`, which stands at `pointer`.
fn find(value: &Value, pointer: &str, anchors: &mut BTreeMap<String, String>) {
    for key in ["$anchor", "$dynamicAnchor"] {
        if let Some(Value::String(name)) = value.get(key) {
            let place = anchors.entry(name.clone());
            place.or_insert_with(|| pointer.to_owned());
        }
    }
    match value {
        Value::Object(members) => {
            for (key, child) in members {
                find(child, &format!("{pointer}/{}", escape(key)), anchors);
            }
        }
        Value::Array(items) => {
            for (index, child) in items.iter().enumerate() {
                find(child, &format!("{pointer}/{index}"), anchors);
            }
        }
        _ => {}
    }
}

fn rewrite(value: &mut Value, target: &dyn Fn(&str) -> Option<String>) {
    match value {
        Value::Object(members) => {
            // In a document without `$id`, a dynamic reference leads to the only anchor of its name.
            if !members.contains_key("$ref")
                && let Some(Value::String(reference)) = members.get("$dynamicRef")
                && let Some(reference) = target(reference)
            {
                members.remove("$dynamicRef");
                members.insert("$ref".to_owned(), reference.into());
            }
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some(plain) = target(reference)
            {
                *reference = plain;
            }
            members
                .values_mut()
                .for_each(|child| rewrite(child, target));
        }
        Value::Array(items) => items.iter_mut().for_each(|child| rewrite(child, target)),
        _ => {}
    }
}

/// Returns the plain form of a reference that is not plain yet, if it leads to a place in this document.
fn target(reference: &str, document: &Value, anchors: &BTreeMap<String, String>) -> Option<String> {
    let fragment = reference.strip_prefix('#')?;
    // Some vendors forget to encode a name that contains `%`.
    if document.pointer(fragment).is_some() {
        return Some(reference.to_owned());
    }
    let fragment = decoded(fragment)?;
    match anchors.get(&fragment) {
        Some(pointer) => Some(format!("#{pointer}")),
        None => fragment.starts_with('/').then(|| format!("#{fragment}")),
    }
}

/// Decodes `%5B` and the like. Returns `None` if the result is not text.
fn decoded(fragment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend(before.bytes());
        let code = after.get(..2).map(|code| u8::from_str_radix(code, 16));
        match code {
            Some(Ok(byte)) => {
                bytes.push(byte);
                rest = after.get(2..)?;
            }
            _ => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend(rest.bytes());
    String::from_utf8(bytes).ok()
}
