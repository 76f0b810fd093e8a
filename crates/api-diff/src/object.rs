//! Two objects: properties that come, go and change their names, and what may be missing.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::Kind;
use super::document::Node;
use super::meaning::{Leaf, Meaning};
use super::rename::{alike, in_other_words, pairs};
use super::same::{is_required, properties};
use super::schema::Null;
use super::walk::{At, Walk, Words};

/// A property of one of two objects.
type Property<'a> = (&'a str, Node<'a>);

impl<'a> Walk<'_, 'a> {
    pub(super) fn objects(&mut self, at: &At, old: &Leaf<'a>, new: &Leaf<'a>) {
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
                    let words = Words::change(format!("`{name}`"), format!("`{other}`"));
                    let nodes = (Some(property), Some(node));
                    self.found(
                        &at.property(name),
                        Kind::PropertyRenamed,
                        "has another name",
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
                        "is gone",
                        Words::before(was),
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
            self.found(&at.property(name), kind, "is new", Words::after(is), nodes);
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

    /// What is said of members that are not declared: which are required, and whether there may be
    /// any.
    pub(super) fn openness(&mut self, at: &At, old: &Leaf<'a>, new: &Leaf<'a>) {
        self.required_only(at, old, new);
        let closed = |leaf: &Leaf<'a>| {
            leaf.schema().get("additionalProperties") == Some(&Value::Bool(false))
        };
        let nodes = (Some(&old.node), Some(&new.node));
        match (closed(old), closed(new)) {
            (false, true) => {
                let predicate = "takes no members beyond those declared any more";
                self.found(at, Kind::ObjectClosed, predicate, Words::none(), nodes);
            }
            (true, false) => {
                let predicate = "takes members beyond those declared";
                self.found(at, Kind::ObjectOpened, predicate, Words::none(), nodes);
            }
            (true, true) => {}
            (false, false) => self.members(at, old, new),
        }
    }

    /// Members that are required, while neither side declares what they are.
    fn required_only(&mut self, at: &At, old: &Leaf<'a>, new: &Leaf<'a>) {
        let declared: BTreeSet<&str> = [properties(old), properties(new)]
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
            .collect();
        let names = |leaf: &Leaf<'a>| -> BTreeSet<&'a str> {
            let names = leaf.schema().get("required").and_then(Value::as_array);
            let names = names.into_iter().flatten().filter_map(Value::as_str);
            names.filter(|name| !declared.contains(name)).collect()
        };
        let (before, after) = (names(old), names(new));
        let nodes = (Some(&old.node), Some(&new.node));
        for name in before.difference(&after) {
            let (at, predicate) = (at.property(name), "may now be missing");
            self.found(&at, Kind::PresenceLoosened, predicate, Words::none(), nodes);
        }
        for name in after.difference(&before) {
            let (at, predicate) = (at.property(name), "is now required");
            let kind = Kind::PresenceTightened;
            self.found(&at, kind, predicate, Words::none(), nodes);
        }
    }

    /// What is gone and came back under another name: the same type, and a name that says so or
    /// no other candidate.
    fn renamed(
        &self,
        old: (&Leaf<'a>, &[Property<'a>]),
        new: (&Leaf<'a>, &[Property<'a>]),
    ) -> Vec<(Property<'a>, Property<'a>)> {
        let same = |a: &Property<'a>, b: &Property<'a>| {
            is_required(old.0.schema(), a.0) == is_required(new.0.schema(), b.0)
                && self.both.same(&a.1, &b.1)
        };
        let telling = |a: &Property<'a>| {
            let meaning = self.both.old.meaning(&a.1);
            let mut names = meaning.alternatives.iter();
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

    /// A property of both objects: may it be missing or `null`, and what is it.
    fn property(
        &mut self,
        at: &At,
        old: (&Leaf<'a>, &str, &Node<'a>),
        new: (&Leaf<'a>, &str, &Node<'a>),
    ) {
        let required = (
            is_required(old.0.schema(), old.1),
            is_required(new.0.schema(), new.1),
        );
        let nullable =
            Meaning::nullable(&self.both.old.meaning(old.2), &self.both.new.meaning(new.2));
        let loosened = (required == (true, false), nullable == (false, true));
        let tightened = (required == (false, true), nullable == (true, false));
        let words = |walk: &Self| {
            let before = format!("{}, {}", walk.both.old.words(old.2), presence(old.0, old.1));
            let after = format!("{}, {}", walk.both.new.words(new.2), presence(new.0, new.1));
            Words::change(before, after)
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
            (true, true) => Some("is now required and never null"),
            (true, false) => Some("is now required"),
            (false, true) => Some("is never null any more"),
            (false, false) => None,
        };
        if let Some(predicate) = predicate {
            let words = words(self);
            self.found(at, Kind::PresenceTightened, predicate, words, nodes);
        }
        self.schemas(at, old.2, new.2, Null::Caller);
    }
}

fn presence(leaf: &Leaf<'_>, name: &str) -> &'static str {
    if is_required(leaf.schema(), name) {
        "required"
    } else {
        "optional"
    }
}
