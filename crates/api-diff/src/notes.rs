//! Compares annotations, and members that the comparison does not understand.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::describe::code;
use super::document::{Document, Node};
use super::json::members;
use super::keyword::{Object, Treatment, is_limit};
use super::position::{BeforeAfter, Position};
use super::resolved::{Alternative, Typed, wrapper};
use super::rule::Kind;
use super::visitor::Visitor;

impl<'a> Visitor<'_, 'a> {
    /// Compares the annotations of a schema, and what stands beside a union or reference.
    pub(super) fn schema_notes(&mut self, at: &Position, old: &Node<'a>, new: &Node<'a>) {
        if let (Some(a), Some(b)) = (beside(old), beside(new)) {
            self.limits(at, &a, &b);
        }
        self.remaining(at, old, new);
        self.notes(at, old, new, Object::Schema);
        for key in ["readOnly", "writeOnly"] {
            // The comparison of objects judges it for properties.
            let property = |node: &Node<'a>| {
                let mut segments = node.pointer.rsplit('/').skip(1);
                segments.next() == Some("properties")
            };
            if old.flag(key) != new.flag(key) && !property(old) && !property(new) {
                let predicate = format!("changed `{key}`");
                let nodes = (Some(old), Some(new));
                let words = BeforeAfter::none();
                self.found(at, Kind::Annotated, &predicate, words, nodes);
            }
        }
    }

    /// Compares what stands beside a reference and could not be merged with its target.
    fn remaining(&mut self, at: &Position, old: &Node<'a>, new: &Node<'a>) {
        let (a, b) = (unmerged(old), unmerged(new));
        let mut keys: Vec<&String> = a.keys().chain(b.keys()).copied().collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let none = &Value::Null;
            let value =
                |side: &BTreeMap<&'a String, &'a Value>| side.get(key).copied().unwrap_or(none);
            let values = (value(&a), value(&b));
            self.whole(at, key, values, (Some(old), Some(new)));
        }
    }

    /// Compares the annotations of an alternative itself, not of the schema around it.
    pub(super) fn inner_notes(
        &mut self,
        at: &Position,
        old: (&Node<'a>, &Alternative<'a>),
        new: (&Node<'a>, &Alternative<'a>),
    ) {
        let inside =
            |(outer, inner): (&Node<'a>, &Alternative<'a>)| outer.pointer != inner.node.pointer;
        if inside(old) && inside(new) {
            self.schema_notes(at, &old.1.node, &new.1.node);
        }
    }

    /// Compares the annotations of an object, and its members that are not understood.
    pub(super) fn notes(&mut self, at: &Position, old: &Node<'a>, new: &Node<'a>, object: Object) {
        let (a, b) = (members(old.value), members(new.value));
        let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let (before, after) = (note(a, key), note(b, key));
            let nodes = (Some(old), Some(new));
            match object.treatment(key) {
                Treatment::Compared => {}
                Treatment::NotUnderstood => {
                    let none = &Value::Null;
                    let values = (before.unwrap_or(none), after.unwrap_or(none));
                    self.whole(at, key, values, nodes);
                }
                Treatment::Annotation
                    if object == Object::Schema
                        && self.both.old.annotation(old, key)
                            == self.both.new.annotation(new, key) => {}
                Treatment::Annotation if before != after => {
                    let word =
                        |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), code);
                    let words = BeforeAfter::change(word(before), word(after));
                    let none = BeforeAfter::none();
                    let (kind, predicate, words) = match (key.as_str(), after) {
                        ("default", _) => (Kind::DefaultChanged, "changed its default", words),
                        ("deprecated", Some(_)) => (Kind::Deprecated, "is deprecated", none),
                        ("deprecated", None) => {
                            (Kind::Undeprecated, "is no longer deprecated", none)
                        }
                        ("description", _) => (Kind::Described, "changed its description", none),
                        ("summary", _) => (Kind::Described, "changed its summary", none),
                        ("title", _) => (Kind::Described, "changed its title", none),
                        (key, _) => {
                            let predicate = format!("changed `{key}`");
                            self.found(at, Kind::Annotated, &predicate, words, nodes);
                            continue;
                        }
                    };
                    self.found(at, kind, predicate, words, nodes);
                }
                Treatment::Annotation => {}
            }
        }
    }
}

/// Returns the limits beside a union, as a schema of any type; `None` if the node is not a union.
fn beside<'a>(node: &Node<'a>) -> Option<Typed<'a>> {
    wrapper(members(node.value))?;
    Some(Typed::any(node.clone()))
}

/// Returns the keywords beside a union or reference that the normal form could not merge.
fn unmerged<'a>(node: &Node<'a>) -> BTreeMap<&'a String, &'a Value> {
    let schema = members(node.value);
    let Some(wrapper) = wrapper(schema) else {
        return BTreeMap::new();
    };
    let keywords = schema.iter().filter(|(key, _)| {
        Object::Schema.treatment(key) == Treatment::Compared
            && !is_limit(key)
            && ![
                wrapper,
                "$defs",
                "discriminator",
                "readOnly",
                "writeOnly",
                "x-discriminator",
            ]
            .contains(&key.as_str())
    });
    keywords.collect()
}

impl<'a> Document<'a> {
    /// Returns the annotation that holds for a schema: its own, or that of what it stands for.
    fn annotation(&self, node: &Node<'a>, key: &str) -> Option<&'a Value> {
        const DEPTH: usize = 8;
        let mut node = node.clone();
        for _ in 0..DEPTH {
            if let Some(own) = note(members(node.value), key) {
                return Some(own);
            }
            let target = self.target(&node);
            let union = wrapper(members(target.value)).and_then(|key| target.get(key));
            let alternatives = union.map(|union| union.items()).unwrap_or_default();
            node = match &alternatives[..] {
                [only] => only.clone(),
                _ if target.pointer != node.pointer => target,
                _ => return None,
            };
        }
        None
    }
}

/// Returns an annotation. `null` and `false` count as absent where they mean the same.
fn note<'v>(members: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    let absent = |value: &Value| match key {
        "default" => value.is_null(),
        "deprecated" => *value == false,
        _ => false,
    };
    members.get(key).filter(|value| !absent(value))
}
