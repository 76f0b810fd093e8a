//! Compares two objects: properties added, removed and renamed, and which may be missing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::document::Node;
use super::equivalence::{is_required, properties};
use super::position::{BeforeAfter, NullCheck, Position, Relevance};
use super::rename::{Named, in_other_words, pairs};
use super::resolved::{Resolved, Typed};
use super::rule::Kind;
use super::visitor::Visitor;

/// One property of an object.
type Property<'a> = (&'a str, Node<'a>);

impl<'a> Visitor<'_, 'a> {
    pub(super) fn objects(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let (before, after) = (properties(old), properties(new));
        let missing_in = |list: &[Property<'a>], (name, _): &Property<'a>| {
            list.iter().all(|(other, _)| other != name)
        };
        let gone = before
            .iter()
            .filter(|property| missing_in(&after, property));
        let gone: Vec<Property<'a>> = gone.cloned().collect();
        let came = after
            .iter()
            .filter(|property| missing_in(&before, property));
        let came: Vec<Property<'a>> = came.cloned().collect();
        let renamed = self.renamed((old, &gone), (new, &came));

        for (name, property) in &gone {
            let nodes = (Some(property), Some(&new.node));
            let Some((_, (other, node))) = renamed.iter().find(|(a, _)| a.0 == *name) else {
                let was = format!("{}, {}", self.both.old.words(property), presence(old, name));
                let at = at
                    .property(name)
                    .limited_to(self.relevance(Some(property), None));
                let words = BeforeAfter::before(was);
                self.found(&at, Kind::PropertyRemoved, "was removed", words, nodes);
                continue;
            };
            if let Some(schema) = self.schema_at(at).map(str::to_owned) {
                let properties = &mut self.renames.properties;
                properties.insert((schema, (*name).to_owned()), (*other).to_owned());
            }
            let words = BeforeAfter::change(format!("`{name}`"), format!("`{other}`"));
            let nodes = (Some(property), Some(node));
            let predicate = "was probably renamed";
            let renamed_at = at.property(name);
            self.found(&renamed_at, Kind::PropertyRenamed, predicate, words, nodes);
            let at = at.property(other);
            self.property(&at, (old, name, property), (new, other, node));
        }
        for (name, property) in &came {
            if renamed.iter().any(|(_, b)| b.0 == *name) {
                continue;
            }
            let kind = if is_required(new.schema(), name) {
                Kind::RequiredPropertyAdded
            } else {
                Kind::PropertyAdded
            };
            let is = format!("{}, {}", self.both.new.words(property), presence(new, name));
            let nodes = (Some(&old.node), Some(property));
            let at = at
                .property(name)
                .limited_to(self.relevance(None, Some(property)));
            self.found(&at, kind, "was added", BeforeAfter::after(is), nodes);
        }
        for (name, property) in &before {
            if let Some((_, other)) = after.iter().find(|(other, _)| other == name) {
                self.property(
                    &at.property(name),
                    (old, name, property),
                    (new, name, other),
                );
            }
        }
        self.openness(at, old, new);
        self.base_tags(at, old, new);
    }

    /// Compares what holds for undeclared properties: which are required, and whether any are allowed.
    pub(super) fn openness(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        self.required_only(at, old, new);
        let closed = |typed: &Typed<'a>| {
            typed.schema().get("additionalProperties") == Some(&Value::Bool(false))
        };
        let nodes = (Some(&old.node), Some(&new.node));
        match (closed(old), closed(new)) {
            (false, true) => {
                let predicate = "no longer allows undeclared properties";
                self.found(
                    at,
                    Kind::ObjectClosed,
                    predicate,
                    BeforeAfter::none(),
                    nodes,
                );
            }
            (true, false) => {
                let predicate = "now allows undeclared properties";
                self.found(
                    at,
                    Kind::ObjectOpened,
                    predicate,
                    BeforeAfter::none(),
                    nodes,
                );
            }
            (true, true) => {}
            (false, false) => {
                let schema = |typed: &Typed<'a>| {
                    let node = typed.node.get("additionalProperties");
                    node.filter(|node| node.value.is_object())
                };
                let (a, b) = ((&old.node, schema(old)), (&new.node, schema(new)));
                self.inner(&at.inside("{}"), a, b);
            }
        }
    }

    /// Compares required names that neither side declares as properties.
    fn required_only(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let declared: BTreeSet<&str> = [properties(old), properties(new)]
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
            .collect();
        let names = |typed: &Typed<'a>| -> BTreeSet<&'a str> {
            let names = typed.schema().get("required").and_then(Value::as_array);
            let names = names.into_iter().flatten().filter_map(Value::as_str);
            names.filter(|name| !declared.contains(name)).collect()
        };
        let (before, after) = (names(old), names(new));
        let nodes = (Some(&old.node), Some(&new.node));
        for name in before.difference(&after) {
            let (at, predicate) = (at.property(name), "may now be missing");
            self.found(
                &at,
                Kind::PresenceLoosened,
                predicate,
                BeforeAfter::none(),
                nodes,
            );
        }
        for name in after.difference(&before) {
            let (at, predicate) = (at.property(name), "is now required");
            let kind = Kind::PresenceTightened;
            self.found(&at, kind, predicate, BeforeAfter::none(), nodes);
        }
    }

    /// Pairs removed properties with added ones that are probably the same under a new name.
    fn renamed(
        &mut self,
        old: (&Typed<'a>, &[Property<'a>]),
        new: (&Typed<'a>, &[Property<'a>]),
    ) -> Vec<(Property<'a>, Property<'a>)> {
        let both = self.both;
        let same = |a: &Property<'a>, b: &Property<'a>| {
            is_required(old.0.schema(), a.0) == is_required(new.0.schema(), b.0)
                && both.same(&a.1, &b.1)
        };
        let telling = |a: &Property<'a>| {
            let resolved = both.old.resolved(&a.1);
            let mut names = resolved.alternatives.iter();
            names.any(|alternative| alternative.name().is_some())
        };
        let names = |list: &[Property<'a>]| list.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        let at = |list: &[Property<'a>], index: usize| list.get(index).cloned();
        self.candidates.add(
            Named::Property,
            &names(old.1),
            &names(new.1),
            |i, j| {
                at(old.1, i)
                    .zip(at(new.1, j))
                    .is_some_and(|(a, b)| same(&a, &b))
            },
            |i| at(old.1, i).is_some_and(|a| telling(&a)),
        );
        let probable = &self.renames.probable;
        let fits = |a: &Property<'a>, b: &Property<'a>| {
            let known = probable.get(&(Named::Property, a.0.to_owned()));
            same(a, b) && (in_other_words(a.0, b.0) || known.is_some_and(|known| known == b.0))
        };
        let found = pairs(old.1, new.1, fits).into_iter();
        found
            .filter_map(|(i, j)| at(old.1, i).zip(at(new.1, j)))
            .collect()
    }

    /// Compares a property that both objects have: presence, `null` and schema.
    fn property(
        &mut self,
        at: &Position,
        old: (&Typed<'a>, &str, &Node<'a>),
        new: (&Typed<'a>, &str, &Node<'a>),
    ) {
        let nodes = (Some(old.2), Some(new.2));
        let required = (
            is_required(old.0.schema(), old.1),
            is_required(new.0.schema(), new.1),
        );
        self.access(at, (old.2, new.2), required.1);
        let at = &at.limited_to(self.relevance(nodes.0, nodes.1));
        let nullable = Resolved::nullable(
            &self.both.old.resolved(old.2),
            &self.both.new.resolved(new.2),
        );
        let loosened = (required == (true, false), nullable == (false, true));
        let tightened = (required == (false, true), nullable == (true, false));
        let words = |visitor: &Self| {
            let before = visitor.both.old.words(old.2);
            let after = visitor.both.new.words(new.2);
            BeforeAfter::change(
                format!("{before}, {}", presence(old.0, old.1)),
                format!("{after}, {}", presence(new.0, new.1)),
            )
        };
        let predicate = match loosened {
            (true, true) => Some("may now be missing or null"),
            (true, false) => Some("may now be missing"),
            (false, true) => Some("may now be null"),
            (false, false) => None,
        };
        if let Some(predicate) = predicate {
            let words = words(self);
            self.found(at, Kind::PresenceLoosened, predicate, words, nodes);
        }
        let predicate = match tightened {
            (true, true) => Some("is now required and no longer null"),
            (true, false) => Some("is now required"),
            (false, true) => Some("can no longer be null"),
            (false, false) => None,
        };
        if let Some(predicate) = predicate {
            let words = words(self);
            self.found(at, Kind::PresenceTightened, predicate, words, nodes);
        }
        self.schemas(at, old.2, new.2, NullCheck::ByCaller);
    }

    /// Compares whether only one side may write a property. `required` says whether the new object
    /// requires it.
    fn access(&mut self, at: &Position, property: (&Node<'a>, &Node<'a>), required: bool) {
        let (old, new) = (self.both.old, self.both.new);
        let nodes = (Some(property.0), Some(property.1));
        let flags = |key: &str| {
            let own = (property.0.flag(key), property.1.flag(key));
            (
                own.0 || old.target(property.0).flag(key),
                own.1 || new.target(property.1).flag(key),
            )
        };
        let change = match flags("readOnly") {
            (false, true) => Some((Kind::ReadOnly, "is now read-only")),
            (true, false) if required => Some((
                Kind::RequiredNoLongerReadOnly,
                "is required and no longer read-only",
            )),
            (true, false) => Some((Kind::NoLongerReadOnly, "is no longer read-only")),
            _ => None,
        };
        if let Some((kind, predicate)) = change {
            self.found(at, kind, predicate, BeforeAfter::none(), nodes);
        }
        let change = match flags("writeOnly") {
            (false, true) => Some((Kind::WriteOnly, "is now write-only")),
            (true, false) => Some((Kind::NoLongerWriteOnly, "is no longer write-only")),
            _ => None,
        };
        if let Some((kind, predicate)) = change {
            self.found(at, kind, predicate, BeforeAfter::none(), nodes);
        }
    }

    /// Returns the directions in which a property exists on both sides.
    fn relevance(&self, old: Option<&Node<'a>>, new: Option<&Node<'a>>) -> Relevance {
        let flag = |key: &str| {
            let has = |node: Option<&Node<'a>>, document: &super::document::Document<'a>| {
                node.is_some_and(|node| node.flag(key) || document.target(node).flag(key))
            };
            has(old, self.both.old) || has(new, self.both.new)
        };
        Relevance {
            sent: !flag("readOnly"),
            received: !flag("writeOnly"),
        }
    }
}

fn presence(typed: &Typed<'_>, name: &str) -> &'static str {
    if is_required(typed.schema(), name) {
        "required"
    } else {
        "optional"
    }
}
