//! Compares two schemas of one JSON type each.

use serde_json::Value;

use super::describe::code;
use super::document::Node;
use super::opaque::first_difference;
use super::position::{BeforeAfter, Position};
use super::resolved::{Kind, Typed};
use super::rule::Kind as Change;
use super::visitor::Visitor;

/// Keywords that restrict a value as a whole. Adding one always allows fewer values.
const CONDITIONS: [&str; 6] = [
    "allOf",
    "contains",
    "dependentRequired",
    "dependentSchemas",
    "not",
    "propertyNames",
];

impl<'a> Visitor<'_, 'a> {
    pub(super) fn typed_pair(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        if old.kind != new.kind {
            let words = BeforeAfter::change(
                self.both.old.typed_words(old),
                self.both.new.typed_words(new),
            );
            let nodes = (Some(&old.node), Some(&new.node));
            return self.found(at, type_change(old, new), "changed its type", words, nodes);
        }
        self.values(at, old, new);
        self.limits(at, old, new);
        match old.kind {
            Kind::String => self.formats(at, old, new),
            Kind::Array => self.items(at, old, new),
            Kind::Tuple => self.tuples(at, old, new),
            Kind::Map => self.openness(at, old, new),
            Kind::Object => self.objects(at, old, new),
            Kind::Any => {
                self.formats(at, old, new);
                self.items(at, old, new);
            }
            Kind::Unknown => {
                let nodes = (Some(&old.node), Some(&new.node));
                return self.whole(at, "", (old.node.value, new.node.value), nodes);
            }
            Kind::Null | Kind::Boolean | Kind::Integer | Kind::Number => {}
        }
        self.conditions(at, old, new);
        self.patterns(at, old, new);
    }

    /// Compares keywords that restrict a value as a whole.
    fn conditions(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let nodes = (Some(&old.node), Some(&new.node));
        for key in CONDITIONS {
            let (a, b) = (old.node.get(key), new.node.get(key));
            let word = |value: Option<&Value>| value.map_or_else(|| "none".to_owned(), code);
            let words = format!(
                "`{key}` {} → {}",
                word(a.as_ref().map(|node| node.value)),
                word(b.as_ref().map(|node| node.value))
            );
            match (a, b) {
                (None, None) => {}
                (None, Some(_)) => {
                    let predicate = format!("has a tighter limit: {words}");
                    let none = BeforeAfter::none();
                    self.found(at, Change::LimitTightened, &predicate, none, nodes);
                }
                (Some(_), None) => {
                    let predicate = format!("has a looser limit: {words}");
                    let none = BeforeAfter::none();
                    self.found(at, Change::LimitLoosened, &predicate, none, nodes);
                }
                (Some(a), Some(b)) if key == "propertyNames" => {
                    let (a, b) = ((&old.node, Some(a)), (&new.node, Some(b)));
                    self.inner(&at.inside("{key}"), a, b);
                }
                (Some(a), Some(b)) => self.whole(at, key, (a.value, b.value), nodes),
            }
        }
    }

    /// Compares the schemas of properties with names that match a pattern.
    fn patterns(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        const KEY: &str = "patternProperties";
        let (before, after) = (old.node.entries_of(KEY), new.node.entries_of(KEY));
        if before.keys().ne(after.keys()) {
            let none = &Value::Null;
            let value = |typed: &Typed<'a>| typed.schema().get(KEY).unwrap_or(none);
            let nodes = (Some(&old.node), Some(&new.node));
            return self.whole(at, KEY, (value(old), value(new)), nodes);
        }
        for (pattern, schema) in before {
            let at = at.inside(&format!("{{/{pattern}/}}"));
            let other = after.get(pattern).cloned();
            self.inner(&at, (&old.node, Some(schema)), (&new.node, other));
        }
    }

    /// Compares two values as a whole: what differs has to be reviewed by a person.
    pub(super) fn whole(
        &mut self,
        at: &Position,
        key: &str,
        values: (&Value, &Value),
        nodes: (Option<&Node<'a>>, Option<&Node<'a>>),
    ) {
        let (a, b) = (
            self.both.old.expanded(values.0),
            self.both.new.expanded(values.1),
        );
        if a == b {
            return;
        }
        let place = first_difference(&a, &b);
        let (before, after) = (a.pointer(&place), b.pointer(&place));
        let word = |value: Option<&Value>| match value {
            None | Some(Value::Null) => "none".to_owned(),
            Some(value) => code(value),
        };
        let predicate = format!(
            "changed at `{key}{place}`, which this comparison does not understand; review it by hand"
        );
        let words = BeforeAfter::change(word(before), word(after));
        self.found(at, Change::NotUnderstood, &predicate, words, nodes);
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
