//! Compares two objects: properties added, removed and renamed, and which may be missing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::Kind;
use super::document::Node;
use super::equivalence::{is_required, properties};
use super::rename::{alike, in_other_words, pairs};
use super::resolved::{Resolved, Typed};
use super::visitor::{BeforeAfter, NullCheck, Position, Visitor};

/// One property of an object.
type Property<'a> = (&'a str, Node<'a>);

impl<'a> Visitor<'_, 'a> {
    pub(super) fn objects(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let (before, after) = (properties(old), properties(new));
        let has = |list: &[Property<'a>], name: &str| list.iter().any(|(other, _)| *other == name);
        let gone: Vec<Property<'a>> = before
            .iter()
            .filter(|(name, _)| !has(&after, name))
            .cloned()
            .collect();
        let came: Vec<Property<'a>> = after
            .iter()
            .filter(|(name, _)| !has(&before, name))
            .cloned()
            .collect();
        let renamed = self.renamed((old, &gone), (new, &came));

        for (name, property) in &gone {
            match renamed.iter().find(|(a, _)| a.0 == *name) {
                Some((_, (other, node))) => {
                    let words = BeforeAfter::change(format!("`{name}`"), format!("`{other}`"));
                    let nodes = (Some(property), Some(node));
                    self.found(
                        &at.property(name),
                        Kind::PropertyRenamed,
                        "was renamed",
                        words,
                        nodes,
                    );
                    self.property(
                        &at.property(other),
                        (old, name, property),
                        (new, other, node),
                    );
                }
                None => {
                    let was = format!("{}, {}", self.both.old.words(property), presence(old, name));
                    let nodes = (Some(property), Some(&new.node));
                    self.found(
                        &at.property(name),
                        Kind::PropertyRemoved,
                        "was removed",
                        BeforeAfter::before(was),
                        nodes,
                    );
                }
            }
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
            self.found(
                &at.property(name),
                kind,
                "was added",
                BeforeAfter::after(is),
                nodes,
            );
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
            (false, false) => self.members(at, old, new),
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
        &self,
        old: (&Typed<'a>, &[Property<'a>]),
        new: (&Typed<'a>, &[Property<'a>]),
    ) -> Vec<(Property<'a>, Property<'a>)> {
        let same = |a: &Property<'a>, b: &Property<'a>| {
            is_required(old.0.schema(), a.0) == is_required(new.0.schema(), b.0)
                && self.both.same(&a.1, &b.1)
        };
        let telling = |a: &Property<'a>| {
            let resolved = self.both.old.resolved(&a.1);
            let mut names = resolved.alternatives.iter();
            names.any(|alternative| alternative.name().is_some())
        };
        let (mut gone, mut came) = (old.1.to_vec(), new.1.to_vec());
        let mut renamed = Vec::new();
        type Fits<'f, 'a> = &'f dyn Fn(&Property<'a>, &Property<'a>) -> bool;
        let words: Fits<'_, 'a> = &|a, b| in_other_words(a.0, b.0) && same(a, b);
        let names: Fits<'_, 'a> = &|a, b| alike(a.0, b.0) && same(a, b);
        let shape: Fits<'_, 'a> = &|a, b| telling(a) && same(a, b);
        for fits in [words, names, shape] {
            let found = pairs(&gone, &came, fits);
            let found: Vec<_> = found
                .into_iter()
                .filter_map(|(i, j)| Some((gone.get(i)?.clone(), came.get(j)?.clone())))
                .collect();
            gone.retain(|(name, _)| found.iter().all(|(a, _)| a.0 != *name));
            came.retain(|(name, _)| found.iter().all(|(_, b)| b.0 != *name));
            renamed.extend(found);
        }
        renamed
    }

    /// Compares a property that both objects have: presence, `null` and schema.
    fn property(
        &mut self,
        at: &Position,
        old: (&Typed<'a>, &str, &Node<'a>),
        new: (&Typed<'a>, &str, &Node<'a>),
    ) {
        let required = (
            is_required(old.0.schema(), old.1),
            is_required(new.0.schema(), new.1),
        );
        let nullable = Resolved::nullable(
            &self.both.old.resolved(old.2),
            &self.both.new.resolved(new.2),
        );
        let loosened = (required == (true, false), nullable == (false, true));
        let tightened = (required == (false, true), nullable == (true, false));
        let words = |visitor: &Self| {
            let before = format!(
                "{}, {}",
                visitor.both.old.words(old.2),
                presence(old.0, old.1)
            );
            let after = format!(
                "{}, {}",
                visitor.both.new.words(new.2),
                presence(new.0, new.1)
            );
            BeforeAfter::change(before, after)
        };
        let nodes = (Some(old.2), Some(new.2));
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
}

fn presence(typed: &Typed<'_>, name: &str) -> &'static str {
    if is_required(typed.schema(), name) {
        "required"
    } else {
        "optional"
    }
}
