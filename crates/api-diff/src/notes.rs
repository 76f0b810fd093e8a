//! What is said about a schema, operation, parameter or body beside what it takes and gives.

use serde_json::{Map, Value};

use super::change::Kind;
use super::document::{Node, members};
use super::leaf::is_understood;
use super::meaning::{Kind as TypeKind, Leaf, wrapper};
use super::walk::{At, Walk, Words};
use super::words::code;

/// Members of operations, parameters, bodies and headers that are compared by themselves.
const COMPARED: [&str; 15] = [
    "$ref",
    "content",
    "explode",
    "headers",
    "in",
    "name",
    "operationId",
    "parameters",
    "requestBody",
    "required",
    "responses",
    "schema",
    "security",
    "style",
    "tags",
];

/// Schema keywords that say something to people only.
const ANNOTATIONS: [&str; 5] = ["$comment", "example", "examples", "externalDocs", "xml"];

impl<'a> Walk<'_, 'a> {
    /// The notes on a schema, and the limits beside what leads to its alternatives.
    pub(super) fn schema_notes(&mut self, at: &At, old: &Node<'a>, new: &Node<'a>) {
        self.limits(at, &around(old), &around(new));
        let (a, b) = (members(old.value), members(new.value));
        let known = |key: &str| key.starts_with("x-") || ANNOTATIONS.contains(&key);
        let rest = |key: &str| (!known(key)).then_some(Kind::NotUnderstood);
        self.notes(at, old, new, |key| {
            let skip = is_understood(a, key) || is_understood(b, key);
            (!skip).then(|| rest(key).unwrap_or(Kind::Annotated))
        });
    }

    /// The notes on an operation, parameter, body or header.
    pub(super) fn part_notes(&mut self, at: &At, old: &Node<'a>, new: &Node<'a>) {
        self.notes(at, old, new, |key| match key {
            "callbacks" => Some(Kind::NotUnderstood),
            key => (!COMPARED.contains(&key)).then_some(Kind::Annotated),
        });
    }

    /// `rest` gives the kind of what has no rule of its own, or none to pass it over.
    fn notes(
        &mut self,
        at: &At,
        old: &Node<'a>,
        new: &Node<'a>,
        rest: impl Fn(&str) -> Option<Kind>,
    ) {
        let (a, b) = (members(old.value), members(new.value));
        let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            let (before, after) = (note(a, key), note(b, key));
            if before == after {
                continue;
            }
            let Some(rest) = rest(key) else { continue };
            let word = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), code);
            let words = Words::change(word(before), word(after));
            let (kind, predicate, words) = match (key.as_str(), after.is_some()) {
                ("default", _) => (Kind::DefaultChanged, "has another default", words),
                ("deprecated", true) => (Kind::Deprecated, "is deprecated", Words::none()),
                ("deprecated", false) => {
                    (Kind::Undeprecated, "is no longer deprecated", Words::none())
                }
                ("readOnly", true) => (Kind::ReadOnly, "is now read-only", Words::none()),
                ("readOnly", false) => (
                    Kind::NoLongerReadOnly,
                    "is no longer read-only",
                    Words::none(),
                ),
                ("writeOnly", true) => (Kind::WriteOnly, "is now write-only", Words::none()),
                ("writeOnly", false) => (
                    Kind::NoLongerWriteOnly,
                    "is no longer write-only",
                    Words::none(),
                ),
                ("description", _) => (Kind::Described, "has another description", Words::none()),
                ("summary", _) => (Kind::Described, "has another summary", Words::none()),
                ("title", _) => (Kind::Described, "has another title", Words::none()),
                (key, _) => {
                    let judged = match rest {
                        Kind::NotUnderstood => ", which has to be judged by hand",
                        _ => "",
                    };
                    let predicate = format!("has another `{key}`{judged}");
                    self.found(at, rest, &predicate, words, (Some(old), Some(new)));
                    continue;
                }
            };
            self.found(at, kind, predicate, words, (Some(old), Some(new)));
        }
    }
}

/// What a schema says beside what leads to its alternatives; nothing if it is none that does.
fn around<'a>(node: &Node<'a>) -> Leaf<'a> {
    static NOTHING: Value = Value::Bool(true);
    let leads = wrapper(members(node.value)).is_some();
    Leaf {
        node: Node {
            pointer: node.pointer.clone(),
            value: if leads { node.value } else { &NOTHING },
        },
        kind: TypeKind::Any,
    }
}

/// A note, where `null` and `false` say no more than silence.
fn note<'v>(members: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    let silence = |value: &Value| match key {
        "default" => value.is_null(),
        "deprecated" | "readOnly" | "writeOnly" => *value == false,
        _ => false,
    };
    members.get(key).filter(|value| !silence(value))
}
