//! Compares two schemas of one JSON type each.

use serde_json::{Map, Value};

use super::change::Kind as Change;
use super::describe::{and, code, list};
use super::document::Node;
use super::limits::{is_limit, limits};
use super::resolved::{Kind, Typed, format, values, wrapper};
use super::visitor::{BeforeAfter, NullCheck, Position, Visitor};

/// Formats that clients map to a type of their own; the others are only checked by the server.
const TYPES: [&str; 6] = ["binary", "byte", "date", "date-time", "time", "uuid"];

impl<'a> Visitor<'_, 'a> {
    pub(super) fn typed_pair(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        if old.kind == new.kind {
            return self.same_kind(at, old, new);
        }
        let words = BeforeAfter::change(
            self.both.old.typed_words(old),
            self.both.new.typed_words(new),
        );
        let nodes = (Some(&old.node), Some(&new.node));
        self.found(at, type_change(old, new), "changed its type", words, nodes);
    }

    fn same_kind(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        self.values(at, old, new);
        self.limits(at, old, new);
        match old.kind {
            Kind::String => self.formats(at, old, new),
            Kind::Array => self.items(at, old, new),
            Kind::Tuple => self.places(at, old, new),
            Kind::Map => self.openness(at, old, new),
            Kind::Object => self.objects(at, old, new),
            Kind::Unknown if old.node.value != new.node.value => {
                let nodes = (Some(&old.node), Some(&new.node));
                let predicate =
                    "changed in a way that this comparison does not understand; review it by hand";
                self.found(
                    at,
                    Change::NotUnderstood,
                    predicate,
                    BeforeAfter::none(),
                    nodes,
                );
            }
            Kind::Unknown
            | Kind::Any
            | Kind::Null
            | Kind::Boolean
            | Kind::Integer
            | Kind::Number => {}
        }
    }

    /// Compares the values listed by `enum` or `const`.
    fn values(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let nodes = (Some(&old.node), Some(&new.node));
        match (values(old.schema()), values(new.schema())) {
            (None, None) => {}
            (Some(before), None) => {
                let words = BeforeAfter::change(list(&before), self.both.new.typed_words(new));
                self.found(
                    at,
                    Change::EnumOpened,
                    "is no longer limited to listed values",
                    words,
                    nodes,
                );
            }
            (None, Some(after)) => {
                let words = BeforeAfter::change(self.both.old.typed_words(old), list(&after));
                self.found(
                    at,
                    Change::EnumClosed,
                    "is now limited to listed values",
                    words,
                    nodes,
                );
            }
            (Some(before), Some(after)) => {
                let gone = difference(&before, &after);
                let came = difference(&after, &before);
                if gone.len() == before.len() && came.len() == after.len() && !gone.is_empty() {
                    let words = BeforeAfter::change(list(&before), list(&after));
                    return self.found(
                        at,
                        Change::EnumReplaced,
                        "has entirely different values",
                        words,
                        nodes,
                    );
                }
                for (values, kind, verb) in [
                    (gone, Change::EnumValueRemoved, "lost"),
                    (came, Change::EnumValueAdded, "gained"),
                ] {
                    if !values.is_empty() {
                        let noun = if values.len() == 1 { "value" } else { "values" };
                        let predicate = format!("{verb} the {noun} {}", and(&values));
                        self.found(at, kind, &predicate, BeforeAfter::none(), nodes);
                    }
                }
            }
        }
    }

    pub(super) fn limits(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let (tightened, loosened) = limits(old, new);
        let nodes = (Some(&old.node), Some(&new.node));
        for (limits, kind, verb) in [
            (tightened, Change::LimitTightened, "has a tighter limit"),
            (loosened, Change::LimitLoosened, "has a looser limit"),
        ] {
            if !limits.is_empty() {
                let predicate = format!("{verb}: {}", limits.join(", "));
                self.found(at, kind, &predicate, BeforeAfter::none(), nodes);
            }
        }
    }

    fn formats(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let nodes = (Some(&old.node), Some(&new.node));
        let key = |typed: &Typed<'a>| {
            ["format", "contentEncoding", "contentMediaType"].map(|key| typed.node.text(key))
        };
        let (before, after) = (format(old), format(new));
        if before == after {
            if key(old) != key(new) {
                let predicate = "is declared differently with the same meaning";
                self.found(
                    at,
                    Change::Redeclared,
                    predicate,
                    BeforeAfter::none(),
                    nodes,
                );
            }
            return;
        }
        let (before, after) = (before.as_deref(), after.as_deref());
        let secret = |format: Option<&str>| format == Some("password");
        let typed = |format: Option<&str>| {
            format.is_some_and(|format| TYPES.contains(&format) || format.contains('/'))
        };
        let plain = |format: Option<&str>| format.is_none() || secret(format);
        let kind = match (before, after) {
            (a, b) if plain(a) && plain(b) => Change::Annotated,
            (a, b) if plain(a) && typed(b) => Change::FormatAdded,
            (a, b) if typed(a) && plain(b) => Change::FormatRemoved,
            (a, b) if plain(b) && !typed(a) => Change::LimitLoosened,
            (a, b) if !typed(a) && !typed(b) => Change::LimitTightened,
            _ => Change::FormatChanged,
        };
        let predicate = match (secret(before), secret(after)) {
            (false, true) if plain(before) => "is now marked as a secret",
            (true, false) if plain(after) => "is no longer marked as a secret",
            _ => "changed its format",
        };
        let words = BeforeAfter::change(
            self.both.old.typed_words(old),
            self.both.new.typed_words(new),
        );
        self.found(at, kind, predicate, words, nodes);
    }

    fn items(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        self.inner(
            &at.inside("[]"),
            old.node.get("items"),
            new.node.get("items"),
        );
    }

    fn places(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let places = |typed: &Typed<'a>| typed.node.get("prefixItems").map(|list| list.items());
        let (before, after) = (
            places(old).unwrap_or_default(),
            places(new).unwrap_or_default(),
        );
        if before.len() != after.len() {
            let words = BeforeAfter::change(
                self.both.old.typed_words(old),
                self.both.new.typed_words(new),
            );
            let nodes = (Some(&old.node), Some(&new.node));
            return self.found(at, Change::TypeChanged, "changed its type", words, nodes);
        }
        for (index, (a, b)) in before.iter().zip(&after).enumerate() {
            self.schemas(&at.inside(&format!("[{index}]")), a, b, NullCheck::Compare);
        }
    }

    /// Compares the values of two maps.
    pub(super) fn members(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let schema = |typed: &Typed<'a>| {
            let node = typed.node.get("additionalProperties");
            node.filter(|node| node.value.is_object())
        };
        self.inner(&at.inside("{}"), schema(old), schema(new));
    }

    /// Compares the schemas inside a list or map; a missing one allows anything.
    fn inner(&mut self, at: &Position, old: Option<Node<'a>>, new: Option<Node<'a>>) {
        static ANY: Value = Value::Bool(true);
        if old.is_none() && new.is_none() {
            return;
        }
        let missing = |other: &Option<Node<'a>>| Node {
            pointer: other
                .as_ref()
                .map(|node| node.pointer.clone())
                .unwrap_or_default(),
            value: &ANY,
        };
        let a = old.clone().unwrap_or_else(|| missing(&new));
        let b = new.unwrap_or_else(|| missing(&old));
        self.schemas(at, &a, &b, NullCheck::Compare);
    }
}

