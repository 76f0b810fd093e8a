//! Compares listed values, limits and formats.

use serde_json::Value;

use super::describe::{and, code, list};
use super::limits::limits;
use super::position::{BeforeAfter, Position};
use super::resolved::{Typed, format};
use super::rule::Kind as Change;
use super::visitor::Visitor;

/// Formats that clients map to a type of their own; the others are only checked by the server.
const TYPES: [&str; 6] = ["binary", "byte", "date", "date-time", "time", "uuid"];

impl<'a> Visitor<'_, 'a> {
    /// Compares the values listed by `enum` or `const`.
    pub(super) fn values(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let nodes = (Some(&old.node), Some(&new.node));
        match (old.values(), new.values()) {
            (None, None) => {}
            (Some(before), None) => {
                let words = BeforeAfter::change(list(&before), self.both.new.typed_words(new));
                self.found(
                    at,
                    Change::EnumOpened,
                    "is no longer limited to listed values",
                    words,
                    nodes,
                );
            }
            (None, Some(after)) => {
                let words = BeforeAfter::change(self.both.old.typed_words(old), list(&after));
                self.found(
                    at,
                    Change::EnumClosed,
                    "is now limited to listed values",
                    words,
                    nodes,
                );
            }
            (Some(before), Some(after)) => {
                let gone = difference(&before, &after);
                let came = difference(&after, &before);
                if gone.len() == before.len() && came.len() == after.len() && !gone.is_empty() {
                    let words = BeforeAfter::change(list(&before), list(&after));
                    return self.found(
                        at,
                        Change::EnumReplaced,
                        "has entirely different values",
                        words,
                        nodes,
                    );
                }
                for (values, kind, verb) in [
                    (gone, Change::EnumValueRemoved, "lost"),
                    (came, Change::EnumValueAdded, "gained"),
                ] {
                    if !values.is_empty() {
                        let noun = if values.len() == 1 { "value" } else { "values" };
                        let predicate = format!("{verb} the {noun} {}", and(&values));
                        self.found(at, kind, &predicate, BeforeAfter::none(), nodes);
                    }
                }
            }
        }
    }

    pub(super) fn limits(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let limits = limits(old, new);
        let nodes = (Some(&old.node), Some(&new.node));
        for (limits, kind, verb) in [
            (
                limits.tightened,
                Change::LimitTightened,
                "has a tighter limit",
            ),
            (limits.loosened, Change::LimitLoosened, "has a looser limit"),
        ] {
            if !limits.is_empty() {
                let predicate = format!("{verb}: {}", limits.join(", "));
                self.found(at, kind, &predicate, BeforeAfter::none(), nodes);
            }
        }
    }

    pub(super) fn formats(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let nodes = (Some(&old.node), Some(&new.node));
        let key = |typed: &Typed<'a>| {
            ["format", "contentEncoding", "contentMediaType"].map(|key| typed.node.text(key))
        };
        let (before, after) = (format(old), format(new));
        if before == after {
            if key(old) != key(new) {
                let predicate = "is declared differently with the same meaning";
                self.found(
                    at,
                    Change::Redeclared,
                    predicate,
                    BeforeAfter::none(),
                    nodes,
                );
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
            _ => "changed its format",
        };
        let words = BeforeAfter::change(
            self.both.old.typed_words(old),
            self.both.new.typed_words(new),
        );
        self.found(at, kind, predicate, words, nodes);
    }
}

/// Describes the values in `left` that are missing in `right`.
fn difference(left: &[&Value], right: &[&Value]) -> Vec<String> {
    let only = left.iter().filter(|value| !right.contains(value));
    only.map(|value| code(value)).collect()
}
