//! Whether two schemas mean the same values, and whether they are alike at all.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::document::{Document, Node};
use super::meaning::{Alternative, Kind, Leaf, values};
use super::rename::in_other_words;

/// The part of all properties that two objects have to share to be versions of one.
const SHARED: f64 = 0.5;

/// Both documents.
#[derive(Clone, Copy)]
pub(super) struct Both<'d, 'a> {
    pub old: &'d Document<'a>,
    pub new: &'d Document<'a>,
}

/// Pairs that are taken for the same while what is inside of them is looked at.
type Assumed = BTreeSet<(String, String)>;

impl<'a> Both<'_, 'a> {
    /// Whether the same values are valid, limits and the vendor's renamings aside.
    pub(super) fn same(self, old: &Node<'a>, new: &Node<'a>) -> bool {
        self.same_node(old, new, &mut Assumed::new())
    }

    /// [`Self::same`] for alternatives.
    pub(super) fn same_alternative(self, old: &Alternative<'a>, new: &Alternative<'a>) -> bool {
        self.same_pair(old, new, &mut Assumed::new())
    }

    fn same_node(self, old: &Node<'a>, new: &Node<'a>, assumed: &mut Assumed) -> bool {
        if !assumed.insert((old.pointer.clone(), new.pointer.clone())) {
            return true;
        }
        let (a, b) = (self.old.meaning(old), self.new.meaning(new));
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
                // What a failed attempt has assumed must not help the next one.
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
        match (self.old.leaf(old), self.new.leaf(new)) {
            (Some(a), Some(b)) => self.same_leaf(&a, &b, assumed),
            _ => false,
        }
    }

    fn same_leaf(self, old: &Leaf<'a>, new: &Leaf<'a>, assumed: &mut Assumed) -> bool {
        let (a, b) = (old.schema(), new.schema());
        if old.kind != new.kind || !same_values(a, b) {
            return false;
        }
        let key = (old.node.pointer.clone(), new.node.pointer.clone());
        let compound = matches!(
            old.kind,
            Kind::Array | Kind::Tuple | Kind::Map | Kind::Object
        );
        // The pointer of a leaf may be that of the node around it, which is assumed already.
        if compound && !assumed.insert((format!("{}#", key.0), format!("{}#", key.1))) {
            return true;
        }
        match old.kind {
            Kind::String => a.get("format") == b.get("format"),
            Kind::Array => self.same_member(old, new, "items", assumed),
            Kind::Tuple => {
                let places = |leaf: &Leaf<'a>| leaf.node.get("prefixItems").map(|n| n.items());
                let (x, y) = (
                    places(old).unwrap_or_default(),
                    places(new).unwrap_or_default(),
                );
                x.len() == y.len() && x.iter().zip(&y).all(|(x, y)| self.same_node(x, y, assumed))
            }
            Kind::Map => self.same_member(old, new, "additionalProperties", assumed),
            Kind::Object => self.same_object(old, new, assumed),
            Kind::Unknown => a == b,
            Kind::Any | Kind::Null | Kind::Boolean | Kind::Integer | Kind::Number => true,
        }
    }

    fn same_member(self, old: &Leaf<'a>, new: &Leaf<'a>, key: &str, assumed: &mut Assumed) -> bool {
        let schema = |leaf: &Leaf<'a>| leaf.node.get(key).filter(|node| node.value.is_object());
        match (schema(old), schema(new)) {
            (Some(a), Some(b)) => self.same_node(&a, &b, assumed),
            (None, None) => true,
            _ => false,
        }
    }

    fn same_object(self, old: &Leaf<'a>, new: &Leaf<'a>, assumed: &mut Assumed) -> bool {
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

    /// Whether the new alternative is plausibly a version of the old one.
    pub(super) fn alike(self, old: &Alternative<'a>, new: &Alternative<'a>) -> bool {
        let (Some(a), Some(b)) = (self.old.leaf(old), self.new.leaf(new)) else {
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

/// The properties of an object.
pub(super) fn properties<'a>(leaf: &Leaf<'a>) -> Vec<(&'a str, Node<'a>)> {
    let properties = leaf.node.get("properties").map(|node| node.entries());
    properties.into_iter().flatten().collect()
}

/// Whether an object has to have a property.
pub(super) fn is_required(schema: &Map<String, Value>, name: &str) -> bool {
    let list = schema.get("required").and_then(Value::as_array);
    list.is_some_and(|list| list.iter().any(|other| other == name))
}

fn same_values(old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    match (values(old), values(new)) {
        (Some(a), Some(b)) => a.len() == b.len() && a.iter().all(|value| b.contains(value)),
        (a, b) => a.is_none() && b.is_none(),
    }
}
