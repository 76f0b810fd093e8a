//! Compares annotations of schemas, operations, parameters and bodies.

use serde_json::{Map, Value};

use super::change::Kind;
use super::describe::code;
use super::document::{Node, members};
use super::resolved::{Kind as TypeKind, Typed, wrapper};
use super::scalar::is_understood;
use super::visitor::{BeforeAfter, Position, Visitor};

/// Members of operations, parameters, bodies and headers that other modules compare.
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

/// Schema keywords that only inform readers.
const ANNOTATIONS: [&str; 5] = ["$comment", "example", "examples", "externalDocs", "xml"];

impl<'a> Visitor<'_, 'a> {
    /// Compares the annotations of a schema, and the limits beside a wrapper.
    pub(super) fn schema_notes(&mut self, at: &Position, old: &Node<'a>, new: &Node<'a>) {
        self.limits(at, &around(old), &around(new));
        let (a, b) = (members(old.value), members(new.value));
        let known = |key: &str| key.starts_with("x-") || ANNOTATIONS.contains(&key);
        let rest = |key: &str| (!known(key)).then_some(Kind::NotUnderstood);
        self.notes(at, old, new, |key| {
            let skip = is_understood(a, key) || is_understood(b, key);
            (!skip).then(|| rest(key).unwrap_or(Kind::Annotated))
        });
    }

    /// Compares the annotations of an operation, parameter, body or header.
    pub(super) fn part_notes(&mut self, at: &Position, old: &Node<'a>, new: &Node<'a>) {
        self.notes(at, old, new, |key| match key {
            "callbacks" => Some(Kind::NotUnderstood),
            key => (!COMPARED.contains(&key)).then_some(Kind::Annotated),
        });
    }

    /// Compares annotations. `rest` returns the kind for keys without a rule, or `None` to skip them.
    fn notes(
        &mut self,
        at: &Position,
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
            let words = BeforeAfter::change(word(before), word(after));
            let (kind, predicate, words) = match (key.as_str(), after.is_some()) {
                ("default", _) => (Kind::DefaultChanged, "changed its default", words),
                ("deprecated", true) => (Kind::Deprecated, "is deprecated", BeforeAfter::none()),
                ("deprecated", false) => (
                    Kind::Undeprecated,
                    "is no longer deprecated",
                    BeforeAfter::none(),
                ),
                ("readOnly", true) => (Kind::ReadOnly, "is now read-only", BeforeAfter::none()),
                ("readOnly", false) => (
                    Kind::NoLongerReadOnly,
                    "is no longer read-only",
                    BeforeAfter::none(),
                ),
                ("writeOnly", true) => (Kind::WriteOnly, "is now write-only", BeforeAfter::none()),
                ("writeOnly", false) => (
                    Kind::NoLongerWriteOnly,
                    "is no longer write-only",
                    BeforeAfter::none(),
                ),
                ("description", _) => (
                    Kind::Described,
                    "changed its description",
                    BeforeAfter::none(),
                ),
                ("summary", _) => (Kind::Described, "changed its summary", BeforeAfter::none()),
                ("title", _) => (Kind::Described, "changed its title", BeforeAfter::none()),
                (key, _) => {
                    let judged = match rest {
                        Kind::NotUnderstood => {
                            ", which this comparison does not understand; review it by hand"
                        }
                        _ => "",
                    };
                    let predicate = format!("changed `{key}`{judged}");
                    self.found(at, rest, &predicate, words, (Some(old), Some(new)));
                    continue;
                }
            };
            self.found(at, kind, predicate, words, (Some(old), Some(new)));
        }
    }
}

/// Returns the keywords beside a wrapper; a schema without a wrapper has none.
fn around<'a>(node: &Node<'a>) -> Typed<'a> {
    static NOTHING: Value = Value::Bool(true);
    let leads = wrapper(members(node.value)).is_some();
    Typed {
        node: Node {
            pointer: node.pointer.clone(),
            value: if leads { node.value } else { &NOTHING },
        },
        kind: TypeKind::Any,
    }
}

/// Returns an annotation. `null` and `false` count as absent where they mean the same.
fn note<'v>(members: &'v Map<String, Value>, key: &str) -> Option<&'v Value> {
    let silence = |value: &Value| match key {
        "default" => value.is_null(),
        "deprecated" | "readOnly" | "writeOnly" => *value == false,
        _ => false,
    };
    members.get(key).filter(|value| !silence(value))
}
