//! How does a document change if servers of all supported versions are to be read?
//!
//! A member of a response leaves `required` if a supported version may lack it, or send `null`. What
//! only some versions have is noted:
//!
//! | note | on | meaning |
//! | --- | --- | --- |
//! | `x-versions` | operation, parameter, property | the [`Versions`] that have it |
//! | `x-value-versions` | enum | per value: the [`Versions`] that have it |
//! | `x-pro` | operation | only a Pro workspace has it |

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::{
    Availability, Edge, History, Node, Nodes, Operation, Place, State, Version, Versions,
    operations_by_key,
};
use crate::pointer::escape;
use crate::{Error, Result, SpecSource};

/// Applies the availability to a document. In another server's document, what it lacks is skipped.
///
/// # Errors
///
/// Returns an error if the committed document is not the one that the availability is about.
pub fn apply(document: &mut Value, availability: &Availability, source: SpecSource) -> Result<()> {
    if source == SpecSource::Committed {
        check_version(document, availability)?;
    }
    let mut edits = Edits::default();
    let mut operations = Vec::new();
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
                if let Some((holder, edge)) = holder {
                    edits.note(&nodes, &holder, &edge, &history.versions());
                    let response = Response {
                        nodes: &nodes,
                        floor: &availability.floor,
                        places,
                    };
                    if received && response.may_lack(&holder, place, history) {
                        edits.make_optional(&nodes, &holder, &edge);
                    }
                } else if source == SpecSource::Committed && !place.0.is_empty() {
                    return Err(missing(&key, place));
                }
            }
        }
        let pointer = format!("/paths/{}/{}", escape(found.path), found.method);
        operations.push((pointer, facts));
    }
    for (pointer, facts) in operations {
        if let Some(operation) = object_at(document, &pointer) {
            note_operation(operation, facts);
        }
    }
    edits.write(document);
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

fn object_at<'a>(document: &'a mut Value, pointer: &str) -> Option<&'a mut Map<String, Value>> {
    document.pointer_mut(pointer)?.as_object_mut()
}

fn note_operation(operation: &mut Map<String, Value>, facts: &Operation) {
    let versions = facts.exists.as_ref().map(History::versions);
    note(operation, &versions.unwrap_or_default());
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
        if let Some(history) = history {
            note(parameter, &history.versions());
        }
    }
}

fn note(object: &mut Map<String, Value>, versions: &Versions) {
    if !versions.are_all() {
        object.insert("x-versions".to_owned(), json!(versions));
    }
}

/// A response of all supported versions.
struct Response<'a> {
    nodes: &'a Nodes<'a>,
    floor: &'a Version,
    places: &'a BTreeMap<Place, History>,
}

impl Response<'_> {
    /// Returns whether the objects of a supported version may lack a member, or have `null` there.
    fn may_lack(&self, holder: &Node, place: &Place, history: &History) -> bool {
        let Some((member, way)) = place.0.split_last() else {
            return false;
        };
        if history.is_certain_from(self.floor) {
            return false;
        }
        if holder.len() < 2 {
            return true;
        }
        let objects: Vec<_> = holder
            .iter()
            .map(|pointer| self.nodes.parts(&Node::from([pointer.clone()])))
            .filter(|parts| parts.keys().any(|edge| matches!(edge, Edge::Member(_))))
            .collect();
        if objects.len() < 2 {
            return true;
        }
        // Objects of a union are told apart by an enum that each of them requires.
        let tells_apart = |(_, (state, _)): &(&Edge, &(State, Node))| {
            state.is_certain() && state.types.contains("enum")
        };
        let tags = objects.iter().map(|parts| -> BTreeSet<Edge> {
            let tags = parts.iter().filter(tells_apart);
            tags.map(|(edge, _)| edge.clone()).collect()
        });
        let shared = tags.reduce(|all, one| all.intersection(&one).cloned().collect());
        let around = Place(way.to_vec());
        let tags: Vec<Place> = shared
            .into_iter()
            .flatten()
            .map(|tag| around.child(tag))
            .collect();
        if objects.iter().all(|parts| parts.contains_key(member)) {
            // What older versions send is read as an unknown variant.
            let since = tags.iter().map(|tag| {
                let history = self.places.get(tag);
                history
                    .and_then(History::certain_from)
                    .unwrap_or(self.floor)
            });
            return !history.is_certain_from(since.min().unwrap_or(self.floor));
        }
        // A member of one object only came with it if the tag or a value of it did.
        let since = history.versions().since;
        let is_of_a_tag = |place: &Place| match place.0.split_last() {
            Some((Edge::Choice(_), way)) => tags.iter().any(|tag| tag.0 == way),
            _ => tags.contains(place),
        };
        let of_tags = self.places.iter().filter(|(place, _)| is_of_a_tag(place));
        let came_with_it = of_tags
            .map(|(_, history)| history.versions().since)
            .any(|other| other.is_some() && other == since);
        !came_with_it
    }
}

/// The changes of schemas, by JSON pointer.
#[derive(Default)]
struct Edits {
    /// The versions that have a member, by its schema.
    members: BTreeMap<String, Versions>,
    /// The versions that have a value of an enum, by the enum.
    values: BTreeMap<String, BTreeMap<String, Versions>>,
    /// The members of objects that leave `required`.
    optional: BTreeSet<(String, String)>,
}

impl Edits {
    /// Notes the versions of a member or value in each schema that has it. If a schema is used in
    /// several ways, the newest version counts.
    fn note(&mut self, nodes: &Nodes<'_>, holder: &Node, edge: &Edge, versions: &Versions) {
        if versions.are_all() {
            return;
        }
        for pointer in having(nodes, holder, edge) {
            let noted = match edge {
                Edge::Member(name) => {
                    let schema = format!("{pointer}/properties/{}", escape(name));
                    self.members.entry(schema).or_default()
                }
                Edge::Choice(value) => {
                    let values = self.values.entry(pointer.clone()).or_default();
                    values.entry(value.clone()).or_default()
                }
                Edge::Item | Edge::Value => continue,
            };
            noted.since = noted.since.take().max(versions.since.clone());
            noted.removed = noted.removed.take().max(versions.removed.clone());
        }
    }

    fn make_optional(&mut self, nodes: &Nodes<'_>, holder: &Node, edge: &Edge) {
        if let Edge::Member(name) = edge {
            let objects = having(nodes, holder, edge);
            self.optional
                .extend(objects.map(|pointer| (pointer.clone(), name.clone())));
        }
    }

    fn write(self, document: &mut Value) {
        for (pointer, versions) in self.members {
            if let Some(schema) = object_at(document, &pointer) {
                note(schema, &versions);
            }
        }
        for (pointer, values) in self.values {
            if let Some(schema) = object_at(document, &pointer) {
                schema.insert("x-value-versions".to_owned(), json!(values));
            }
        }
        for (pointer, name) in self.optional {
            let required = document.pointer_mut(&format!("{pointer}/required"));
            if let Some(required) = required.and_then(Value::as_array_mut) {
                required.retain(|member| *member != name);
            }
        }
    }
}

/// Returns the schemas of a value that have a part themselves.
fn having<'a>(
    nodes: &Nodes<'_>,
    holder: &'a Node,
    edge: &Edge,
) -> impl Iterator<Item = &'a String> {
    holder.iter().filter(|pointer| nodes.has(pointer, edge))
}
