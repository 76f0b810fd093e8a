//! Compares the discriminators of unions and of base classes.

use super::position::{BeforeAfter, Position};
use super::rename::in_other_words;
use super::resolved::{Alternative, Tag, Typed, tag};
use super::rule::Kind;
use super::union::Union;
use super::visitor::Visitor;

use super::document::Node;

impl<'a> Visitor<'_, 'a> {
    /// Compares the discriminators of two unions with matching alternatives.
    pub(super) fn union_tags(
        &mut self,
        at: &Position,
        old: Union<'_, 'a>,
        new: Union<'_, 'a>,
        pairs: &[(&Alternative<'a>, &Alternative<'a>)],
    ) {
        let nodes = (old.0, new.0);
        let Some((a, b)) = self.tags(at, (&old.1.tag, &new.1.tag), nodes) else {
            return;
        };
        for (x, y) in pairs {
            let (Some(old_name), Some(name)) = (x.name(), y.name()) else {
                continue;
            };
            let (before, after) = (a.values(&old_name), b.values(&name));
            let kind = if before.iter().any(|value| !after.contains(value)) {
                Kind::TagChanged
            } else if before.len() < after.len() {
                Kind::EnumValueAdded
            } else {
                continue;
            };
            let code = |values: Vec<&str>| format!("`{}`", values.join("` or `"));
            let words = BeforeAfter::change(code(before), code(after));
            let predicate = format!("has different `{}` values for `{name}`", a.property);
            self.found(at, kind, &predicate, words, (Some(old.0), Some(new.0)));
        }
    }

    /// Compares the discriminators of two base classes: the subtypes refer to them, not they to the
    /// subtypes.
    pub(super) fn base_tags(&mut self, at: &Position, old: &Typed<'a>, new: &Typed<'a>) {
        let nodes = (&old.node, &new.node);
        let (before, after) = (tag(old.node.value), tag(new.node.value));
        let Some((a, b)) = self.tags(at, (&before, &after), nodes) else {
            return;
        };
        let nodes = (Some(&old.node), Some(&new.node));
        for (value, target) in &a.mapping {
            let now = b.mapping.get(value);
            if now.is_some_and(|now| in_other_words(target, now)) {
                continue;
            }
            let now = now.map_or_else(|| "none".to_owned(), |now| format!("`{now}`"));
            let words = BeforeAfter::change(format!("`{target}`"), now);
            let predicate = format!("maps `{}` `{value}` to a different schema", a.property);
            self.found(at, Kind::TagChanged, &predicate, words, nodes);
        }
        for (value, target) in &b.mapping {
            if !a.mapping.contains_key(value) {
                let words = BeforeAfter::after(format!("`{target}`"));
                let predicate = format!("now maps `{}` `{value}`", b.property);
                self.found(at, Kind::VariantAdded, &predicate, words, nodes);
            }
        }
    }

    /// Compares whether there is a discriminator, and which property it is. Returns both if it is the
    /// same property.
    fn tags<'t>(
        &mut self,
        at: &Position,
        tags: (&'t Option<Tag>, &'t Option<Tag>),
        nodes: (&Node<'a>, &Node<'a>),
    ) -> Option<(&'t Tag, &'t Tag)> {
        let nodes = (Some(nodes.0), Some(nodes.1));
        let none = BeforeAfter::none();
        match tags {
            (Some(a), Some(b)) if a.property == b.property => return Some((a, b)),
            (Some(a), Some(b)) => {
                let code = |tag: &Tag| format!("`{}`", tag.property);
                let words = BeforeAfter::change(code(a), code(b));
                let predicate = "has a different discriminator";
                self.found(at, Kind::TagChanged, predicate, words, nodes);
            }
            (None, Some(tag)) => {
                let predicate = format!("now declares the discriminator `{}`", tag.property);
                self.found(at, Kind::Redeclared, &predicate, none, nodes);
            }
            (Some(tag), None) => {
                let predicate = format!("no longer declares the discriminator `{}`", tag.property);
                self.found(at, Kind::Redeclared, &predicate, none, nodes);
            }
            (None, None) => {}
        }
        None
    }
}
