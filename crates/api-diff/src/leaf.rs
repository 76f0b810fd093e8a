//! Two schemas of one type each.

use serde_json::{Map, Value};

use super::change::Kind as Change;
use super::document::Node;
use super::limits::{is_limit, limits};
use super::meaning::{Kind, Leaf, values, wrapper};
use super::schema::Null;
use super::walk::{At, Walk, Words};
use super::words::{and, code, list};

/// Formats that a client reads as a type of its own; other formats are checks of the server.
const TYPES: [&str; 6] = ["binary", "byte", "date", "date-time", "time", "uuid"];

impl<'a> Walk<'_, 'a> {
    pub(super) fn leaves(&mut self, at: &At, old: &Leaf<'a>, new: &Leaf<'a>) {
        if old.kind == new.kind {
            return self.same_kind(at, old, new);
        }
        let words = Words::change(self.both.old.leaf_words(old), self.both.new.leaf_words(new));
        let nodes = (Some(&old.node), Some(&new.node));
        self.found(at, other_kind(old, new), "has another type", words, nodes);
    }

    fn same_kind(&mut self, at: &At, old: &Leaf<'a>, new: &Leaf<'a>) {
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
                let predicate = "changed in a way that has to be judged by hand";
                self.found(at, Change::NotUnderstood, predicate, Words::none(), nodes);
            }
            Kind::Unknown
            | Kind::Any
            | Kind::Null
            | Kind::Boolean
            | Kind::Integer
            | Kind::Number => {}
        }
    }

    /// The values that are listed, by `enum` or `const`.
    fn values(&mut self, at: &At, old: &Leaf<'a>, new: &Leaf<'a>) {
        let nodes = (Some(&old.node), Some(&new.node));
        match (values(old.schema()), values(new.schema())) {
            (None, None) => {}
            (Some(before), None) => {
                let words = Words::change(list(&before), self.both.new.leaf_words(new));
                self.found(
                    at,
                    Change::EnumOpened,
                    "is no longer limited to certain values",
                    words,
                    nodes,
                );
            }
            (None, Some(after)) => {
                let words = Words::change(self.both.old.leaf_words(old), list(&after));
                self.found(
                    at,
                    Change::EnumClosed,
                    "is now limited to certain values",
                    words,
                    nodes,
                );
            }
            (Some(before), Some(after)) => {
                let gone = difference(&before, &after);
                let came = difference(&after, &before);
                if gone.len() == before.len() && came.len() == after.len() && !gone.is_empty() {
                    let words = Words::change(list(&before), list(&after));
                    return self.found(at, Change::EnumReplaced, "has other values", words, nodes);
                }
                for (values, kind, verb) in [
                    (gone, Change::EnumValueRemoved, "loses"),
                    (came, Change::EnumValueAdded, "gains"),
                ] {
                    if !values.is_empty() {
                        let noun = if values.len() == 1 { "value" } else { "values" };
                        let predicate = format!("{verb} the {noun} {}", and(&values));
                        self.found(at, kind, &predicate, Words::none(), nodes);
                    }
                }
            }
        }
    }

    pub(super) fn limits(&mut self, at: &At, old: &Leaf<'a>, new: &Leaf<'a>) {
        let (tightened, loosened) = limits(old, new);
        let nodes = (Some(&old.node), Some(&new.node));
        for (limits, kind, verb) in [
            (tightened, Change::LimitTightened, "is limited more tightly"),
            (loosened, Change::LimitLoosened, "is limited less tightly"),
        ] {
            if !limits.is_empty() {
                let predicate = format!("{verb}: {}", limits.join(", "));
                self.found(at, kind, &predicate, Words::none(), nodes);
            }
        }
    }

    fn formats(&mut self, at: &At, old: &Leaf<'a>, new: &Leaf<'a>) {
        let nodes = (Some(&old.node), Some(&new.node));
        let key = |leaf: &Leaf<'a>| {
            ["format", "contentEncoding", "contentMediaType"].map(|key| leaf.node.text(key))
        };
        let (before, after) = (format(old), format(new));
        if before == after {
            if key(old) != key(new) {
                let predicate = "is declared otherwise, with the same meaning";
                self.found(at, Change::Redeclared, predicate, Words::none(), nodes);
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
            _ => "has another format",
        };
        let words = Words::change(self.both.old.leaf_words(old), self.both.new.leaf_words(new));
        self.found(at, kind, predicate, words, nodes);
    }

    fn items(&mut self, at: &At, old: &Leaf<'a>, new: &Leaf<'a>) {
        self.inner(
            &at.inside("[]"),
            old.node.get("items"),
            new.node.get("items"),
        );
    }

    fn places(&mut self, at: &At, old: &Leaf<'a>, new: &Leaf<'a>) {
        let places = |leaf: &Leaf<'a>| leaf.node.get("prefixItems").map(|list| list.items());
        let (before, after) = (
            places(old).unwrap_or_default(),
            places(new).unwrap_or_default(),
        );
        if before.len() != after.len() {
            let words = Words::change(self.both.old.leaf_words(old), self.both.new.leaf_words(new));
            let nodes = (Some(&old.node), Some(&new.node));
            return self.found(at, Change::TypeChanged, "has another type", words, nodes);
        }
        for (index, (a, b)) in before.iter().zip(&after).enumerate() {
            self.schemas(&at.inside(&format!("[{index}]")), a, b, Null::Here);
        }
    }

    /// The values of a map.
    pub(super) fn members(&mut self, at: &At, old: &Leaf<'a>, new: &Leaf<'a>) {
        let schema = |leaf: &Leaf<'a>| {
            let node = leaf.node.get("additionalProperties");
            node.filter(|node| node.value.is_object())
        };
        self.inner(&at.inside("{}"), schema(old), schema(new));
    }

    /// What stands inside a list or map, where nothing said means anything goes.
    fn inner(&mut self, at: &At, old: Option<Node<'a>>, new: Option<Node<'a>>) {
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
        self.schemas(at, &a, &b, Null::Here);
    }
}

