//! Compares lists and tuples.

use serde_json::Value;

use super::document::Node;
use super::position::{BeforeAfter, NullCheck, Position};
use super::resolved::Typed;
use super::rule::Kind;
use super::visitor::Visitor;

/// A schema that allows anything.
static ANY: Value = Value::Bool(true);

impl<'a> Visitor<'_, 'a> {
    pub(super) fn items(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let items = |typed: &Typed<'a>| typed.node.get("items");
        let (a, b) = ((&old.node, items(old)), (&new.node, items(new)));
        self.inner(&at.inside("[]"), a, b);
    }

    pub(super) fn tuples(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let places = |typed: &Typed<'a>| typed.node.get("prefixItems").map(|list| list.items());
        let (before, after) = (
            places(old).unwrap_or_default(),
            places(new).unwrap_or_default(),
        );
        let nodes = (Some(&old.node), Some(&new.node));
        if before.len() != after.len() {
            let words = BeforeAfter::change(
                self.both.old.typed_words(old),
                self.both.new.typed_words(new),
            );
            return self.found(at, Kind::TypeChanged, "changed its type", words, nodes);
        }
        for (index, (a, b)) in before.iter().zip(&after).enumerate() {
            let at = at.inside(&format!("[{index}]"));
            self.schemas(&at, a, b, NullCheck::Compare);
        }
        let closed = |typed: &Typed<'a>| {
            let most = typed.schema().get("maxItems").and_then(Value::as_u64);
            typed.schema().get("items") == Some(&Value::Bool(false))
                || most.is_some_and(|most| most <= before.len() as u64)
        };
        let none = BeforeAfter::none();
        match (closed(old), closed(new)) {
            (true, true) => {}
            (false, false) => self.items(at, old, new),
            (false, true) => {
                let predicate = "no longer allows more items";
                self.found(at, Kind::LimitTightened, predicate, none, nodes);
            }
            (true, false) => {
                let predicate = "now allows more items";
                self.found(at, Kind::LimitLoosened, predicate, none, nodes);
            }
        }
    }

    /// Compares the schemas inside two values; a missing one allows anything.
    pub(super) fn inner(
        &mut self,
        at: &Position,
        old: (&Node<'a>, Option<Node<'a>>),
        new: (&Node<'a>, Option<Node<'a>>),
    ) {
        if old.1.is_none() && new.1.is_none() {
            return;
        }
        let schema = |(owner, schema): (&Node<'a>, Option<Node<'a>>)| {
            schema.unwrap_or_else(|| Node {
                pointer: owner.pointer.clone(),
                value: &ANY,
            })
        };
        self.schemas(at, &schema(old), &schema(new), NullCheck::Compare);
    }
}
