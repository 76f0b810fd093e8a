//! Matches the operations of both documents, and compares each pair.

use serde_json::Value;

use super::change::{Place, Subject};
use super::describe::code;
use super::document::{Document, Entry, Node};
use super::keyword::Object;
use super::position::{BeforeAfter, Position};
use super::rename::{in_other_words, pairs};
use super::rule::Kind;
use super::visitor::Visitor;

impl<'a> Visitor<'_, 'a> {
    pub(super) fn operations(&mut self) {
        let (old, new) = (&self.both.old.operations, &self.both.new.operations);
        let matched = self.matching(old, new);
        for entry in old {
            if matched
                .iter()
                .all(|(a, _)| a.node.pointer != entry.node.pointer)
            {
                self.removed(entry);
            }
        }
        for entry in new {
            if matched
                .iter()
                .all(|(_, b)| b.node.pointer != entry.node.pointer)
            {
                let at = self.operation(entry);
                let nodes = (None, Some(&entry.node));
                self.found(
                    &at,
                    Kind::OperationAdded,
                    "was added",
                    BeforeAfter::none(),
                    nodes,
                );
            }
        }
        for (a, b) in matched {
            self.same_operation(&a, &b);
        }
    }

    /// Matches operations: by method and path, then by what a rename leaves unchanged.
    fn matching(&self, old: &[Entry<'a>], new: &[Entry<'a>]) -> Vec<(Entry<'a>, Entry<'a>)> {
        let method = |a: &Entry<'a>, b: &Entry<'a>| a.operation.method == b.operation.method;
        type Fits<'f, 'a> = &'f dyn Fn(&Entry<'a>, &Entry<'a>) -> bool;
        let equal: Fits<'_, 'a> = &|a, b| method(a, b) && a.operation.path == b.operation.path;
        let path: Fits<'_, 'a> = &|a, b| method(a, b) && a.route == b.route;
        let words: Fits<'_, 'a> = &|a, b| method(a, b) && same_route(a, b) && self.same_shape(a, b);
        let name: Fits<'_, 'a> = &|a, b| a.operation.name == b.operation.name;
        let shape: Fits<'_, 'a> = &|a, b| {
            method(a, b)
                && one_segment_apart(a, b)
                && self.same_shape(a, b)
                && has_shape(self.both.old, a)
        };
        let (mut old, mut new) = (old.to_vec(), new.to_vec());
        let mut matched = Vec::new();
        for fits in [equal, path, words, name, shape] {
            let found = pairs(&old, &new, fits);
            let found: Vec<_> = found
                .into_iter()
                .filter_map(|(i, j)| Some((old.get(i)?.clone(), new.get(j)?.clone())))
                .collect();
            let pointer = |entry: &Entry<'a>| entry.node.pointer.clone();
            old.retain(|entry| found.iter().all(|(a, _)| pointer(a) != pointer(entry)));
            new.retain(|entry| found.iter().all(|(_, b)| pointer(b) != pointer(entry)));
            matched.extend(found);
        }
        matched
    }

    /// Returns whether two operations have the same inputs and outputs, apart from the vendor's renamings.
    fn same_shape(&self, old: &Entry<'a>, new: &Entry<'a>) -> bool {
        let names = |entry: &Entry<'a>| {
            let names = entry
                .parameters
                .iter()
                .filter(|node| node.text("in") != Some("path"));
            names
                .filter_map(|node| node.text("name"))
                .collect::<Vec<_>>()
        };
        let (a, b) = (names(old), names(new));
        let taken = a
            .iter()
            .filter(|name| b.iter().any(|other| in_other_words(name, other)));
        let same = |a: Option<Node<'a>>, b: Option<Node<'a>>| match (a, b) {
            (Some(a), Some(b)) => self.both.same(&a, &b),
            (None, None) => true,
            _ => false,
        };
        2 * taken.count() >= a.len().max(b.len())
            && same(body(self.both.old, old), body(self.both.new, new))
            && same(response(self.both.old, old), response(self.both.new, new))
    }

    fn operation(&mut self, entry: &Entry<'a>) -> Position {
        let subject = Subject::Operation(entry.operation.clone());
        self.part(subject, Place::Operation, "the operation")
    }

    fn removed(&mut self, entry: &Entry<'a>) {
        let at = self.operation(entry);
        let replacement = self.both.new.operations.iter().find(|other| {
            other.operation.method == entry.operation.method && same_route(entry, other)
        });
        let predicate = match (entry.node.flag("deprecated"), replacement) {
            (_, Some(other)) => {
                let other = &other.operation;
                format!(
                    "was removed; `{}` ({} {}) remains",
                    other.name, other.method, other.path
                )
            }
            (true, None) => "was removed after its deprecation".to_owned(),
            (false, None) => "was removed".to_owned(),
        };
        let nodes = (Some(&entry.node), None);
        self.found(
            &at,
            Kind::OperationRemoved,
            &predicate,
            BeforeAfter::none(),
            nodes,
        );
    }

    fn same_operation(&mut self, old: &Entry<'a>, new: &Entry<'a>) {
        let at = self.operation(new);
        let nodes = (Some(&old.node), Some(&new.node));
        let (a, b) = (&old.operation, &new.operation);
        self.renames.operations.insert(a.id.clone(), b.id.clone());
        if a.method != b.method || old.route != new.route {
            let words = BeforeAfter::change(
                format!("`{} {}`", a.method, a.path),
                format!("`{} {}`", b.method, b.path),
            );
            self.found(&at, Kind::OperationMoved, "moved", words, nodes);
        }
        if a.name != b.name {
            let words = BeforeAfter::change(format!("`{}`", a.name), format!("`{}`", b.name));
            let predicate = if a.method == b.method && old.route == new.route {
                "was renamed; requests are unchanged"
            } else {
                "was renamed"
            };
            self.found(&at, Kind::OperationRenamed, predicate, words, nodes);
        }
        if a.group != b.group {
            let words = BeforeAfter::change(format!("`{}`", a.group), format!("`{}`", b.group));
            self.found(
                &at,
                Kind::OperationRetagged,
                "moved to another tag",
                words,
                nodes,
            );
        }
        self.security(&at, old, new);
        self.other_tags(&at, old, new);
        self.servers(&at, old, new);
        self.notes(&at, &old.node, &new.node, Object::Operation);
        self.parameters(old, new);
        self.bodies(old, new);
        self.responses(old, new);
    }

    /// Compares the tags after the first one, which decide nothing.
    fn other_tags(&mut self, at: &Position, old: &Entry<'a>, new: &Entry<'a>) {
        let tags = |entry: &Entry<'a>| {
            let tags = entry.node.get("tags").map(|tags| tags.items());
            let tags = tags.into_iter().flatten().skip(1);
            tags.map(|tag| tag.value.to_string()).collect::<Vec<_>>()
        };
        if tags(old) != tags(new) {
            let nodes = (Some(&old.node), Some(&new.node));
            let predicate = "changed its further tags";
            self.found(at, Kind::Annotated, predicate, BeforeAfter::none(), nodes);
        }
    }

    /// Compares the servers of operations that do not use those of the document.
    fn servers(&mut self, at: &Position, old: &Entry<'a>, new: &Entry<'a>) {
        let servers = |document: &Document<'a>, entry: &Entry<'a>| {
            let all = document.at("/servers");
            let servers = entry.servers.clone().or(all).map(|node| node.items());
            let servers = servers.into_iter().flatten();
            let servers = servers.map(|server| document.expanded(server.value));
            servers.collect::<Vec<Value>>()
        };
        if old.servers.is_none() && new.servers.is_none() {
            return;
        }
        let (before, after) = (servers(self.both.old, old), servers(self.both.new, new));
        if before != after {
            let urls = |servers: &[Value]| {
                let urls = servers.iter().filter_map(|server| server.get("url"));
                let urls: Vec<String> = urls.map(code).collect();
                if urls.is_empty() {
                    "those of the document".to_owned()
                } else {
                    urls.join(" or ")
                }
            };
            let words = BeforeAfter::change(urls(&before), urls(&after));
            let nodes = (Some(&old.node), Some(&new.node));
            let predicate = "moved to a different server";
            self.found(at, Kind::OperationServersChanged, predicate, words, nodes);
        }
    }
}

