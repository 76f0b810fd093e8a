//! Compares two schemas in the same place: their alternatives, and their annotations.

use super::document::{Document, Node};
use super::position::{BeforeAfter, NullCheck, Position};
use super::resolved::{Alternative, Kind, Resolved, Typed};
use super::rule::Kind as Change;
use super::typed::type_change;
use super::visitor::Visitor;

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
        let count = self.count;
        self.schema_notes(at, old, new);
        self.nullability(at, (old, &a), (new, &b), null);
        match (&a.alternatives[..], &b.alternatives[..]) {
            ([], []) => {}
            ([x], [y]) => {
                self.inner_notes(at, (old, x), (new, y));
                self.alternatives(at, x, y);
            }
            _ => self.unions(at, (old, &a), (new, &b), null),
        }
        let rewritten = (
            self.both.old.normal.rewritten(&old.pointer),
            self.both.new.normal.rewritten(&new.pointer),
        );
        if rewritten.0 != rewritten.1 && self.count == count {
            let predicate = "is declared differently with the same meaning";
            let none = BeforeAfter::none();
            self.found(at, Change::Redeclared, predicate, none, nodes);
        }
    }

    fn nullability(
        &mut self,
        at: &Position,
        old: (&Node<'a>, &Resolved<'a>),
        new: (&Node<'a>, &Resolved<'a>),
        null: NullCheck,
    ) {
        let nullable = Resolved::nullable(old.1, new.1);
        if nullable.0 == nullable.1 {
            return;
        }
        let (kind, predicate) = match (null, nullable.1) {
            (NullCheck::Compare, true) => (Change::PresenceLoosened, "may now be null"),
            (NullCheck::Compare, false) => (Change::PresenceTightened, "can no longer be null"),
            (NullCheck::Unwritable, _) => {
                let predicate = "is declared differently; requests are unchanged";
                (Change::Redeclared, predicate)
            }
            (NullCheck::ByCaller, _) => return,
        };
        let words = BeforeAfter::change(self.both.old.words(old.0), self.both.new.words(new.0));
        self.found(at, kind, predicate, words, (Some(old.0), Some(new.0)));
    }

    /// Compares two alternatives that replace each other.
    pub(super) fn alternatives(
        &mut self,
        at: &Position,
        old: &Alternative<'a>,
        new: &Alternative<'a>,
    ) {
        if let (Some(x), Some(y)) = (old.typed(), new.typed()) {
            return self.typed_pair(at, &x, &y);
        }
        let nodes = (Some(&old.node), Some(&new.node));
        let (x, y) = (
            self.both.old.target(&old.node),
            self.both.new.target(&new.node),
        );
        if x.get("$ref").is_some() || y.get("$ref").is_some() {
            // A reference without a target is compared as text.
            return self.whole(at, "", (old.node.value, new.node.value), nodes);
        }
        if old.name() != new.name() && self.unrelated(old, new) {
            let words = self.alternative_words(old, new);
            return self.found(at, Change::TypeChanged, "changed its type", words, nodes);
        }
        let inner = match (old.name(), new.name()) {
            (Some(before), Some(after)) if before == after || !self.still_there(old, new) => {
                let Some(inner) = self.pair(at, &x, &y, &after) else {
                    return;
                };
                if before != after && !(generic(&before) && generic(&after)) {
                    let words = BeforeAfter::change(format!("`{before}`"), format!("`{after}`"));
                    let nodes = (Some(&x), Some(&y));
                    self.found(&inner, Change::SchemaRenamed, "was renamed", words, nodes);
                    self.renames.schemas.insert(before, after);
                }
                inner
            }
            _ => {
                if let (Some(a), Some(b)) = (self.both.old.typed(old), self.both.new.typed(new))
                    && a.kind != b.kind
                {
                    let words = self.alternative_words(old, new);
                    return self.found(at, type_change(&a, &b), "changed its type", words, nodes);
                }
                let Some(inner) = self.replaced(at, &x, &y) else {
                    return;
                };
                let references = (old.node.text("$ref"), new.node.text("$ref"));
                let predicate = match references {
                    (a, b) if a == b => None,
                    (Some(_), Some(_)) => Some("refers to a different schema"),
                    (Some(_), None) => Some("is now declared inline"),
                    (None, _) => Some("is now declared by reference"),
                };
                if let Some(predicate) = predicate {
                    let words = self.alternative_words(old, new);
                    self.found(at, Change::Redeclared, predicate, words, nodes);
                }
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

    /// Returns whether one of two schemas exists in the other document too: then the new one does not
    /// replace the old one.
    pub(super) fn still_there(&self, old: &Alternative<'a>, new: &Alternative<'a>) -> bool {
        let known = |name: Option<String>, document: &Document<'a>| {
            name.is_some_and(|name| document.schema(&name).is_some())
        };
        known(old.name(), self.both.new) || known(new.name(), self.both.old)
    }
}

/// Returns whether FastAPI derives a schema's name from its type arguments. Renaming an argument
/// renames it too, which needs no mention.
fn generic(name: &str) -> bool {
    name.ends_with('_') && name.contains('_')
}
