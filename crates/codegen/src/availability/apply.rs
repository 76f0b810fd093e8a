//! How does a document say which versions have what?
//!
//! | note | on | meaning |
//! | --- | --- | --- |
//! | `x-since` | operation, parameter | the version since which it exists |
//! | `x-pro` | operation | only a Pro workspace has it |
//! | `x-availability` | object | per member: `since`, and `uncertain` if a response of a supported version may lack it |

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    Availability, Edge, History, Node, Nodes, Operation, Place, Version, operations_by_key,
};
use crate::pointer::escape;
use crate::{Error, Result, SpecSource};

/// The notes of objects: JSON pointer → member → note.
type MemberNotes = BTreeMap<String, BTreeMap<String, Map<String, Value>>>;

/// Notes in a document which versions have what. In another server's document, only what it has is
/// noted.
///
/// # Errors
///
/// Returns an error if the committed document is not the one that the availability is about.
pub fn apply(document: &mut Value, availability: &Availability, source: SpecSource) -> Result<()> {
    if source == SpecSource::Committed {
        check_version(document, availability)?;
    }
    let mut members = MemberNotes::new();
    let mut operations: Vec<(String, Operation)> = Vec::new();
    let nodes = Nodes::new(document);
    for (key, found) in operations_by_key(document) {
        let Some(facts) = availability.operations.get(&key) else {
            continue;
        };
        for (body, places, received) in [
            (nodes.request(found), &facts.request, false),
            (nodes.response(found), &facts.response, true),
        ] {
            for (place, history) in places {
                let holder = body
                    .as_ref()
                    .and_then(|(body, _)| nodes.holder(body, place));
                if let Some(holder) = holder {
                    note_member(&mut members, &nodes, holder, history, received);
                } else if source == SpecSource::Committed && !place.0.is_empty() {
                    return Err(missing(&key, place));
                }
            }
        }
        let pointer = format!("/paths/{}/{}", escape(found.path), found.method);
        operations.push((pointer, facts.clone()));
    }
    for (pointer, facts) in operations {
        if let Some(operation) = document
            .pointer_mut(&pointer)
            .and_then(Value::as_object_mut)
        {
            note_operation(operation, &facts);
        }
    }
    for (pointer, notes) in members {
        if let Some(object) = document
            .pointer_mut(&pointer)
            .and_then(Value::as_object_mut)
        {
            object.insert("x-availability".to_owned(), json!(notes));
        }
    }
    Ok(())
}

const HINT: &str = "run `cargo xtask availability`, which writes specs/availability.json again";

fn check_version(document: &Value, availability: &Availability) -> Result<()> {
    let version = document.pointer("/info/version").and_then(Value::as_str);
    let newest = availability.newest.to_string();
    if version == Some(&newest) {
        return Ok(());
    }
    let problem = format!("specs/availability.json is about version {newest}, not this one");
    Err(Error::new("/info/version", problem, HINT))
}

fn missing(key: &str, place: &Place) -> Error {
    let problem = format!(
        "specs/availability.json names the place `{place}` of {key}, to which no schema leads"
    );
    Error::new("/paths", problem, HINT)
}

fn note_operation(operation: &mut Map<String, Value>, facts: &Operation) {
    if let Some(since) = facts.exists.as_ref().and_then(History::since) {
        operation.insert("x-since".to_owned(), json!(since));
    }
    if facts.pro {
        operation.insert("x-pro".to_owned(), json!(true));
    }
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        let text = |key: &str| parameter.get(key).and_then(Value::as_str);
        let histories = match text("in") {
            Some("query") => &facts.query,
            Some("header") => &facts.header,
            _ => continue,
        };
        let history = text("name").and_then(|name| histories.get(name));
        if let Some(since) = history.and_then(History::since) {
            parameter.insert("x-since".to_owned(), json!(since));
        }
    }
}

/// Notes the history of a member on each object that has it. If several histories apply, the newest
/// version counts.
fn note_member(
    members: &mut MemberNotes,
    nodes: &Nodes<'_>,
    (node, edge): (Node, Edge),
    history: &History,
    received: bool,
) {
    let Edge::Member(name) = &edge else {
        return;
    };
    let uncertain = received && !history.is_certain();
    if !uncertain && history.since().is_none() {
        return;
    }
    for pointer in node {
        // Only this object, not the others that the value may be.
        let holder = Node::from([pointer.clone()]);
        if !nodes.parts(&holder).contains_key(&edge) {
            continue;
        }
        let object = members.entry(pointer).or_default();
        let note = object.entry(name.clone()).or_default();
        if let Some(since) = history.since() {
            let noted = note.get("since").and_then(Value::as_str);
            let noted: Option<Version> = noted.and_then(|text| text.parse().ok());
            if noted.is_none_or(|noted| noted < *since) {
                note.insert("since".to_owned(), json!(since));
            }
        }
        if uncertain {
            note.insert("uncertain".to_owned(), json!(true));
        }
    }
}
