//! Which parts of a request does not every supported server know? A server ignores a parameter or
//! field that it does not know, so that the request has another effect.
//!
//! A part counts if ignoring it changes the effect of the request: each parameter of a `DELETE` and
//! of a write, each field of a body, and each parameter that selects the items of a list. Parameters
//! that only change how a response looks (`PRESENTATION`) do not count.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Availability, Edge, History, Node, Nodes, Operation, Place, State, Version, Versions,
    operation_key, operations_by_key,
};
use crate::openapi::Declaration;

/// Query parameters of lists that change how the items are returned, not which.
const PRESENTATION: [&str; 2] = ["hydrate", "sort_by"];

/// A route that not every supported server has, or has with other parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path, with `{}` for each parameter.
    pub path: String,
    /// The versions that have it.
    pub versions: Versions,
    /// Whether only a Pro workspace has it.
    pub pro: bool,
    /// The parts that not every supported server knows.
    pub rules: Vec<Rule>,
}

/// A part of a request, and the versions that know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The versions that know it.
    pub versions: Versions,
    /// The part.
    pub subject: Subject,
}

/// A part of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The operation.
    Operation,
    /// A query parameter, unless it has the neutral value: servers that ignore it do the same.
    Parameter(String, Option<String>),
    /// Several values of one of these query parameters.
    Repeated(Vec<String>),
    /// A member of the body at one of these places, unless it has the neutral value, as JSON.
    Field(Vec<Place>, Option<String>),
}

/// Returns the routes that differ between the supported servers, sorted by path and method.
pub fn routes(document: &Value, availability: &Availability) -> Vec<Route> {
    let declared = operations_by_key(document);
    let nodes = Nodes::new(document);
    let mut routes: Vec<Route> = availability
        .operations
        .iter()
        .filter_map(|(key, facts)| {
            let (method, path) = key.split_once(' ')?;
            let versions = facts.exists.as_ref().map(History::versions);
            let versions = versions.unwrap_or_default();
            let mut rules = Vec::new();
            if method != "GET" && !versions.are_all() {
                rules.push(Rule {
                    versions: versions.clone(),
                    subject: Subject::Operation,
                });
            }
            if let Some(found) = declared.get(key) {
                rules.extend(parameters(method, *found, facts, &nodes));
                rules.extend(fields(document, *found, facts, &nodes));
            }
            let route = Route {
                method: method.to_owned(),
                path: path.to_owned(),
                versions,
                pro: facts.pro,
                rules,
            };
            let differs = !route.versions.are_all() || route.pro || !route.rules.is_empty();
            differs.then_some(route)
        })
        .collect();
    routes.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    routes
}

/// Returns the position of an operation among the routes.
pub fn position(routes: &[Route], method: &str, path: &str) -> Option<usize> {
    let key = operation_key(method, path);
    let is_it =
        |route: &Route| key.strip_prefix(&route.method).map(str::trim_start) == Some(&route.path);
    routes.iter().position(is_it)
}

/// Returns the version since which a parameter may have several values, if it could have one before.
fn repeated_since(history: &History) -> Option<&Version> {
    let is_list = |state: &State| state.types.contains("array");
    let states: Vec<_> = history.states().collect();
    let lists = states
        .iter()
        .rev()
        .take_while(|(_, state)| is_list(state))
        .count();
    let first = states.len() - lists;
    let (_, before) = states.get(first.checked_sub(1)?)?;
    let (since, _) = states.get(first)?;
    (!before.is_absent()).then_some(*since)
}

fn parameters(
    method: &str,
    found: Declaration<'_>,
    facts: &Operation,
    nodes: &Nodes<'_>,
) -> Vec<Rule> {
    let reads = method == "GET";
    if reads && !returns_a_list(found, nodes) {
        return Vec::new();
    }
    let mut rules = Vec::new();
    let mut repeated: BTreeMap<&Version, Vec<String>> = BTreeMap::new();
    let histories = facts.query.iter();
    for (name, history) in histories.filter(|(name, _)| !PRESENTATION.contains(&name.as_str())) {
        let versions = history.versions();
        if !versions.are_all() {
            let neutral = neutral_parameter(found, name, reads);
            rules.push(Rule {
                versions,
                subject: Subject::Parameter(name.clone(), neutral),
            });
        }
        if let Some(since) = repeated_since(history) {
            repeated.entry(since).or_default().push(name.clone());
        }
    }
    rules.extend(repeated.into_iter().map(|(since, names)| Rule {
        versions: Versions {
            since: Some(since.clone()),
            removed: None,
        },
        subject: Subject::Repeated(names),
    }));
    rules
}

fn returns_a_list(found: Declaration<'_>, nodes: &Nodes<'_>) -> bool {
    nodes.response(found).is_some_and(|(node, state)| {
        let items = Edge::Member("items".to_owned());
        state.types.contains("array") || nodes.parts(&node).contains_key(&items)
    })
}

/// Returns the value of a query parameter that means what a server does that ignores it: the value
/// of the note `x-if-unknown`, or the default of a filter. The default of a `DELETE` or a write may
/// be new, too.
fn neutral_parameter(found: Declaration<'_>, name: &str, is_filter: bool) -> Option<String> {
    let parameters = found.operation.get("parameters")?.as_array()?;
    let parameter = parameters.iter().find(|parameter| {
        parameter.get("name").is_some_and(|it| it == name)
            && parameter.get("in").is_some_and(|place| place == "query")
    })?;
    let default = || parameter.pointer("/schema/default").filter(|_| is_filter);
    match parameter.get("x-if-unknown").or_else(default)? {
        Value::String(text) => Some(text.clone()),
        value @ (Value::Bool(_) | Value::Number(_)) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn fields(
    document: &Value,
    found: Declaration<'_>,
    facts: &Operation,
    nodes: &Nodes<'_>,
) -> Vec<Rule> {
    let Some((body, _)) = nodes.request(found) else {
        return Vec::new();
    };
    let members = facts.request.iter().filter_map(|(place, history)| {
        let is_member = matches!(place.0.last(), Some(Edge::Member(_)));
        let versions = Some(history.versions());
        let versions = versions.filter(|versions| is_member && !versions.are_all())?;
        let (holders, edge) = nodes.holder(&body, place)?;
        Some((holders, edge, versions))
    });
    let members: Vec<(Node, Edge, Versions)> = members.collect();
    let targets = members.iter().map(|(holders, ..)| holders.clone());
    // The availability names the first place of a schema only.
    let ways = nodes.ways(&body, &targets.collect());
    let rules = members.into_iter().map(|(holders, edge, versions)| {
        let default = default_of(document, &holders, &edge);
        let ways = ways.iter().filter(|(_, node)| *node == holders);
        let places = ways.map(|(way, _)| way.child(edge.clone())).collect();
        Rule {
            versions,
            subject: Subject::Field(places, default),
        }
    });
    rules.collect()
}

/// Returns the default of a member, if the schemas that have one agree.
fn default_of(document: &Value, holders: &Node, edge: &Edge) -> Option<String> {
    let Edge::Member(name) = edge else {
        return None;
    };
    let mut defaults = holders.iter().filter_map(|holder| {
        let properties = document.pointer(holder)?.get("properties")?;
        properties.get(name)?.get("default")
    });
    let first = defaults.next().filter(|default| !default.is_null())?;
    defaults
        .all(|other| other == first)
        .then(|| first.to_string())
}
