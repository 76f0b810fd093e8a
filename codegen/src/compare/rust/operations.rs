//! Methods of the client, and the builders that they return.

use std::collections::BTreeMap;

use super::signature::{accepts, body, method, result, setter};
use super::{Effect, Item, Sort};
use crate::api::{Accepts, Api, Operation, Parameter};

const FAILS: &str = "compiles as before, but fails when it is sent without";

pub(super) fn compare(old: &Api, new: &Api) -> Vec<Item> {
    let mut items = Vec::new();
    let mut came: BTreeMap<&str, &Operation> = by_name(new);
    for (name, before) in by_name(old) {
        let same_route =
            |other: &&Operation| (&other.method, &other.path) == (&before.method, &before.path);
        if let Some(after) = came.remove(name) {
            operation(before, after, &mut items);
        } else if let Some(after) = new.operations.iter().find(same_route) {
            came.remove(after.name.as_str());
            items.push(Item {
                note: Some("renamed, with its builder"),
                ..item(
                    Effect::Breaking,
                    before,
                    Some(method(before)),
                    Some(method(after)),
                )
            });
            operation(before, after, &mut items);
        } else {
            items.push(item(Effect::Breaking, before, Some(method(before)), None));
        }
    }
    for after in came.into_values() {
        items.push(Item {
            note: is_inferred(after).then_some("behind a cargo feature"),
            ..item(Effect::Addition, after, None, Some(method(after)))
        });
    }
    items
}

fn by_name(api: &Api) -> BTreeMap<&str, &Operation> {
    api.operations
        .iter()
        .map(|o| (o.name.as_str(), o))
        .collect()
}

/// A change of a method as a whole.
fn item(
    effect: Effect,
    operation: &Operation,
    before: Option<String>,
    after: Option<String>,
) -> Item {
    Item {
        effect,
        sort: Sort::Method,
        owner: operation.name.clone(),
        part: None,
        before,
        after,
        note: None,
    }
}

fn operation(before: &Operation, after: &Operation, items: &mut Vec<Item>) {
    if before.name == after.name && result(before) != result(after) {
        items.push(item(
            Effect::Breaking,
            after,
            Some(method(before)),
            Some(method(after)),
        ));
    }
    if before.group != after.group {
        let module = |operation: &Operation| {
            format!(
                "mod {} for the builder of {}",
                operation.group, operation.name
            )
        };
        items.push(item(
            Effect::Breaking,
            after,
            Some(module(before)),
            Some(module(after)),
        ));
    }
    let marked = |effect, note| Item {
        note: Some(note),
        ..item(effect, after, Some(method(before)), Some(method(after)))
    };
    match (before.deprecated, after.deprecated) {
        (false, true) => items.push(marked(Effect::Deprecation, "deprecated")),
        (true, false) => items.push(marked(Effect::Addition, "no longer deprecated")),
        _ => {}
    }
    match (is_inferred(before), is_inferred(after)) {
        (false, true) => items.push(marked(Effect::Breaking, "now behind a cargo feature")),
        (true, false) => items.push(marked(Effect::Addition, "no longer behind a cargo feature")),
        _ => {}
    }
    setters(before, after, items);
    bodies(before, after, items);
}

fn is_inferred(operation: &Operation) -> bool {
    operation.evidence.as_deref() == Some("inferred")
}

fn setters(before: &Operation, after: &Operation, items: &mut Vec<Item>) {
    let by_ident = |operation: &'_ Operation| -> BTreeMap<String, Parameter> {
        let parameters = operation.parameters.iter();
        parameters.map(|p| (p.ident.clone(), p.clone())).collect()
    };
    let mut came = by_ident(after);
    let part = |ident: &str, effect, was, is, note| Item {
        part: Some(ident.to_owned()),
        sort: Sort::Setter,
        note,
        ..item(effect, after, was, is)
    };
    for (ident, old) in by_ident(before) {
        let was = Some(setter(before, &old));
        let Some(new) = came.remove(&ident) else {
            items.push(part(&ident, Effect::Breaking, was, None, None));
            continue;
        };
        let is = Some(setter(after, &new));
        if accepts(&old.accepts) != accepts(&new.accepts) {
            let effect = if takes_all(&new.accepts, &old.accepts) {
                Effect::Addition
            } else {
                Effect::Breaking
            };
            items.push(part(&ident, effect, was.clone(), is.clone(), None));
        }
        match (old.required, new.required) {
            (false, true) => items.push(part(&ident, Effect::Breaking, was, is, Some(FAILS))),
            (true, false) => {
                items.push(part(
                    &ident,
                    Effect::Addition,
                    was,
                    is,
                    Some("no longer required"),
                ));
            }
            _ => {}
        }
    }
    for (ident, new) in came {
        let (effect, note) = if new.required {
            (Effect::Breaking, Some(FAILS))
        } else {
            (Effect::Addition, None)
        };
        items.push(part(&ident, effect, None, Some(setter(after, &new)), note));
    }
}

/// Whether whatever compiled with the old setter compiles with the new one.
fn takes_all(new: &Accepts, old: &Accepts) -> bool {
    const DISPLAY: [&str; 5] = ["Uuid", "bool", "f64", "i64", "Timestamp"];
    matches!((new, old), (Accepts::Text, Accepts::Value(_)) if DISPLAY.contains(&accepts(old).as_str()))
}

fn bodies(before: &Operation, after: &Operation, items: &mut Vec<Item>) {
    let part = |effect, was, is, note| Item {
        part: Some("body".to_owned()),
        sort: Sort::Setter,
        note,
        ..item(effect, after, was, is)
    };
    let change = match (&before.body, &after.body) {
        (None, None) => return,
        (Some(old), None) => part(Effect::Breaking, Some(body(before, old)), None, None),
        (None, Some(new)) => {
            let (effect, note) = if new.required {
                (Effect::Breaking, Some(FAILS))
            } else {
                (Effect::Addition, None)
            };
            part(effect, None, Some(body(after, new)), note)
        }
        (Some(old), Some(new)) => {
            let (was, is) = (body(before, old), body(after, new));
            match (old.required, new.required) {
                (false, true) => part(Effect::Breaking, Some(was), Some(is), Some(FAILS)),
                _ if was != is => part(Effect::Breaking, Some(was), Some(is), None),
                (true, false) => part(
                    Effect::Addition,
                    Some(was),
                    Some(is),
                    Some("no longer required"),
                ),
                _ => return,
            }
        }
    };
    items.push(change);
}
