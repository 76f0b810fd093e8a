//! Compares bodies: requests, responses by status, headers and content types.

use std::collections::BTreeMap;

use serde_json::Value;

use super::change::{Place, Subject};
use super::document::{Document, Entry, Node};
use super::keyword::Object;
use super::position::{BeforeAfter, NullCheck, Position};
use super::rule::Kind;
use super::visitor::Visitor;

/// The content types of a body.
type Content<'a> = BTreeMap<&'a str, Node<'a>>;

impl<'a> Visitor<'_, 'a> {
    pub(super) fn bodies(&mut self, old: &Entry<'a>, new: &Entry<'a>) {
        let a = old
            .node
            .get("requestBody")
            .map(|node| self.both.old.target(&node));
        let b = new
            .node
            .get("requestBody")
            .map(|node| self.both.new.target(&node));
        let subject = Subject::Operation(new.operation.clone());
        let at = self.part(subject, Place::RequestBody, "the request body");
        match (a, b) {
            (None, None) => {}
            (Some(body), None) => {
                let was = body_words(&self.both.old.content_words(&body), &body);
                let nodes = (Some(&body), Some(&new.node));
                self.found(
                    &at,
                    Kind::BodyRemoved,
                    "was removed",
                    BeforeAfter::before(was),
                    nodes,
                );
            }
            (None, Some(body)) => {
                let kind = if body.flag("required") {
                    Kind::RequiredBodyAdded
                } else {
                    Kind::BodyAdded
                };
                let is = body_words(&self.both.new.content_words(&body), &body);
                let nodes = (Some(&old.node), Some(&body));
                self.found(&at, kind, "was added", BeforeAfter::after(is), nodes);
            }
            (Some(a), Some(b)) => {
                let nodes = (Some(&a), Some(&b));
                match (a.flag("required"), b.flag("required")) {
                    (false, true) => {
                        self.found(
                            &at,
                            Kind::PresenceTightened,
                            "is now required",
                            BeforeAfter::none(),
                            nodes,
                        );
                    }
                    (true, false) => {
                        let predicate = "is now optional";
                        self.found(
                            &at,
                            Kind::PresenceLoosened,
                            predicate,
                            BeforeAfter::none(),
                            nodes,
                        );
                    }
                    _ => {}
                }
                self.notes(&at, &a, &b, Object::RequestBody);
                self.contents(&at, &a, &b);
            }
        }
    }

    pub(super) fn responses(&mut self, old: &Entry<'a>, new: &Entry<'a>) {
        let responses = |entry: &Entry<'a>| {
            let mut responses = entry.node.entries_of("responses");
            responses.retain(|status, _| !status.starts_with("x-"));
            responses
        };
        let (mut before, mut after) = (responses(old), responses(new));
        let succeeds = after.keys().any(|status| success(status));
        let shared: Vec<&str> = before
            .keys()
            .filter(|s| after.contains_key(*s))
            .copied()
            .collect();
        let kept: Vec<Node<'a>> = shared
            .iter()
            .filter(|s| success(s))
            .filter_map(|s| after.get(s).cloned())
            .collect();
        for status in shared {
            if let (Some(a), Some(b)) = (before.remove(status), after.remove(status)) {
                let at = self.response_position(new, status);
                self.response(&at, &a, &b);
            }
        }
        // One success replaced another: the same response under a new status.
        let only = |rest: &BTreeMap<&'a str, Node<'a>>| {
            let mut successes = rest.keys().filter(|status| success(status)).copied();
            successes.next().filter(|_| successes.next().is_none())
        };
        if let (Some(a), Some(b), true) = (only(&before), only(&after), kept.is_empty())
            && let (Some(x), Some(y)) = (before.remove(a), after.remove(b))
        {
            let at = self.response_position(new, b);
            let words = BeforeAfter::change(format!("`{a}`"), format!("`{b}`"));
            self.found(
                &at,
                Kind::StatusChanged,
                "has a different status",
                words,
                (Some(&x), Some(&y)),
            );
            self.response(&at, &x, &y);
        }
        for (status, node) in before {
            let at = self.response_position(new, status);
            let nodes = (Some(&node), Some(&new.node));
            let (kind, predicate) = if success(status) && !succeeds {
                let predicate = "was removed; no success response remains";
                (Kind::SuccessRemoved, predicate)
            } else {
                (Kind::StatusRemoved, "was removed")
            };
            self.found(&at, kind, predicate, BeforeAfter::none(), nodes);
        }
        for (status, node) in after {
            let at = self.response_position(new, status);
            let schema = |node: &Node<'a>| content(node).into_values().next()?.get("schema");
            let known = kept.iter().any(|other| {
                match (
                    schema(&self.both.new.target(other)),
                    schema(&self.both.new.target(&node)),
                ) {
                    (Some(a), Some(b)) => self.both.new.words(&a) == self.both.new.words(&b),
                    (None, None) => true,
                    _ => false,
                }
            });
            let kind = if success(status) && !known {
                Kind::SuccessAdded
            } else {
                Kind::StatusAdded
            };
            let is = self.both.new.content_words(&self.both.new.target(&node));
            let nodes = (Some(&old.node), Some(&node));
            self.found(&at, kind, "was added", BeforeAfter::after(is), nodes);
        }
    }

    fn response_position(&mut self, operation: &Entry<'a>, status: &str) -> Position {
        let error = !matches!(status.chars().next(), Some('1'..='3'));
        let place = if error { Place::Error } else { Place::Response };
        let noun = match (error, status) {
            (_, "default") => "the default response".to_owned(),
            (true, status) => format!("error {status}"),
            (false, "200") => "the response".to_owned(),
            (false, status) => format!("the response {status}"),
        };
        self.part(
            Subject::Operation(operation.operation.clone()),
            place,
            &noun,
        )
    }

    fn response(&mut self, at: &Position, old: &Node<'a>, new: &Node<'a>) {
        let (a, b) = (self.both.old.target(old), self.both.new.target(new));
        self.notes(at, &a, &b, Object::Response);
        let nodes = (Some(&a), Some(&b));
        match (content(&a).is_empty(), content(&b).is_empty()) {
            (true, false) => {
                let words = BeforeAfter::after(self.both.new.content_words(&b));
                self.found(at, Kind::ContentAdded, "now has a body", words, nodes);
            }
            (false, true) => {
                let words = BeforeAfter::before(self.both.old.content_words(&a));
                self.found(
                    at,
                    Kind::ContentRemoved,
                    "no longer has a body",
                    words,
                    nodes,
                );
            }
            _ => self.contents(at, &a, &b),
        }
        self.headers(at, &a, &b);
    }

    fn headers(&mut self, at: &Position, old: &Node<'a>, new: &Node<'a>) {
        let (before, mut after) = (old.entries_of("headers"), new.entries_of("headers"));
        for (name, node) in before {
            let a = self.both.old.target(&node);
            let mut names = after.keys().copied();
            let other = names.find(|other| other.eq_ignore_ascii_case(name));
            if let Some(other) = other.filter(|other| *other != name) {
                let words = BeforeAfter::change(format!("`{name}`"), format!("`{other}`"));
                let predicate = "writes a header in a different case; header names ignore case";
                self.found(
                    at,
                    Kind::Redeclared,
                    predicate,
                    words,
                    (Some(old), Some(new)),
                );
            }
            match other.and_then(|other| after.remove(other)) {
                None => {
                    let predicate = format!("no longer has the header `{name}`");
                    let nodes = (Some(&a), Some(new));
                    self.found(
                        at,
                        Kind::HeaderRemoved,
                        &predicate,
                        BeforeAfter::none(),
                        nodes,
                    );
                }
                Some(node) => {
                    let b = self.both.new.target(&node);
                    let at = at.property(name);
                    let nodes = (Some(&a), Some(&b));
                    let required = BeforeAfter::change(presence(&a), presence(&b));
                    match (a.flag("required"), b.flag("required")) {
                        (true, false) => {
                            let predicate = "may now be missing";
                            self.found(&at, Kind::PresenceLoosened, predicate, required, nodes);
                        }
                        (false, true) => {
                            let predicate = "is now required";
                            self.found(&at, Kind::PresenceTightened, predicate, required, nodes);
                        }
                        _ => {}
                    }
                    self.notes(&at, &a, &b, Object::Parameter);
                    match (a.get("schema"), b.get("schema")) {
                        (Some(x), Some(y)) => self.schemas(&at, &x, &y, NullCheck::Compare),
                        _ => self.contents(&at, &a, &b),
                    }
                }
            }
        }
        for (name, node) in after {
            let predicate = format!("has the new header `{name}`");
            self.found(
                at,
                Kind::HeaderAdded,
                &predicate,
                BeforeAfter::none(),
                (Some(old), Some(&node)),
            );
        }
    }

    /// Compares the content types of two bodies, and the schemas of the shared ones.
    pub(super) fn contents(&mut self, at: &Position, old: &Node<'a>, new: &Node<'a>) {
        let (mut before, mut after) = (content(old), content(new));
        let nodes = (Some(old), Some(new));
        let shared: Vec<&str> = before
            .keys()
            .filter(|m| after.contains_key(*m))
            .copied()
            .collect();
        for media in &shared {
            if let (Some(a), Some(b)) = (before.remove(media), after.remove(media)) {
                self.media(at, &a, &b);
            }
        }
        let gone = before.keys().next().copied();
        let came = after.keys().next().copied();
        if let (Some(a), Some(b), true) = (gone, came, shared.is_empty())
            && let (Some(x), Some(y)) = (before.remove(a), after.remove(b))
        {
            let words = BeforeAfter::change(format!("`{a}`"), format!("`{b}`"));
            self.found(
                at,
                Kind::ContentTypeChanged,
                "changed its content type",
                words,
                nodes,
            );
            self.media(at, &x, &y);
        }
        for media in before.keys() {
            let predicate = format!("no longer allows `{media}`");
            self.found(
                at,
                Kind::ContentTypeRemoved,
                &predicate,
                BeforeAfter::none(),
                nodes,
            );
        }
        for media in after.keys() {
            let predicate = format!("now also allows `{media}`");
            self.found(
                at,
                Kind::ContentTypeAdded,
                &predicate,
                BeforeAfter::none(),
                nodes,
            );
        }
    }

    fn media(&mut self, at: &Position, old: &Node<'a>, new: &Node<'a>) {
        static ANY: Value = Value::Bool(true);
        self.notes(at, old, new, Object::MediaType);
        self.encodings(at, old, new);
        let schema = |node: &Node<'a>| {
            node.get("schema").unwrap_or_else(|| Node {
                pointer: node.pointer.clone(),
                value: &ANY,
            })
        };
        self.schemas(at, &schema(old), &schema(new), NullCheck::Compare);
    }
}

fn content<'a>(node: &Node<'a>) -> Content<'a> {
    node.entries_of("content")
}

fn success(status: &str) -> bool {
    status.starts_with('2')
}

fn body_words(words: &str, body: &Node<'_>) -> String {
    format!("{words}, {}", presence(body))
}

fn presence(part: &Node<'_>) -> &'static str {
    if part.flag("required") {
        "required"
    } else {
        "optional"
    }
}

impl<'a> Document<'a> {
    /// Describes the content of a body.
    fn content_words(&self, body: &Node<'a>) -> String {
        let words = content(body).into_iter().map(|(media, node)| {
            let schema = node.get("schema").map(|schema| self.words(&schema));
            match (media, schema) {
                ("application/json", Some(schema)) => schema,
                (media, Some(schema)) => format!("`{media}` of {schema}"),
                (media, None) => format!("`{media}`"),
            }
        });
        let words: Vec<String> = words.collect();
        if words.is_empty() {
            "no body".to_owned()
        } else {
            words.join(" or ")
        }
    }
}
