//! Compares two unions: which alternatives belong together, which were added and removed.

use super::describe::article;
use super::document::{Document, Node};
use super::position::{BeforeAfter, NullCheck, Position};
use super::rename::in_other_words;
use super::resolved::{Alternative, Kind, Resolved, Typed};
use super::rule::Kind as Change;
use super::visitor::Visitor;

/// A schema and its alternatives.
pub(super) type Union<'u, 'a> = (&'u Node<'a>, &'u Resolved<'a>);

impl<'a> Visitor<'_, 'a> {
    pub(super) fn unions(
        &mut self,
        at: &Position,
        old: Union<'_, 'a>,
        new: Union<'_, 'a>,
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
        if x.is_empty() && y.is_empty() {
            return;
        }
        if x.len() != y.len() && self.same_constants(&x, &y) {
            let predicate = "is declared differently with the same meaning";
            let words = words(self);
            return self.found(at, Change::Redeclared, predicate, words, nodes);
        }
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
        let mut pairs = Vec::new();
        for (i, j) in &matched {
            if let (Some(a), Some(b)) = (x.get(*i), y.get(*j)) {
                self.inner_notes(at, (old.0, a), (new.0, b));
                self.alternatives(at, a, b);
                pairs.push((a, b));
            }
        }
        let gone = x.iter().enumerate();
        let gone = gone.filter(|(i, _)| matched.iter().all(|(a, _)| a != i));
        let came = y.iter().enumerate();
        let came = came.filter(|(j, _)| matched.iter().all(|(_, b)| b != j));
        let (gone, came): (Vec<_>, Vec<_>) = (
            gone.map(|(_, alternative)| alternative).collect(),
            came.map(|(_, alternative)| alternative).collect(),
        );
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
            let predicate = format!("also allows {}", article(&word));
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
            let predicate = "lists its alternatives in a different order";
            let words = words(self);
            self.found(at, Change::Redeclared, predicate, words, nodes);
        } else if redundant {
            let predicate = "is declared differently with the same meaning";
            let words = words(self);
            self.found(at, Change::Redeclared, predicate, words, nodes);
        }
        self.union_tags(at, old, new, &pairs);
    }

    /// Returns whether both unions list all their values, and the same ones.
    fn same_constants(&self, old: &[Alternative<'a>], new: &[Alternative<'a>]) -> bool {
        let values = |document: &Document<'a>, union: &[Alternative<'a>]| {
            let lists = union.iter().map(|one| document.typed(one)?.values());
            Some(lists.collect::<Option<Vec<_>>>()?.concat())
        };
        match (values(self.both.old, old), values(self.both.new, new)) {
            (Some(a), Some(b)) => {
                a.iter().all(|value| b.contains(value)) && b.iter().all(|value| a.contains(value))
            }
            _ => false,
        }
    }

    /// Matches the alternatives of two unions.
    fn matched(
        &self,
        old: &[Alternative<'a>],
        new: &[Alternative<'a>],
        resolved: (&Resolved<'a>, &Resolved<'a>),
    ) -> Vec<(usize, usize)> {
        let tags = |alternative: &Alternative<'a>, resolved: &Resolved<'a>| -> Vec<String> {
            let (Some(tag), Some(name)) = (&resolved.tag, alternative.name()) else {
                return Vec::new();
            };
            tag.values(&name).into_iter().map(str::to_owned).collect()
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
        // Nearest first, so that the way back finds the same pairs.
        let mut pairs: Vec<(usize, usize)> = (0..old.len())
            .flat_map(|i| (0..new.len()).map(move |j| (i, j)))
            .collect();
        pairs.sort_by_key(|(i, j)| (i.abs_diff(*j), i + j));
        for fits in [named, inline, renamed, tagged, alike] {
            for (i, j) in &pairs {
                let free = matched.iter().all(|(a, b)| a != i && b != j);
                if let (true, Some(a), Some(b)) = (free, old.get(*i), new.get(*j))
                    && fits(a, b)
                {
                    matched.push((*i, *j));
                }
            }
        }
        matched.sort_unstable();
        matched
    }
}

/// Returns whether every value of `narrow` is clearly one of `wide`.
fn covers(wide: Option<Typed<'_>>, narrow: &Option<Typed<'_>>) -> bool {
    let (Some(wide), Some(narrow)) = (wide, narrow) else {
        return false;
    };
    if let (Some(all), Some(values)) = (wide.values(), narrow.values()) {
        return values.iter().all(|value| all.contains(value));
    }
    let free = wide
        .schema()
        .keys()
        .all(|key| key == "type" || crate::keyword::is_annotation(key));
    match (wide.kind, narrow.kind) {
        (Kind::Any, _) => true,
        (Kind::String, Kind::String)
        | (Kind::Integer, Kind::Integer)
        | (Kind::Boolean, Kind::Boolean)
        | (Kind::Number, Kind::Number | Kind::Integer) => free,
        _ => false,
    }
}
