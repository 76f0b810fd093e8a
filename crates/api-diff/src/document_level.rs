//! Compares the document as a whole, and schemas that no operation uses.

use super::change::{Place, Subject};
use super::document::{Document, Node};
use super::json::members;
use super::keyword::{Object, Treatment};
use super::position::{BeforeAfter, Position};
use super::rule::Kind;
use super::visitor::Visitor;
use zenml_codegen::pointer::escape;

impl<'a> Visitor<'_, 'a> {
    pub(super) fn document(&mut self) {
        let at = |visitor: &mut Self, noun: &str| {
            visitor.part(Subject::Document, Place::Operation, noun)
        };
        let (old, new) = (self.both.old, self.both.new);
        for (path, noun) in [
            ("/servers", "the list of servers"),
            ("/tags", "the list of tags"),
        ] {
            let (a, b) = (old.at(path), new.at(path));
            if a.as_ref().map(|n| n.value) != b.as_ref().map(|n| n.value) {
                let at = at(self, noun);
                let nodes = (a.as_ref(), b.as_ref());
                let none = BeforeAfter::none();
                self.found(&at, Kind::Annotated, "changed", none, nodes);
            }
        }
        if let (Some(a), Some(b)) = (old.at("/info"), new.at("/info")) {
            let at = at(self, "the API");
            self.notes(&at, &a, &b, Object::Info);
        }
        let at = at(self, "the document");
        self.schemes(&at);
        self.unused(&at);
        self.unseen();
        self.paths(&at);
        self.rest(&at);
    }

    /// Compares schemas that no operation uses in either document.
    fn unused(&mut self, at: &Position) {
        let used = (self.both.old.used_schemas(), self.both.new.used_schemas());
        let (before, after) = (self.both.old.schemas(), self.both.new.schemas());
        let names = before
            .keys()
            .chain(after.keys().filter(|name| !before.contains_key(*name)));
        for name in names.filter(|name| !used.0.contains(**name) && !used.1.contains(**name)) {
            let (a, b) = (before.get(name), after.get(name));
            let verb = match (a, b) {
                (Some(_), Some(_)) if !self.is_changed(name) => continue,
                (Some(_), Some(_)) => "changed",
                (Some(_), None) => "removed",
                (None, _) => "added",
            };
            let predicate = format!("{verb} the schema `{name}`, which no operation uses");
            let none = BeforeAfter::none();
            self.found(at, Kind::Annotated, &predicate, none, (a, b));
        }
    }

    /// Reports changed schemas if their old and new users have nothing in common.
    fn unseen(&mut self) {
        let used = (self.both.old.used_schemas(), self.both.new.used_schemas());
        let mut merged = self.both.old.merged_schemas();
        merged.extend(self.both.new.merged_schemas());
        let after = self.both.new.schemas();
        for (name, old) in self.both.old.schemas() {
            let Some(new) = after.get(name) else { continue };
            let both = used.0.contains(name) && used.1.contains(name);
            if !both || merged.contains(name) || !self.is_changed(name) || self.has_met(&old, new) {
                continue;
            }
            let at = self.part(Subject::Schema(name.to_owned()), Place::Operation, name);
            let predicate = "changed, but no place that used it before still uses it";
            let nodes = (Some(&old), Some(new));
            self.found(&at, Kind::Annotated, predicate, BeforeAfter::none(), nodes);
        }
    }

    /// Returns whether both documents declare a schema, and differently.
    fn is_changed(&self, name: &str) -> bool {
        let pointer = format!("/components/schemas/{}", escape(name));
        let given = |document: &Document<'a>| document.given.pointer(&pointer);
        given(self.both.old) != given(self.both.new)
    }

    /// Compares the annotations of paths.
    fn paths(&mut self, at: &Position) {
        let after = self.both.new.paths();
        for (path, old) in self.both.old.paths() {
            let Some(new) = after.get(path) else { continue };
            let notes = |node: &Node<'a>| {
                let mut notes = members(node.value).clone();
                notes.retain(|key, _| Object::PathItem.treatment(key) != Treatment::Compared);
                notes
            };
            if notes(&old) != notes(new) {
                let predicate = format!("annotates the path `{path}` differently");
                let nodes = (Some(&old), Some(new));
                let none = BeforeAfter::none();
                self.found(at, Kind::Annotated, &predicate, none, nodes);
            }
        }
    }

    /// Compares the remaining members of the document.
    fn rest(&mut self, at: &Position) {
        let root = |document: &Document<'a>| Node {
            pointer: String::new(),
            value: document.root(),
        };
        let (old, new) = (root(self.both.old), root(self.both.new));
        self.notes(at, &old, &new, Object::Document);
    }
}
