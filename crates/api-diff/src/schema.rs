//! Compares two schemas in the same place: their alternatives, and their annotations.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::change::Kind as Change;
use super::describe::article;
use super::document::{Document, Node};
use super::rename::in_other_words;
use super::resolved::{Alternative, Kind, Resolved, Typed, values};
use super::scalar::type_change;
use super::visitor::{BeforeAfter, NullCheck, Position, Visitor};

impl<'a> Visitor<'_, 'a> {
    pub(super) fn schemas(
        &mut self,
        at: &Position,
        old: &Node<'a>,
        new: &Node<'a>,
        null: NullCheck,
    ) {
        let (a, b) = (self.both.old.resolved(old), self.both.new.resolved(new));
        let nodes = (Some(old), Some(new));
        self.schema_notes(at, old, new);
        let nullable = Resolved::nullable(&a, &b);
        if nullable.0 != nullable.1 {
            let words = BeforeAfter::change(self.both.old.words(old), self.both.new.words(new));
            match (null, nullable.1) {
                (NullCheck::Compare, true) => {
                    self.found(
                        at,
                        Change::PresenceLoosened,
                        "may now be null",
                        words,
                        nodes,
                    );
                }
                (NullCheck::Compare, false) => {
                    self.found(
                        at,
                        Change::PresenceTightened,
                        "can no longer be null",
                        words,
                        nodes,
                    );
                }
                (NullCheck::Unwritable, _) => {
                    let predicate = "is declared differently; requests are unchanged";
                    self.found(at, Change::Redeclared, predicate, words, nodes);
                }
                (NullCheck::ByCaller, _) => {}
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

    /// Compares the annotations of an alternative itself, not of the schema around it.
    fn inner_notes(
        &mut self,
        at: &Position,
        old: (&Node<'a>, &Alternative<'a>),
        new: (&Node<'a>, &Alternative<'a>),
    ) {
        let inside =
            |(outer, inner): (&Node<'a>, &Alternative<'a>)| outer.pointer != inner.node.pointer;
        if inside(old) && inside(new) {
            self.schema_notes(at, &old.1.node, &new.1.node);
        }
    }

    /// Compares two alternatives that replace each other.
    fn alternatives(&mut self, at: &Position, old: &Alternative<'a>, new: &Alternative<'a>) {
        if let (Some(x), Some(y)) = (old.typed(), new.typed()) {
            return self.typed_pair(at, &x, &y);
        }
        let nodes = (Some(&old.node), Some(&new.node));
        if old.name() != new.name() && self.unrelated(old, new) {
            let words = self.alternative_words(old, new);
            return self.found(at, Change::TypeChanged, "changed its type", words, nodes);
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
                    let words = BeforeAfter::change(format!("`{before}`"), format!("`{after}`"));
                    let nodes = (Some(&x), Some(&y));
                    self.found(&inner, Change::SchemaRenamed, "was renamed", words, nodes);
                }
                inner
            }
            (before, after) => {
                if let (Some(a), Some(b)) = (self.both.old.typed(old), self.both.new.typed(new))
                    && a.kind != b.kind
                {
                    let words = self.alternative_words(old, new);
                    return self.found(at, type_change(&a, &b), "changed its type", words, nodes);
                }
                let Some(inner) = self.replaced(at, &x, &y) else {
                    return;
                };
                let predicate = match (before, after) {
                    (Some(_), Some(_)) => "refers to a different schema",
                    (Some(_), None) => "is now declared inline",
                    _ => "is now declared by reference",
                };
                let words = self.alternative_words(old, new);
                self.found(at, Change::Redeclared, predicate, words, nodes);
                inner
            }
        };
        self.schemas(&inner, &x, &y, NullCheck::ByCaller);
    }

    fn alternative_words(&self, old: &Alternative<'a>, new: &Alternative<'a>) -> BeforeAfter {
        BeforeAfter::change(
            self.both.old.alternative_words(old),
            self.both.new.alternative_words(new),
        )
    }

    /// Returns whether both are objects with little in common.
    fn unrelated(&self, old: &Alternative<'a>, new: &Alternative<'a>) -> bool {
        let object =
            |typed: Option<Typed<'a>>| typed.is_some_and(|typed| typed.kind == Kind::Object);
        object(self.both.old.typed(old))
            && object(self.both.new.typed(new))
            && !self.both.alike(old, new)
    }

    fn unions(
        &mut self,
        at: &Position,
        old: (&Node<'a>, &Resolved<'a>),
        new: (&Node<'a>, &Resolved<'a>),
        null: NullCheck,
    ) {
        let nodes = (Some(old.0), Some(new.0));
        let words = |visitor: &Self| match null {
            NullCheck::Unwritable => BeforeAfter::change(
                visitor.both.old.words_without_null(old.0),
                visitor.both.new.words_without_null(new.0),
            ),
            _ => BeforeAfter::change(visitor.both.old.words(old.0), visitor.both.new.words(new.0)),
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
            return self.found(at, kind, "changed its type", words, nodes);
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
            let typed = self.both.old.typed(alternative);
            if y.iter()
                .any(|other| covers(self.both.new.typed(other), &typed))
            {
                redundant = true;
                continue;
            }
            let word = self.both.old.alternative_words(alternative);
            let predicate = format!("no longer allows {}", article(&word));
            let nodes = (Some(&alternative.node), Some(new.0));
            let words = words(self);
            self.found(at, Change::AlternativeRemoved, &predicate, words, nodes);
        }
        let tagged = old.1.tag.is_some() && new.1.tag.is_some();
        for alternative in &came {
            let typed = self.both.new.typed(alternative);
            if x.iter()
                .any(|other| covers(self.both.old.typed(other), &typed))
            {
                redundant = true;
                continue;
            }
            let word = self.both.new.alternative_words(alternative);
            let predicate = format!("now also allows {}", article(&word));
            let kind = if tagged {
                Change::VariantAdded
            } else {
                Change::AlternativeAdded
            };
            let nodes = (Some(old.0), Some(&alternative.node));
            let words = words(self);
            self.found(at, kind, &predicate, words, nodes);
        }
        // Readers try objects in order; other types cannot be confused.
        let objects = matched.iter().filter(|(_, new)| {
            let typed = y.get(*new).and_then(|new| self.both.new.typed(new));
            typed.is_some_and(|typed| typed.kind == Kind::Object)
        });
        let sorted = objects.map(|(_, new)| new).is_sorted();
        if gone.is_empty() && came.is_empty() && !sorted {
            self.found(
                at,
                Change::Redeclared,
                "lists its alternatives in a different order",
                words(self),
                nodes,
            );
        } else if redundant {
            let words = words(self);
            self.found(
                at,
                Change::Redeclared,
                "is declared differently with the same meaning",
                words,
                nodes,
            );
        }
        self.tags(at, old, new);
    }

    /// Matches the alternatives of two unions.
    fn matched(
        &self,
        old: &[Alternative<'a>],
        new: &[Alternative<'a>],
        resolved: (&Resolved<'a>, &Resolved<'a>),
    ) -> Vec<(usize, usize)> {
        let tags = |alternative: &Alternative<'a>, resolved: &Resolved<'a>| -> Vec<String> {
            let name = alternative.name().unwrap_or_default();
            let tag = resolved.tag.iter();
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
            let values = tags(b, resolved.1);
            tags(a, resolved.0)
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

    /// Returns whether one of two schemas exists in the other document too: then the new one does not
    /// replace the old one.
    fn still_there(&self, old: &Alternative<'a>, new: &Alternative<'a>) -> bool {
        let known = |name: Option<String>, document: &Document<'a>| {
            name.is_some_and(|name| document.schema(&name).is_some())
        };
        known(old.name(), self.both.new) || known(new.name(), self.both.old)
    }

    fn tags(
        &mut self,
        at: &Position,
        old: (&Node<'a>, &Resolved<'a>),
        new: (&Node<'a>, &Resolved<'a>),
    ) {
        let nodes = (Some(old.0), Some(new.0));
        match (&old.1.tag, &new.1.tag) {
            (Some(a), Some(b)) if a.property != b.property => {
                let words =
                    BeforeAfter::change(format!("`{}`", a.property), format!("`{}`", b.property));
                self.found(
                    at,
                    Change::TagChanged,
                    "has a different discriminator",
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
                    let words = BeforeAfter::change(code(before), code(after));
                    let predicate = format!("has different `{}` values for `{name}`", a.property);
                    self.found(at, kind, &predicate, words, nodes);
                }
            }
            (None, Some(tag)) => {
                let predicate = format!("now declares the discriminator `{}`", tag.property);
                self.found(
                    at,
                    Change::Redeclared,
                    &predicate,
                    BeforeAfter::none(),
                    nodes,
                );
            }
            (Some(tag), None) => {
                let predicate = format!("no longer declares the discriminator `{}`", tag.property);
                self.found(
                    at,
                    Change::Redeclared,
                    &predicate,
                    BeforeAfter::none(),
                    nodes,
                );
            }
            (None, None) => {}
        }
    }
}

/// Returns whether every value of `narrow` is clearly one of `wide`.
fn covers(wide: Option<Typed<'_>>, narrow: &Option<Typed<'_>>) -> bool {
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

/// Returns whether FastAPI derives a schema's name from its type arguments. Renaming an argument
/// renames it too, which needs no mention.
fn generic(name: &str) -> bool {
    name.ends_with('_') && name.contains('_')
}
