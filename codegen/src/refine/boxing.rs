//! Which fields lie on the heap: those that close a cycle, and optional large ones.
//!
//! Responses nest a dozen levels deep. By value, one run would take tens of kilobytes of stack,
//! most of it for members that are `None`.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::{Presence, Struct, Type};

/// A field's struct of more than this many (estimated) bytes is boxed where it is optional.
const LARGE: usize = 128;

pub(super) fn place_boxes(types: &mut BTreeMap<String, Type>) {
    let by_value = by_value(types);
    let cyclic: BTreeSet<(String, String)> = by_value
        .iter()
        .flat_map(|(from, targets)| targets.iter().map(move |to| (from, to)))
        .filter(|(from, to)| reaches(&by_value, to, from))
        .map(|(from, to)| (from.clone(), to.clone()))
        .collect();
    let mut sizes = BTreeMap::new();
    for name in types.keys() {
        size(name, types, &cyclic, &mut sizes);
    }
    for (name, ty) in types.iter_mut() {
        let Type::Struct(structure) = ty else {
            continue;
        };
        let received = !structure.sent;
        for field in &mut structure.fields {
            let Some(target) = struct_name(&field.ty) else {
                continue;
            };
            let large = sizes.get(&target).is_some_and(|size| *size > LARGE);
            let optional = field.presence != Presence::Required;
            field.boxed =
                cyclic.contains(&(name.clone(), target)) || (received && optional && large);
        }
    }
}

/// Struct → the structs that it holds by value.
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

/// The estimated size of a struct, with cycles and large optional members boxed.
fn size(
    name: &str,
    types: &BTreeMap<String, Type>,
    cyclic: &BTreeSet<(String, String)>,
    sizes: &mut BTreeMap<String, usize>,
) -> usize {
    if let Some(size) = sizes.get(name) {
        return *size;
    }
    let total = match types.get(name) {
        Some(Type::Struct(Struct { fields, open, .. })) => {
            let mut total = if *open { 24 } else { 0 };
            for field in fields {
                total += match struct_name(&field.ty) {
                    Some(target) if cyclic.contains(&(name.to_owned(), target.clone())) => 8,
                    Some(target) => match size(&target, types, cyclic, sizes) {
                        large if large > LARGE && field.presence != Presence::Required => 8,
                        size => size,
                    },
                    None => 24,
                };
            }
            total
        }
        _ => 24,
    };
    sizes.insert(name.to_owned(), total);
    total
}

/// The generated type that a field's type is, if it is one as such.
fn struct_name(ty: &syn::Type) -> Option<String> {
    match ty {
        syn::Type::Path(path) => path.path.get_ident().map(ToString::to_string),
        _ => None,
    }
}
