//! Compares client methods and their builders.

use std::collections::BTreeMap;

use super::names::Names;
use super::signature::{accepts, body, method, result, setter};
use super::{Effect, Item, ItemKind};
use zenml_codegen::model::{Accepts, Api, Operation, Parameter, type_text};

/// The note on an item that compiles as before.
pub(crate) const FAILS: &str = "compiles as before, but calls without it fail";

pub(super) fn compare(old: &Api, new: &Api, names: &Names<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    let mut came: BTreeMap<&str, &Operation> =
        new.operations.iter().map(|o| (o.id.as_str(), o)).collect();
    for before in &old.operations {
        let after = names.operation(&before.id).and_then(|id| came.remove(id));
        let Some(after) = after else {
            items.push(item(Effect::Breaking, before, Some(method(before)), None));
            continue;
        };
        if before.name != after.name {
            items.push(Item {
                note: Some("renamed, with its builder"),
                ..item(
                    Effect::Breaking,
                    before,
                    Some(method(before)),
                    Some(method(after)),
                )
            });
        }
        operation(before, after, names, &mut items);
    }
    for after in came.into_values() {
        items.push(Item {
            note: is_inferred(after).then_some("behind a cargo feature"),
            ..item(Effect::Addition, after, None, Some(method(after)))
        });
    }
    items
}

/// Creates an item for a whole method.
fn item(
    effect: Effect,
    operation: &Operation,
    before: Option<String>,
    after: Option<String>,
) -> Item {
    Item {
        effect,
        kind: ItemKind::Method,
        owner: operation.name.clone(),
        part: None,
        before,
        after,
        note: None,
    }
}

fn operation(before: &Operation, after: &Operation, names: &Names<'_>, items: &mut Vec<Item>) {
    if before.name == after.name && names.now(&result(before)) != result(after) {
        items.push(item(
            Effect::Breaking,
            after,
            Some(method(before)),
            Some(method(after)),
        ));
    }
    if before.group != after.group && before.name == after.name {
        let builder = |o: &Operation| format!("{}::{}", o.group, o.builder);
        items.push(Item {
            note: Some("its builder moved to another module"),
            ..item(
                Effect::Breaking,
                after,
                Some(builder(before)),
                Some(builder(after)),
            )
        });
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
    setters(before, after, names, items);
    bodies(before, after, names, items);
}

fn is_inferred(operation: &Operation) -> bool {
    operation.evidence.as_deref() == Some("inferred")
}

fn setters(before: &Operation, after: &Operation, names: &Names<'_>, items: &mut Vec<Item>) {
    let part = |ident: &str, effect, was, is, note| Item {
        part: Some(ident.to_owned()),
        kind: ItemKind::Setter,
        note,
        ..item(effect, after, was, is)
    };
    let same =
        |a: &Parameter, b: &Parameter| names.now(&accepts(&a.accepts)) == accepts(&b.accepts);
    let mut gone: Vec<&Parameter> = Vec::new();
    let mut came: Vec<&Parameter> = after.parameters.iter().collect();
    for old in &before.parameters {
        let Some(index) = came.iter().position(|new| new.ident == old.ident) else {
            gone.push(old);
            continue;
        };
        let new = came.swap_remove(index);
        let (was, is) = (Some(setter(before, old)), Some(setter(after, new)));
        if !same(old, new) {
            let effect = if takes_all(&new.accepts, &old.accepts) {
                Effect::Addition
            } else {
                Effect::Breaking
            };
            items.push(part(&old.ident, effect, was.clone(), is.clone(), None));
        }
        match (old.required, new.required) {
            (false, true) => items.push(part(&old.ident, Effect::Breaking, was, is, Some(FAILS))),
            (true, false) => {
                let note = Some("no longer required");
                items.push(part(&old.ident, Effect::Addition, was, is, note));
            }
            _ => {}
        }
    }
    for old in gone {
        let renamed = names.parameter(&after.id, &old.name);
        let index = came
            .iter()
            .position(|new| renamed == Some(new.name.as_str()) && same(old, new));
        let is = index.map(|index| setter(after, came.swap_remove(index)));
        let note = is.is_some().then_some("renamed");
        let was = Some(setter(before, old));
        items.push(part(&old.ident, Effect::Breaking, was, is, note));
    }
    for new in came {
        let (effect, note) = if new.required {
            (Effect::Breaking, Some(FAILS))
        } else {
            (Effect::Addition, None)
        };
        items.push(part(
            &new.ident,
            effect,
            None,
            Some(setter(after, new)),
            note,
        ));
    }
}

/// Returns whether every argument of the old setter also compiles with the new one.
fn takes_all(new: &Accepts, old: &Accepts) -> bool {
    const DISPLAY: [&str; 5] = ["Uuid", "bool", "f64", "i64", "Timestamp"];
    matches!((new, old), (Accepts::Text, Accepts::Value(_)) if DISPLAY.contains(&accepts(old).as_str()))
}

fn bodies(before: &Operation, after: &Operation, names: &Names<'_>, items: &mut Vec<Item>) {
    let part = |effect, was, is, note| Item {
        part: Some("body".to_owned()),
        kind: ItemKind::Setter,
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
                _ if names.now(&type_text(&old.ty)) != type_text(&new.ty) => {
                    part(Effect::Breaking, Some(was), Some(is), None)
                }
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
