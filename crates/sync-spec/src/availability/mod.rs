//! How is `specs/availability.json` derived from the documents of all supported versions?
//!
//! It is a fold: the availability up to a version and the document of that version, together with
//! the next document, give the next availability. Extending the file by a version and writing it
//! again from the floor therefore give the same bytes.

pub mod effect;
mod pairs;
mod rebuild;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use zenml_codegen::availability::{
    Availability, History, Node, Nodes, Operation, Place, State, Version, operations_by_key,
};
use zenml_codegen::openapi::Declaration;

use crate::api::Api;
use crate::files;
use pairs::{Facts, Pairs, places};
pub use rebuild::{Documents, Rebuild, rebuild};

/// The path of the file below the root of a checkout.
pub const PATH: &str = "specs/availability.json";

/// Reads the availability in a checkout, if there is one for the API.
///
/// # Errors
/// Returns an error if the file cannot be read or is malformed.
pub fn read(root: &Path, api: Api) -> Result<Option<Availability>> {
    if api != Api::Workspace {
        return Ok(None);
    }
    let text = files::read(&root.join(PATH))?;
    let availability = text.as_deref().map(Availability::read).transpose();
    availability.with_context(|| format!("cannot read {PATH}"))
}

/// Returns the availability of one version, without any history. `plain` is the document of the same
/// version as a server prints it that is not a Pro workspace, if known.
pub fn first(version: &Version, document: &Value, plain: Option<&Value>) -> Availability {
    let mut availability = Availability {
        floor: version.clone(),
        newest: version.clone(),
        operations: BTreeMap::new(),
    };
    mark_pro(&mut availability, document, plain, &BTreeSet::new());
    availability
}

/// Returns the availability with one more version, or with another document of the newest one.
/// `old` is the document that `before` was derived from last, and `new` the next one. Both are
/// canonical.
///
/// # Errors
/// Returns an error if the next document has no version, or an older one.
pub fn extend(
    before: &Availability,
    old: &Value,
    new: &Value,
    plain: Option<&Value>,
) -> Result<Availability> {
    let version = version_of(new)?;
    if version < before.newest {
        bail!(
            "the document is of version {version}, but {PATH} already covers {}; to go back, restore \
             specs/ with git",
            before.newest
        );
    }
    let (olds, news) = (operations_by_key(old), operations_by_key(new));
    let (old_nodes, new_nodes) = (Nodes::new(old), Nodes::new(new));
    let pairs = Pairs {
        floor: &before.floor,
        version: &version,
        old: old_nodes,
        new: new_nodes,
    };
    let mut after = Availability {
        floor: before.floor.clone(),
        newest: version.clone(),
        operations: BTreeMap::new(),
    };
    let none = Operation::default();
    let mut responses = Vec::new();
    let mut known_responses = Facts::new();
    let mut response_pairs = Vec::new();
    let keys: BTreeSet<&String> = olds
        .keys()
        .chain(news.keys())
        .chain(before.operations.keys())
        .collect();
    for key in keys {
        let known = before.operations.get(key).unwrap_or(&none);
        let (old, new) = (olds.get(key), news.get(key));
        let mut facts = Operation {
            exists: pairs.next(
                known.exists.as_ref(),
                present(old.is_some()),
                present(new.is_some()),
            ),
            ..Operation::default()
        };
        if let Some((&old, &new)) = old.zip(new) {
            facts.query = parameters(&pairs, &known.query, [old, new], "query");
            facts.header = parameters(&pairs, &known.header, [old, new], "header");
            facts.request = request(&pairs, &known.request, [old, new]);
            if let (Some((old_body, old_state)), Some((new_body, new_state))) =
                (old_nodes.response(old), new_nodes.response(new))
            {
                let whole = Place::default();
                let history = pairs.next(known.response.get(&whole), old_state, new_state);
                facts
                    .response
                    .extend(history.map(|history| (whole, history)));
                known_responses.extend(resolve(&old_nodes, &old_body, &known.response));
                response_pairs.push((new_body, old_body));
            }
        }
        let body = new.and_then(|new| new_nodes.response(*new));
        responses.extend(body.map(|(body, _)| (key.clone(), body)));
        after.operations.insert(key.clone(), facts);
    }
    let histories = pairs.follow(response_pairs, &known_responses);
    for (key, place, history) in places(&new_nodes, responses, &histories) {
        if let Some(facts) = after.operations.get_mut(&key) {
            facts.response.insert(place, history);
        }
    }
    let pro = before.operations.iter().filter(|(_, facts)| facts.pro);
    mark_pro(
        &mut after,
        new,
        plain,
        &pro.map(|(key, _)| key.as_str()).collect(),
    );
    after.operations.retain(|_, facts| *facts != none);
    Ok(after)
}