/// The format of a text, whichever keywords declare it: pydantic wrote bytes as the format `binary`
/// and writes them as a content type by now.
pub(super) fn format(leaf: &Leaf<'_>) -> Option<String> {
    let (media, encoding) = (
        leaf.node.text("contentMediaType"),
        leaf.node.text("contentEncoding"),
    );
    match (leaf.node.text("format"), media, encoding) {
        (Some(format), ..) => Some(format.to_owned()),
        (None, Some("application/octet-stream"), None) => Some("binary".to_owned()),
        (None, None, Some("base64")) => Some("byte".to_owned()),
        (None, None, None) => None,
        (None, media, encoding) => {
            let parts = [media, encoding].into_iter().flatten();
            Some(parts.collect::<Vec<_>>().join(" in "))
        }
    }
}

/// What it means that a type has become another.
pub(super) fn other_kind(old: &Leaf<'_>, new: &Leaf<'_>) -> Change {
    let free = |leaf: &Leaf<'_>| match leaf.schema().get("additionalProperties") {
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

/// What is in `left` but not in `right`, in words.
fn difference(left: &[&Value], right: &[&Value]) -> Vec<String> {
    let only = left.iter().filter(|value| !right.contains(value));
    only.map(|value| code(value)).collect()
}

/// The keywords of a schema that have a meaning of their own in the comparison.
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
        // Beside what leads to the alternatives, only limits are compared.
        Some(wrapper) => {
            let tag = matches!(key, "discriminator" | "x-discriminator");
            key == wrapper || tag || (is_limit(key) && key != "format")
        }
        None => KEYWORDS.contains(&key) || is_limit(key) || is_opaque(schema),
    }
}

/// Whether a schema is compared as a whole only: it has no type, and an intersection or a condition
/// instead.
fn is_opaque(schema: &Map<String, Value>) -> bool {
    let has = |key: &&str| schema.contains_key(*key);
    ["allOf", "if", "not"].iter().any(has)
        && !["type", "enum", "const", "properties"].iter().any(has)
}
