//! Which fields are boxed: those that close a cycle, and the optional structs of responses.
//!
//! Responses nest a dozen levels deep. By value, one run would take tens of kilobytes of stack,
//! most of it for members that are `None`. The size of a struct does not matter: if it gains a
//! member, the type of the fields that contain it must not change.

use std::collections::{BTreeMap, BTreeSet};

use super::api::{Presence, Type};

pub(super) fn place_boxes(types: &mut BTreeMap<String, Type>) {
    let by_value = by_value(types);
    let cyclic: BTreeSet<(String, String)> = by_value
        .iter()
        .flat_map(|(from, targets)| targets.iter().map(move |to| (from, to)))
        .filter(|(from, to)| reaches(&by_value, to, from))
        .map(|(from, to)| (from.clone(), to.clone()))
        .collect();
    let structs: BTreeSet<String> = by_value.into_keys().collect();
    for (name, ty) in types.iter_mut() {
        let Type::Struct(structure) = ty else {
            continue;
        };
        let received = !structure.sent;
        for field in &mut structure.fields {
            let Some(target) = struct_name(&field.ty) else {
                continue;
            };
            let optional = field.presence != Presence::Required && structs.contains(&target);
            field.boxed = cyclic.contains(&(name.clone(), target)) || (received && optional);
        }
    }
}

/// Returns for each struct the structs that it contains by value.
fn by_value(types: &BTreeMap<String, Type>) -> BTreeMap<String, BTreeSet<String>> {
    let structs = types.iter().filter_map(|(name, ty)| match ty {
        Type::Struct(structure) => Some((name, structure)),
        _ => None,
    });
    structs
        .map(|(name, structure)| {
            let targets = structure
                .fields
                .iter()
                .filter_map(|field| struct_name(&field.ty));
            let targets = targets.filter(|t| matches!(types.get(t), Some(Type::Struct(_))));
            (name.clone(), targets.collect())
        })
        .collect()
}

fn reaches(graph: &BTreeMap<String, BTreeSet<String>>, from: &str, to: &str) -> bool {
    let (mut open, mut seen) = (vec![from], BTreeSet::new());
    while let Some(name) = open.pop() {
        if name == to {
            return true;
        }
        if seen.insert(name) {
            open.extend(graph.get(name).into_iter().flatten().map(String::as_str));
        }
    }
    false
}

/// Returns the name of a field's type, if it has no path and no arguments.
fn struct_name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}
