//! Decides whether two schemas allow the same values, and whether they are similar.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::document::{Document, Node};
use super::rename::in_other_words;
use super::resolved::{Alternative, Kind, Typed};

/// The share of properties that two versions of one object have in common.
const SHARED: f64 = 0.5;

/// The two documents of a comparison.
#[derive(Clone, Copy)]
pub(super) struct Documents<'d, 'a> {
    pub old: &'d Document<'a>,
    pub new: &'d Document<'a>,
}

/// Pairs assumed equal while their contents are compared.
type Assumed = BTreeSet<(String, String)>;

impl<'a> Documents<'_, 'a> {
    /// Returns whether two schemas allow the same values, apart from limits and the vendor's renamings.
    pub(super) fn same(self, old: &Node<'a>, new: &Node<'a>) -> bool {
        self.same_node(old, new, &mut Assumed::new())
    }

    /// Does what [`Self::same`] does, for two alternatives.
    pub(super) fn same_alternative(self, old: &Alternative<'a>, new: &Alternative<'a>) -> bool {
        self.same_pair(old, new, &mut Assumed::new())
    }

    fn same_node(self, old: &Node<'a>, new: &Node<'a>, assumed: &mut Assumed) -> bool {
        if !assumed.insert((old.pointer.clone(), new.pointer.clone())) {
            return true;
        }
        let (a, b) = (self.old.resolved(old), self.new.resolved(new));
        let (x, y) = (
            self.old.flat(&a.alternatives),
            self.new.flat(&b.alternatives),
        );
        if a.nullable != b.nullable || x.len() != y.len() {
            return false;
        }
        let mut free: Vec<&Alternative<'a>> = y.iter().collect();
        for old in &x {
            let found = free.iter().position(|new| {
                // Assumptions of a failed attempt must not help the next one.
                let mut attempt = assumed.clone();
                let same = self.same_pair(old, new, &mut attempt);
                if same {
                    *assumed = attempt;
                }
                same
            });
            match found {
                Some(index) => free.swap_remove(index),
                None => return false,
            };
        }
        true
    }

    fn same_pair(
        self,
        old: &Alternative<'a>,
        new: &Alternative<'a>,
        assumed: &mut Assumed,
    ) -> bool {
        match (self.old.typed(old), self.new.typed(new)) {
            (Some(a), Some(b)) => self.same_typed(&a, &b, assumed),
            _ => false,
        }
    }

    fn same_typed(self, old: &Typed<'a>, new: &Typed<'a>, assumed: &mut Assumed) -> bool {
        let (a, b) = (old.schema(), new.schema());
        if old.kind != new.kind || !same_values(old, new) {
            return false;
        }
        let key = (old.node.pointer.clone(), new.node.pointer.clone());
        let compound = matches!(
            old.kind,
            Kind::Array | Kind::Tuple | Kind::Map | Kind::Object
        );
        // The pointer may equal that of the surrounding node, which is assumed already.
        if compound && !assumed.insert((format!("{}#", key.0), format!("{}#", key.1))) {
            return true;
        }
        match old.kind {
            Kind::String => a.get("format") == b.get("format"),
            Kind::Array => self.same_member(old, new, "items", assumed),
            Kind::Tuple => {
                let places = |typed: &Typed<'a>| typed.node.get("prefixItems").map(|n| n.items());
                let (x, y) = (
                    places(old).unwrap_or_default(),
                    places(new).unwrap_or_default(),
                );
                x.len() == y.len() && x.iter().zip(&y).all(|(x, y)| self.same_node(x, y, assumed))
            }
            Kind::Map => self.same_member(old, new, "additionalProperties", assumed),
            Kind::Object => self.same_object(old, new, assumed),
            Kind::Unknown => self.old.expanded(old.node.value) == self.new.expanded(new.node.value),
            Kind::Any | Kind::Null | Kind::Boolean | Kind::Integer | Kind::Number => true,
        }
    }

    fn same_member(
        self,
        old: &Typed<'a>,
        new: &Typed<'a>,
        key: &str,
        assumed: &mut Assumed,
    ) -> bool {
        let schema = |typed: &Typed<'a>| typed.node.get(key).filter(|node| node.value.is_object());
        match (schema(old), schema(new)) {
            (Some(a), Some(b)) => self.same_node(&a, &b, assumed),
            (None, None) => true,
            _ => false,
        }
    }

    fn same_object(self, old: &Typed<'a>, new: &Typed<'a>, assumed: &mut Assumed) -> bool {
        let (a, b) = (properties(old), properties(new));
        a.len() == b.len()
            && a.iter().all(|(name, property)| {
                let other = b.iter().find(|(other, _)| in_other_words(name, other));
                other.is_some_and(|(other, node)| {
                    is_required(old.schema(), name) == is_required(new.schema(), other)
                        && self.same_node(property, node, assumed)
                })
            })
    }

    /// Returns whether the new alternative is plausibly a version of the old one.
    pub(super) fn alike(self, old: &Alternative<'a>, new: &Alternative<'a>) -> bool {
        let (Some(a), Some(b)) = (self.old.typed(old), self.new.typed(new)) else {
            // Unions are compared alternative by alternative in any case.
            return true;
        };
        match (a.kind, b.kind) {
            (Kind::Object, Kind::Object) => {
                let (x, y) = (properties(&a), properties(&b));
                let shared = x
                    .iter()
                    .filter(|(name, _)| y.iter().any(|(other, _)| in_other_words(name, other)));
                let shared = shared.count();
                let all = x.len() + y.len() - shared;
                all == 0 || shared as f64 >= SHARED * all as f64
            }
            (a, b) => a == b,
        }
    }
}

/// Returns the properties of an object.
pub(super) fn properties<'a>(typed: &Typed<'a>) -> Vec<(&'a str, Node<'a>)> {
    let properties = typed.node.get("properties").map(|node| node.entries());
    properties.into_iter().flatten().collect()
}

/// Returns whether an object requires a property.
pub(super) fn is_required(schema: &Map<String, Value>, name: &str) -> bool {
    let list = schema.get("required").and_then(Value::as_array);
    list.is_some_and(|list| list.iter().any(|other| other == name))
}

fn same_values(old: &Typed<'_>, new: &Typed<'_>) -> bool {
    match (old.values(), new.values()) {
        (Some(a), Some(b)) => a.len() == b.len() && a.iter().all(|value| b.contains(value)),
        (a, b) => a.is_none() && b.is_none(),
    }
}
