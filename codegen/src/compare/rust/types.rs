//! Structs, enums and unions.

use std::collections::BTreeMap;

use super::signature::{constructor, field};
use super::{Effect, Item, Sort};
use crate::api::{Api, Struct, Type, type_text};
use crate::compare::rename::{alike, pairs};

pub(super) fn compare(old: &Api, new: &Api) -> Vec<Item> {
    let only = |api: &Api, other: &Api| -> Vec<String> {
        let names = api.types.keys();
        names
            .filter(|name| !other.types.contains_key(*name))
            .cloned()
            .collect()
    };
    let (gone, came) = (only(old, new), only(new, old));
    let renamed = pairs(&gone, &came, |a, b| {
        let parts =
            |api: &Api, name: &String| api.types.get(name).map(|ty| (head("", ty), parts(ty)));
        alike(a, b) && parts(old, a) == parts(new, b)
    });
    let mut items = Vec::new();
    for (i, name) in gone.iter().enumerate() {
        let Some(before) = old.types.get(name) else {
            continue;
        };
        let other = renamed
            .iter()
            .find(|(a, _)| *a == i)
            .and_then(|(_, b)| came.get(*b));
        let after = other.and_then(|name| Some(head(name, new.types.get(name)?)));
        items.push(Item {
            note: after.is_some().then_some("renamed"),
            ..item(Effect::Breaking, name, Some(head(name, before)), after)
        });
    }
    for (j, name) in came.iter().enumerate() {
        if let Some(after) = new.types.get(name)
            && renamed.iter().all(|(_, b)| *b != j)
        {
            items.push(item(Effect::Addition, name, None, Some(head(name, after))));
        }
    }
    for (name, before) in &old.types {
        if let Some(after) = new.types.get(name) {
            same_type(name, before, after, &mut items);
        }
    }
    items
}

/// A change of a type as a whole.
fn item(effect: Effect, name: &str, before: Option<String>, after: Option<String>) -> Item {
    Item {
        effect,
        sort: Sort::Type,
        owner: name.to_owned(),
        part: None,
        before,
        after,
        note: None,
    }
}

fn same_type(name: &str, before: &Type, after: &Type, items: &mut Vec<Item>) {
    let (was, is) = (head(name, before), head(name, after));
    if was != is {
        items.push(item(Effect::Breaking, name, Some(was), Some(is)));
        return;
    }
    if let (Type::Struct(a), Type::Struct(b)) = (before, after) {
        constructors(name, a, b, items);
    }
    let sort = match after {
        Type::Struct(_) => Sort::Field,
        Type::Enum(_) | Type::Union(_) => Sort::Variant,
    };
    let part = |effect, part: &str, was, is, note| Item {
        sort,
        part: Some(part.to_owned()),
        note,
        ..item(effect, name, was, is)
    };
    let line = |ident: &str, text: &str| Some(part_line(name, after, ident, text));
    let (gone, mut came) = (parts(before), parts(after));
    let mut lost = Vec::new();
    for (ident, was) in gone {
        match came.remove(&ident) {
            Some(is) if was == is => {}
            Some(is) => {
                let (was, is) = (line(&ident, &was), line(&ident, &is));
                items.push(part(Effect::Breaking, &ident, was, is, None));
            }
            None => lost.push((ident, was)),
        }
    }
    let came: Vec<(String, String)> = came.into_iter().collect();
    let renamed = pairs(&lost, &came, |(a, was), (b, is)| was == is && alike(a, b));
    for (i, (ident, was)) in lost.iter().enumerate() {
        let other = renamed
            .iter()
            .find(|(a, _)| *a == i)
            .and_then(|(_, b)| came.get(*b));
        let is = other.and_then(|(ident, is)| line(ident, is));
        let note = is.is_some().then_some("renamed");
        items.push(part(Effect::Breaking, ident, line(ident, was), is, note));
    }
    for (j, (ident, is)) in came.iter().enumerate() {
        if renamed.iter().all(|(_, b)| *b != j) {
            items.push(part(Effect::Addition, ident, None, line(ident, is), None));
        }
    }
}

fn constructors(name: &str, before: &Struct, after: &Struct, items: &mut Vec<Item>) {
    let (was, is) = (constructor(name, before), constructor(name, after));
    if was != is {
        let effect = if was.is_some() {
            Effect::Breaking
        } else {
            Effect::Addition
        };
        items.push(Item {
            sort: Sort::Constructor,
            ..item(effect, name, was, is)
        });
    }
}

/// What a type is, in short.
fn head(name: &str, ty: &Type) -> String {
    match ty {
        Type::Struct(_) => format!("struct {name}"),
        Type::Enum(_) => format!("enum {name}"),
        Type::Union(_) => format!("union {name}"),
    }
}

/// The public parts of a type, and the type or value of each.
fn parts(ty: &Type) -> BTreeMap<String, String> {
    match ty {
        Type::Struct(structure) => {
            let fields = structure.fields.iter().map(|f| (f.ident.clone(), field(f)));
            let unknown = ("unknown_fields".to_owned(), "UnknownFields".to_owned());
            fields.chain(structure.open.then_some(unknown)).collect()
        }
        Type::Enum(enumeration) => {
            let variants = enumeration.variants.iter();
            variants
                .map(|(variant, value)| (variant.clone(), format!("{value:?}")))
                .collect()
        }
        Type::Union(union) => {
            let variants = union.variants.iter();
            variants
                .map(|variant| (variant.name.clone(), type_text(&variant.ty)))
                .collect()
        }
    }
}

fn part_line(name: &str, ty: &Type, ident: &str, text: &str) -> String {
    match ty {
        Type::Struct(_) => format!("{name}.{ident}: {text}"),
        Type::Enum(_) => format!("{name}::{ident} = {text}"),
        Type::Union(_) => format!("{name}::{ident}({text})"),
    }
}