/// Returns the version of a document.
///
/// # Errors
/// Returns an error if the document has no version, or a pre-release.
pub fn version_of(document: &Value) -> Result<Version> {
    let version = document.pointer("/info/version").and_then(Value::as_str);
    let version = version.context("the document has no version")?;
    version.parse().map_err(anyhow::Error::msg)
}

fn present(is_present: bool) -> State {
    if is_present {
        State::present()
    } else {
        State::absent()
    }
}

/// Marks the operations that only a Pro workspace has: those that `plain` lacks or, if that is not
/// known, those that were marked before.
fn mark_pro(
    availability: &mut Availability,
    document: &Value,
    plain: Option<&Value>,
    before: &BTreeSet<&str>,
) {
    let plain = plain.map(operations_by_key);
    for key in operations_by_key(document).into_keys() {
        let pro = match &plain {
            Some(plain) => !plain.contains_key(&key),
            None => before.contains(key.as_str()),
        };
        if pro {
            availability.operations.entry(key).or_default().pro = true;
        }
    }
}

fn parameters(
    pairs: &Pairs<'_>,
    known: &BTreeMap<String, History>,
    [old, new]: [Declaration<'_>; 2],
    location: &str,
) -> BTreeMap<String, History> {
    let (olds, news) = (
        declared(&pairs.old, old, location),
        declared(&pairs.new, new, location),
    );
    let names: BTreeSet<&String> = olds.keys().chain(news.keys()).chain(known.keys()).collect();
    let histories = names.into_iter().filter_map(|name| {
        let state = |states: &BTreeMap<String, State>| states.get(name).cloned();
        let history = pairs.next(
            known.get(name),
            state(&olds).unwrap_or_default(),
            state(&news).unwrap_or_default(),
        );
        Some((name.clone(), history?))
    });
    histories.collect()
}

/// Returns the parameters of an operation in one location.
fn declared(nodes: &Nodes<'_>, found: Declaration<'_>, location: &str) -> BTreeMap<String, State> {
    let parameters = found.operation.get("parameters").and_then(Value::as_array);
    let parameters = parameters.into_iter().flatten().enumerate();
    let states = parameters.filter_map(|(index, parameter)| {
        let name = parameter.get("name")?.as_str()?;
        let optional = parameter.get("required") != Some(&Value::Bool(true));
        let (_, state) = nodes.parameter(found, index, optional);
        (parameter.get("in")? == location).then(|| (name.to_owned(), state))
    });
    states.collect()
}

fn request(
    pairs: &Pairs<'_>,
    known: &BTreeMap<Place, History>,
    [old, new]: [Declaration<'_>; 2],
) -> BTreeMap<Place, History> {
    let (old, new) = (pairs.old.request(old), pairs.new.request(new));
    let whole = Place::default();
    let state = |body: &Option<(Node, State)>| body.as_ref().map(|(_, state)| state.clone());
    let history = pairs.next(
        known.get(&whole),
        state(&old).unwrap_or_default(),
        state(&new).unwrap_or_default(),
    );
    let mut facts: BTreeMap<Place, History> = history
        .map(|history| (whole, history))
        .into_iter()
        .collect();
    if let (Some((old, _)), Some((new, _))) = (old, new) {
        let known = resolve(&pairs.old, &old, known);
        let histories = pairs.follow(vec![(new.clone(), old)], &known);
        let body = vec![(String::new(), new)];
        let found = places(&pairs.new, body, &histories);
        facts.extend(
            found
                .into_iter()
                .map(|(_, place, history)| (place, history)),
        );
    }
    facts
}

/// Returns the histories of places by the schemas that hold them.
fn resolve(nodes: &Nodes<'_>, body: &Node, places: &BTreeMap<Place, History>) -> Facts {
    let facts = places
        .iter()
        .filter_map(|(place, history)| Some((nodes.holder(body, place)?, history.clone())));
    facts.collect()
}
