//! Compares the document as a whole, and schemas that no operation uses.

use serde_json::Value;

use super::change::{Kind, Place, Subject};
use super::document::{Node, members};
use super::visitor::{BeforeAfter, Position, Visitor};
use zenml_codegen::openapi::METHODS;

impl<'a> Visitor<'_, 'a> {
    pub(super) fn document(&mut self) {
        let at = |visitor: &mut Self, noun: &str| {
            visitor.part(Subject::Document, Place::Operation, noun)
        };
        let (old, new) = (self.both.old, self.both.new);
        for (path, noun) in [
            ("/info/title", "the title"),
            ("/info/description", "the description of the API"),
            ("/info/summary", "the summary of the API"),
            ("/servers", "the list of servers"),
            ("/tags", "the list of tags"),
        ] {
            let (a, b) = (old.at(path), new.at(path));
            if a.as_ref().map(|n| n.value) != b.as_ref().map(|n| n.value) {
                let at = at(self, noun);
                self.found(
                    &at,
                    Kind::Annotated,
                    "changed",
                    BeforeAfter::none(),
                    (a.as_ref(), b.as_ref()),
                );
            }
        }
        let at = at(self, "the document");
        self.schemes(&at);
        self.unused(&at);
        self.unseen();
        self.paths(&at);
        self.rest(&at);
    }

    /// Compares the security schemes.
    fn schemes(&mut self, at: &Position) {
        const PATH: &str = "/components/securitySchemes";
        let entries = |node: Option<Node<'a>>| node.map(|node| node.entries()).unwrap_or_default();
        let (before, after) = (
            entries(self.both.old.at(PATH)),
            entries(self.both.new.at(PATH)),
        );
        for (name, node) in &before {
            match after.get(name) {
                Some(other) if node.value != other.value => {
                    let (kind, predicate) = match declared(node.value) == declared(other.value) {
                        true => (
                            Kind::Annotated,
                            format!("annotates the security scheme `{name}` differently"),
                        ),
                        false => (
                            Kind::SecurityTightened,
                            format!("declares the security scheme `{name}` differently"),
                        ),
                    };
                    let nodes = (Some(node), Some(other));
                    self.found(at, kind, &predicate, BeforeAfter::none(), nodes);
                }
                Some(_) => {}
                None => {
                    let predicate = format!("no longer declares the security scheme `{name}`");
                    self.found(
                        at,
                        Kind::Annotated,
                        &predicate,
                        BeforeAfter::none(),
                        (Some(node), None),
                    );
                }
            }
        }
        for (name, node) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
            let predicate = format!("now declares the security scheme `{name}`");
            self.found(
                at,
                Kind::Annotated,
                &predicate,
                BeforeAfter::none(),
                (None, Some(node)),
            );
        }
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
                (Some(a), Some(b)) if a.value == b.value => continue,
                (Some(_), Some(_)) => "changed",
                (Some(_), None) => "removed",
                (None, _) => "added",
            };
            let predicate = format!("{verb} the schema `{name}`, which no operation uses");
            self.found(at, Kind::Annotated, &predicate, BeforeAfter::none(), (a, b));
        }
    }

    /// Reports changed schemas whose old and new users have nothing in common.
    fn unseen(&mut self) {
        let used = (self.both.old.used_schemas(), self.both.new.used_schemas());
        let after = self.both.new.schemas();
        for (name, old) in self.both.old.schemas() {
            let Some(new) = after.get(name) else { continue };
            let both = used.0.contains(name) && used.1.contains(name);
            if !both || old.value == new.value || self.has_met(&old, new) {
                continue;
            }
            let at = self.part(Subject::Schema(name.to_owned()), Place::Operation, name);
            let predicate = "changed, but only added or removed parts of the API use it";
            let nodes = (Some(&old), Some(new));
            self.found(&at, Kind::Annotated, predicate, BeforeAfter::none(), nodes);
        }
    }

    /// Compares the annotations of paths.
    fn paths(&mut self, at: &Position) {
        let rest = |node: &Node<'a>| {
            let mut members = members(node.value).clone();
            members.retain(|key, _| !METHODS.contains(&key.as_str()) && key != "parameters");
            members
        };
        let entries = |node: Option<Node<'a>>| node.map(|n| n.entries()).unwrap_or_default();
        let after = entries(self.both.new.at("/paths"));
        for (path, old) in entries(self.both.old.at("/paths")) {
            let Some(new) = after.get(path).filter(|new| rest(new) != rest(&old)) else {
                continue;
            };
            let predicate = format!("annotates the path `{path}` differently");
            let nodes = (Some(&old), Some(new));
            self.found(at, Kind::Annotated, &predicate, BeforeAfter::none(), nodes);
        }
    }

    /// Compares the remaining members of the document.
    fn rest(&mut self, at: &Position) {
        const LOOKED_AT: [&str; 7] = [
            "components",
            "info",
            "openapi",
            "paths",
            "security",
            "servers",
            "tags",
        ];
        let (old, new) = (members(self.both.old.root), members(self.both.new.root));
        let keys = old
            .keys()
            .chain(new.keys().filter(|key| !old.contains_key(*key)));
        for key in keys.filter(|key| !LOOKED_AT.contains(&key.as_str())) {
            if old.get(key) == new.get(key) {
                continue;
            }
            let pointer = format!("/{key}");
            let (a, b) = (self.both.old.at(&pointer), self.both.new.at(&pointer));
            let kind = if key.starts_with("x-") {
                Kind::Annotated
            } else {
                Kind::NotUnderstood
            };
            let predicate = format!(
                "changed `{key}`, which this comparison does not understand; review it by hand"
            );
            self.found(
                at,
                kind,
                &predicate,
                BeforeAfter::none(),
                (a.as_ref(), b.as_ref()),
            );
        }
    }
}

/// Returns a security scheme without its annotations.
fn declared(scheme: &Value) -> Value {
    let mut scheme = scheme.clone();
    if let Some(members) = scheme.as_object_mut() {
        members.retain(|key, _| key != "description" && !key.starts_with("x-"));
    }
    scheme
}