/// Returns whether two paths are the same, apart from the vendor's renamings.
fn same_route(old: &Entry<'_>, new: &Entry<'_>) -> bool {
    let (a, b): (Vec<_>, Vec<_>) = (
        old.route.split('/').collect(),
        new.route.split('/').collect(),
    );
    a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| in_other_words(a, b))
}

fn one_segment_apart(old: &Entry<'_>, new: &Entry<'_>) -> bool {
    let (a, b): (Vec<_>, Vec<_>) = (
        old.route.split('/').collect(),
        new.route.split('/').collect(),
    );
    a.len() == b.len() && a.iter().zip(&b).filter(|(a, b)| a != b).count() == 1
}

/// Returns whether an operation has a body or response that distinguishes it from others.
fn has_shape(document: &Document<'_>, entry: &Entry<'_>) -> bool {
    let parts = [body(document, entry), response(document, entry)];
    parts.into_iter().flatten().any(|part| {
        let text = part.value.to_string();
        text.contains("\"$ref\"") || text.contains("\"properties\"")
    })
}

fn body<'a>(document: &Document<'a>, entry: &Entry<'a>) -> Option<Node<'a>> {
    let body = document.target(&entry.node.get("requestBody")?);
    content(&body)
}

fn response<'a>(document: &Document<'a>, entry: &Entry<'a>) -> Option<Node<'a>> {
    let responses = entry.node.get("responses")?.entries();
    let success = responses
        .into_iter()
        .find(|(status, _)| status.starts_with('2'));
    content(&document.target(&success?.1))
}

fn content<'a>(node: &Node<'a>) -> Option<Node<'a>> {
    let content = node.get("content")?.entries();
    content.into_values().next()?.get("schema")
}