/// Returns the kind of a change from one type to another.
pub(super) fn type_change(old: &Typed<'_>, new: &Typed<'_>) -> Change {
    let free = |typed: &Typed<'_>| match typed.schema().get("additionalProperties") {
        None | Some(Value::Bool(true)) => true,
        Some(Value::Object(values)) => values.is_empty(),
        Some(_) => false,
    };
    match (old.kind, new.kind) {
        (_, Kind::Any) | (Kind::Integer, Kind::Number) => Change::TypeWidened,
        (Kind::Any, _) | (Kind::Number, Kind::Integer) => Change::TypeNarrowed,
        (Kind::Object, Kind::Map) if free(new) => Change::TypeWidened,
        (Kind::Map, Kind::Object) if free(old) => Change::TypeNarrowed,
        _ => Change::TypeChanged,
    }
}

/// Describes the values in `left` that are missing in `right`.
fn difference(left: &[&Value], right: &[&Value]) -> Vec<String> {
    let only = left.iter().filter(|value| !right.contains(value));
    only.map(|value| code(value)).collect()
}

/// Returns whether the comparison handles a keyword separately.
pub(super) fn is_understood(schema: &Map<String, Value>, key: &str) -> bool {
    const KEYWORDS: [&str; 13] = [
        "additionalProperties",
        "const",
        "contentEncoding",
        "contentMediaType",
        "discriminator",
        "enum",
        "format",
        "items",
        "prefixItems",
        "properties",
        "required",
        "type",
        "x-discriminator",
    ];
    match wrapper(schema) {
        // Beside a wrapper, only limits are compared.
        Some(wrapper) => {
            let tag = matches!(key, "discriminator" | "x-discriminator");
            key == wrapper || tag || (is_limit(key) && key != "format")
        }
        None => KEYWORDS.contains(&key) || is_limit(key) || is_opaque(schema),
    }
}

/// Returns whether a schema is compared only as a whole: it has an intersection or a condition
/// instead of a type.
fn is_opaque(schema: &Map<String, Value>) -> bool {
    let has = |key: &&str| schema.contains_key(*key);
    ["allOf", "if", "not"].iter().any(has)
        && !["type", "enum", "const", "properties"].iter().any(has)
}
