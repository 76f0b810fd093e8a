//! Compares the credentials that operations require, and the security schemes of a document.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::{Document, Entry, Node};
use super::json::members;
use super::position::{BeforeAfter, Position};
use super::rule::Kind;
use super::visitor::Visitor;

/// One sufficient set of credentials: scheme → scopes. The empty set accepts any request.
type Requirement<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

impl<'a> Visitor<'_, 'a> {
    pub(super) fn security(&mut self, at: &Position, old: &Entry<'a>, new: &Entry<'a>) {
        let (before, after) = (
            requirements(self.both.old, old),
            requirements(self.both.new, new),
        );
        if before == after {
            return;
        }
        // What was sufficient before has to include something that is sufficient now.
        let suffices = |credentials: &Requirement<'a>| {
            after.iter().any(|needed| {
                needed.iter().all(|(scheme, scopes)| {
                    let given = credentials.get(scheme);
                    given.is_some_and(|given| scopes.is_subset(given))
                })
            })
        };
        let (kind, predicate) = if before.iter().all(suffices) {
            let predicate = "accepts requests with fewer or other credentials";
            (Kind::SecurityLoosened, predicate)
        } else {
            let predicate = "rejects credentials that were sufficient";
            (Kind::SecurityTightened, predicate)
        };
        let words = BeforeAfter::change(words(&before), words(&after));
        let nodes = (Some(&old.node), Some(&new.node));
        self.found(at, kind, predicate, words, nodes);
    }

    /// Compares the security schemes.
    pub(super) fn schemes(&mut self, at: &Position) {
        const PATH: &str = "/components/securitySchemes";
        let entries = |node: Option<Node<'a>>| node.map(|node| node.entries()).unwrap_or_default();
        let (before, after) = (
            entries(self.both.old.at(PATH)),
            entries(self.both.new.at(PATH)),
        );
        for (name, node) in &before {
            let Some(other) = after.get(name) else {
                let predicate = format!("no longer declares the security scheme `{name}`");
                let nodes = (Some(node), None);
                let none = BeforeAfter::none();
                self.found(at, Kind::Annotated, &predicate, none, nodes);
                continue;
            };
            let (a, b) = (
                self.both.old.target(node).value,
                self.both.new.target(other).value,
            );
            if a == b {
                continue;
            }
            let (kind, predicate) = if declared(a, true) != declared(b, true) {
                let predicate = format!("declares the security scheme `{name}` differently");
                (Kind::SecuritySchemeChanged, predicate)
            } else if declared(a, false) != declared(b, false) {
                let predicate = format!("offers different scopes of `{name}`");
                (Kind::SecurityScopesChanged, predicate)
            } else {
                let predicate = format!("annotates the security scheme `{name}` differently");
                (Kind::Annotated, predicate)
            };
            let nodes = (Some(node), Some(other));
            self.found(at, kind, &predicate, BeforeAfter::none(), nodes);
        }
        for (name, node) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
            let predicate = format!("now declares the security scheme `{name}`");
            let nodes = (None, Some(node));
            let none = BeforeAfter::none();
            self.found(at, Kind::Annotated, &predicate, none, nodes);
        }
    }
}

/// Returns the sets of credentials that each suffice for an operation.
fn requirements<'a>(document: &Document<'a>, entry: &Entry<'a>) -> BTreeSet<Requirement<'a>> {
    let own = entry.node.value.get("security");
    let list = own.or_else(|| document.root().get("security"));
    let list = list.and_then(Value::as_array).into_iter().flatten();
    let requirement = |value: &'a Value| -> Requirement<'a> {
        let schemes = members(value).iter().map(|(scheme, scopes)| {
            let scopes = scopes.as_array().into_iter().flatten();
            (scheme.as_str(), scopes.filter_map(Value::as_str).collect())
        });
        schemes.collect()
    };
    let mut all: BTreeSet<Requirement<'a>> = list.map(requirement).collect();
    // If requests without credentials are accepted, none are required.
    if all.is_empty() || all.iter().any(BTreeMap::is_empty) {
        all = BTreeSet::from([Requirement::new()]);
    }
    all
}

fn words(requirements: &BTreeSet<Requirement<'_>>) -> String {
    let scheme = |(scheme, scopes): (&&str, &BTreeSet<&str>)| {
        let scopes: Vec<&str> = scopes.iter().copied().collect();
        if scopes.is_empty() {
            (*scheme).to_owned()
        } else {
            format!("{scheme} with {}", scopes.join(" "))
        }
    };
    let requirement = |requirement: &Requirement<'_>| {
        let schemes: Vec<String> = requirement.iter().map(scheme).collect();
        if schemes.is_empty() {
            "none".to_owned()
        } else {
            format!("`{}`", schemes.join(" and "))
        }
    };
    let words: Vec<String> = requirements.iter().map(requirement).collect();
    words.join(" or ")
}

/// Returns a security scheme without its annotations, and with the scopes it offers only if
/// `without_scopes` is not set.
fn declared(scheme: &Value, without_scopes: bool) -> Value {
    let mut scheme = scheme.clone();
    let Some(scheme_members) = scheme.as_object_mut() else {
        return scheme;
    };
    scheme_members.retain(|key, _| key != "description" && !key.starts_with("x-"));
    let flows = scheme_members
        .get_mut("flows")
        .and_then(Value::as_object_mut);
    for flow in flows.into_iter().flat_map(|flows| flows.values_mut()) {
        let Some(flow) = flow.as_object_mut() else {
            continue;
        };
        if let Some(Value::Object(scopes)) = flow.get_mut("scopes") {
            // The values are descriptions.
            scopes.values_mut().for_each(|text| *text = Value::Null);
        }
        if without_scopes {
            flow.remove("scopes");
        }
    }
    scheme
}
