//! Two schemas in the same place: their alternatives, and what is said about them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::change::Kind as Change;
use super::document::{Document, Node};
use super::leaf::other_kind;
use super::meaning::{Alternative, Kind, Leaf, Meaning, values};
use super::rename::in_other_words;
use super::walk::{At, Walk, Words};
use super::words::article;

/// Who judges whether `null` is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Null {
    /// The comparison of the two schemas.
    Here,
    /// The caller, who also knows whether the value may be missing.
    Caller,
    /// Nobody: there is no way to write `null` in a path, query or header.
    Unwritable,
}

impl<'a> Walk<'_, 'a> {
    pub(super) fn schemas(&mut self, at: &At, old: &Node<'a>, new: &Node<'a>, null: Null) {
        let (a, b) = (self.both.old.meaning(old), self.both.new.meaning(new));
        let nodes = (Some(old), Some(new));
        self.schema_notes(at, old, new);
        let nullable = Meaning::nullable(&a, &b);
        if nullable.0 != nullable.1 {
            let words = Words::change(self.both.old.words(old), self.both.new.words(new));
            match (null, nullable.1) {
                (Null::Here, true) => {
                    self.found(
                        at,
                        Change::PresenceLoosened,
                        "may now be null",
                        words,
                        nodes,
                    );
                }
                (Null::Here, false) => {
                    self.found(
                        at,
                        Change::PresenceTightened,
                        "is never null any more",
                        words,
                        nodes,
                    );
                }
                (Null::Unwritable, _) => {
                    let predicate = "is declared otherwise, which changes nothing that can be sent";
                    self.found(at, Change::Redeclared, predicate, words, nodes);
                }
                (Null::Caller, _) => {}
            }
        }
        match (&a.alternatives[..], &b.alternatives[..]) {
            ([], []) => {}
            ([x], [y]) => {
                self.inner_notes(at, (old, x), (new, y));
                self.alternatives(at, x, y);
            }
            _ => self.unions(at, (old, &a), (new, &b), null),
        }
    }

    /// What is said about an alternative itself, not about the schema around it.
    fn inner_notes(
        &mut self,
        at: &At,
        old: (&Node<'a>, &Alternative<'a>),
        new: (&Node<'a>, &Alternative<'a>),
    ) {
        let inside =
            |(outer, inner): (&Node<'a>, &Alternative<'a>)| outer.pointer != inner.node.pointer;
        if inside(old) && inside(new) {
            self.schema_notes(at, &old.1.node, &new.1.node);
        }
    }

    /// Two alternatives that stand in each other's place.
    fn alternatives(&mut self, at: &At, old: &Alternative<'a>, new: &Alternative<'a>) {
        if let (Some(x), Some(y)) = (old.leaf(), new.leaf()) {
            return self.leaves(at, &x, &y);
        }
        let nodes = (Some(&old.node), Some(&new.node));
        if old.name() != new.name() && self.unrelated(old, new) {
            let words = self.alternative_words(old, new);
            return self.found(at, Change::TypeChanged, "has another type", words, nodes);
        }
        let (x, y) = (
            self.both.old.target(&old.node),
            self.both.new.target(&new.node),
        );
        let inner = match (old.name(), new.name()) {
            (Some(before), Some(after)) if before == after || !self.still_there(old, new) => {
                let Some(inner) = self.pair(at, &x, &y, &after) else {
                    return;
                };
                if before != after && !(generic(&before) && generic(&after)) {
                    let schemas = &mut self.renames.schemas;
                    schemas.insert(before.clone(), after.clone());
                    let words = Words::change(format!("`{before}`"), format!("`{after}`"));
                    let nodes = (Some(&x), Some(&y));
                    self.found(
                        &inner,
                        Change::SchemaRenamed,
                        "has another name",
                        words,
                        nodes,
                    );
                }
                inner
            }
            (before, after) => {
                if let (Some(a), Some(b)) = (self.both.old.leaf(old), self.both.new.leaf(new))
                    && a.kind != b.kind
                {
                    let words = self.alternative_words(old, new);
                    return self.found(at, other_kind(&a, &b), "has another type", words, nodes);
                }
                let Some(inner) = self.replaced(at, &x, &y) else {
                    return;
                };
                let predicate = match (before, after) {
                    (Some(_), Some(_)) => "refers to another schema",
                    (Some(_), None) => "is declared in place instead of by reference",
                    _ => "is declared by reference instead of in place",
                };
                let words = self.alternative_words(old, new);
                self.found(at, Change::Redeclared, predicate, words, nodes);
                inner
            }
        };
        self.schemas(&inner, &x, &y, Null::Caller);
    }

    fn alternative_words(&self, old: &Alternative<'a>, new: &Alternative<'a>) -> Words {
        Words::change(
            self.both.old.alternative_words(old),
            self.both.new.alternative_words(new),
        )
    }

    /// Whether these are two objects with little in common.
    fn unrelated(&self, old: &Alternative<'a>, new: &Alternative<'a>) -> bool {
        let object = |leaf: Option<Leaf<'a>>| leaf.is_some_and(|leaf| leaf.kind == Kind::Object);
        object(self.both.old.leaf(old))
            && object(self.both.new.leaf(new))
            && !self.both.alike(old, new)
    }

    fn unions(
        &mut self,
        at: &At,
        old: (&Node<'a>, &Meaning<'a>),
        new: (&Node<'a>, &Meaning<'a>),
        null: Null,
    ) {
        let nodes = (Some(old.0), Some(new.0));
        let words = |walk: &Self| match null {
            Null::Unwritable => Words::change(
                walk.both.old.words_without_null(old.0),
                walk.both.new.words_without_null(new.0),
            ),
            _ => Words::change(walk.both.old.words(old.0), walk.both.new.words(new.0)),
        };
        let x = self.both.old.flat(&old.1.alternatives);
        let y = self.both.new.flat(&new.1.alternatives);
        let matched = self.matched(&x, &y, (old.1, new.1));
        if matched.is_empty() {
            let kind = match (old.1.is_free(), new.1.is_free()) {
                (true, false) => Change::TypeNarrowed,
                (false, true) => Change::TypeWidened,
                _ => Change::TypeChanged,
            };
            let words = words(self);
            return self.found(at, kind, "has another type", words, nodes);
        }
        for (i, j) in &matched {
            if let (Some(a), Some(b)) = (x.get(*i), y.get(*j)) {
                self.inner_notes(at, (old.0, a), (new.0, b));
                self.alternatives(at, a, b);
            }
        }
        let gone = x
            .iter()
            .enumerate()
            .filter(|(i, _)| matched.iter().all(|(a, _)| a != i));
        let gone: Vec<_> = gone.map(|(_, alternative)| alternative.clone()).collect();
        let came = y
            .iter()
            .enumerate()
            .filter(|(j, _)| matched.iter().all(|(_, b)| b != j));
        let came: Vec<_> = came.map(|(_, alternative)| alternative.clone()).collect();

        let mut redundant = false;
        for alternative in &gone {
            let leaf = self.both.old.leaf(alternative);
            if y.iter()
                .any(|other| covers(self.both.new.leaf(other), &leaf))
            {
                redundant = true;
                continue;
            }
            let word = self.both.old.alternative_words(alternative);
            let predicate = format!("can no longer be {}", article(&word));
            let nodes = (Some(&alternative.node), Some(new.0));
            let words = words(self);
            self.found(at, Change::AlternativeRemoved, &predicate, words, nodes);
        }
        let tagged = old.1.tag.is_some() && new.1.tag.is_some();
        for alternative in &came {
            let leaf = self.both.new.leaf(alternative);
            if x.iter()
                .any(|other| covers(self.both.old.leaf(other), &leaf))
            {
                redundant = true;
                continue;
            }
            let word = self.both.new.alternative_words(alternative);
            let predicate = format!("may now also be {}", article(&word));
            let kind = if tagged {
                Change::VariantAdded
            } else {
                Change::AlternativeAdded
            };
            let nodes = (Some(old.0), Some(&alternative.node));
            let words = words(self);
            self.found(at, kind, &predicate, words, nodes);
        }
        // A reader tries objects in order; other types cannot be mistaken for each other.
        let objects = matched.iter().filter(|(_, new)| {
            let leaf = y.get(*new).and_then(|new| self.both.new.leaf(new));
            leaf.is_some_and(|leaf| leaf.kind == Kind::Object)
        });
        let sorted = objects.map(|(_, new)| new).is_sorted();
        if gone.is_empty() && came.is_empty() && !sorted {
            self.found(
                at,
                Change::Redeclared,
                "lists its alternatives in another order",
                words(self),
                nodes,
            );
        } else if redundant {
            let words = words(self);
            self.found(
                at,
                Change::Redeclared,
                "is declared otherwise, with the same meaning",
                words,
                nodes,
            );
        }
        self.tags(at, old, new);
    }

    /// Which alternatives of two unions belong together.
    fn matched(
        &self,
        old: &[Alternative<'a>],
        new: &[Alternative<'a>],
        meanings: (&Meaning<'a>, &Meaning<'a>),
    ) -> Vec<(usize, usize)> {
        let tags = |alternative: &Alternative<'a>, meaning: &Meaning<'a>| -> Vec<String> {
            let name = alternative.name().unwrap_or_default();
            let tag = meaning.tag.iter();
            let values = tag.flat_map(|tag| tag.values(&name));
            values.map(str::to_owned).collect()
        };
        type Fits<'f, 'a> = &'f dyn Fn(&Alternative<'a>, &Alternative<'a>) -> bool;
        let named: Fits<'_, 'a> = &|a, b| a.name().is_some() && a.name() == b.name();
        let inline: Fits<'_, 'a> = &|a, b| self.both.same_alternative(a, b);
        let renamed: Fits<'_, 'a> = &|a, b| {
            let names = a.name().zip(b.name());
            names.is_some_and(|(a, b)| in_other_words(&a, &b))
        };
        let tagged: Fits<'_, 'a> = &|a, b| {
            let values = tags(b, meanings.1);
            tags(a, meanings.0)
                .iter()
                .any(|value| values.contains(value))
        };
        let alike: Fits<'_, 'a> = &|a, b| {
            let both_named = a.name().is_some() && b.name().is_some();
            self.both.alike(a, b) && (!both_named || !self.still_there(a, b))
        };
        let mut matched: Vec<(usize, usize)> = Vec::new();
        for fits in [named, inline, renamed, tagged, alike] {
            for (i, a) in old.iter().enumerate() {
                if matched.iter().any(|(other, _)| *other == i) {
                    continue;
                }
                let free = |j: usize| matched.iter().all(|(_, other)| *other != j);
                let found = new.iter().enumerate().find(|(j, b)| free(*j) && fits(a, b));
                if let Some((j, _)) = found {
                    matched.push((i, j));
                }
            }
        }
        matched.sort_unstable();
        matched
    }

    /// Whether one of two schemas is also known to the other document: then the new one does not
    /// stand for the old one.
    fn still_there(&self, old: &Alternative<'a>, new: &Alternative<'a>) -> bool {
        let known = |name: Option<String>, document: &Document<'a>| {
            name.is_some_and(|name| document.schema(&name).is_some())
        };
        known(old.name(), self.both.new) || known(new.name(), self.both.old)
    }

    fn tags(&mut self, at: &At, old: (&Node<'a>, &Meaning<'a>), new: (&Node<'a>, &Meaning<'a>)) {
        let nodes = (Some(old.0), Some(new.0));
        match (&old.1.tag, &new.1.tag) {
            (Some(a), Some(b)) if a.property != b.property => {
                let words = Words::change(format!("`{}`", a.property), format!("`{}`", b.property));
                self.found(
                    at,
                    Change::TagChanged,
                    "is told apart by another property",
                    words,
                    nodes,
                );
            }
            (Some(a), Some(b)) => {
                let names: BTreeSet<&String> = a.mapping.values().collect();
                for name in names.into_iter().filter(|name| !b.values(name).is_empty()) {
                    let (before, after) = (a.values(name), b.values(name));
                    let kind = if before.iter().any(|value| !after.contains(value)) {
                        Change::TagChanged
                    } else if before.len() < after.len() {
                        Change::EnumValueAdded
                    } else {
                        continue;
                    };
                    let code = |values: Vec<&str>| format!("`{}`", values.join("` or `"));
                    let words = Words::change(code(before), code(after));
                    let predicate = format!("knows `{name}` by other values of `{}`", a.property);
                    self.found(at, kind, &predicate, words, nodes);
                }
            }
            (None, Some(tag)) => {
                let predicate = format!(
                    "declares that `{}` tells the alternatives apart",
                    tag.property
                );
                self.found(at, Change::Redeclared, &predicate, Words::none(), nodes);
            }
            (Some(tag), None) => {
                let predicate = format!(
                    "no longer declares that `{}` tells the alternatives apart",
                    tag.property
                );
                self.found(at, Change::Redeclared, &predicate, Words::none(), nodes);
            }
            (None, None) => {}
        }
    }
}

/// Whether every value of `narrow` is one of `wide`, as far as that is plain to see.
fn covers(wide: Option<Leaf<'_>>, narrow: &Option<Leaf<'_>>) -> bool {
    let (Some(wide), Some(narrow)) = (wide, narrow) else {
        return false;
    };
    let free = |schema: &Map<String, Value>| {
        values(schema).is_none()
            && schema.get("format").is_none()
            && schema.get("pattern").is_none()
    };
    match (wide.kind, narrow.kind) {
        (Kind::Any, _) => true,
        (Kind::String, Kind::String) | (Kind::Number, Kind::Integer) => free(wide.schema()),
        _ => false,
    }
}

/// Whether a schema's name is made by FastAPI from those of its type arguments: a rename of one of
/// them renames it too, which is no news.
fn generic(name: &str) -> bool {
    name.ends_with('_') && name.contains('_')
}
