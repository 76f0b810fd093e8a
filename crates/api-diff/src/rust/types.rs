//! Compares structs, enums and unions.

use std::collections::BTreeMap;

use super::names::Names;
use super::signature::constructor;
use super::{Effect, Item, ItemKind};
use zenml_codegen::model::{Api, Type, type_text};
use zenml_codegen::public_api::field_type;

pub(super) fn compare(old: &Api, new: &Api, names: &Names<'_>) -> Vec<Item> {
    let mut items = Vec::new();
    for (name, before) in &old.types {
        let now = names.types.get(name).unwrap_or(name);
        let Some(after) = new.types.get(now) else {
            items.push(item(Effect::Breaking, name, Some(head(name, before)), None));
            continue;
        };
        if name != now {
            items.push(Item {
                note: Some("renamed"),
                ..item(
                    Effect::Breaking,
                    name,
                    Some(head(name, before)),
                    Some(head(now, after)),
                )
            });
        }
        same_type((name, before), (now, after), names, &mut items);
    }
    let known =
        |name: &String| old.types.contains_key(name) || names.types.values().any(|now| now == name);
    for (name, after) in new.types.iter().filter(|(name, _)| !known(name)) {
        items.push(item(Effect::Addition, name, None, Some(head(name, after))));
    }
    items
}

/// Creates an item for a whole type.
fn item(effect: Effect, name: &str, before: Option<String>, after: Option<String>) -> Item {
    Item {
        effect,
        kind: ItemKind::Type,
        owner: name.to_owned(),
        part: None,
        before,
        after,
        note: None,
    }
}

fn same_type(
    (old_name, before): (&str, &Type),
    (name, after): (&str, &Type),
    names: &Names<'_>,
    items: &mut Vec<Item>,
) {
    let (was, is) = (head(old_name, before), head(name, after));
    if head(name, before) != is {
        items.push(item(Effect::Breaking, name, Some(was), Some(is)));
        return;
    }
    if let (Type::Struct(a), Type::Struct(b)) = (before, after) {
        let (was, is) = (constructor(old_name, a), constructor(name, b));
        if was.as_deref().map(|was| names.now(was)) != is {
            let effect = if was.is_some() {
                Effect::Breaking
            } else {
                Effect::Addition
            };
            items.push(Item {
                kind: ItemKind::Constructor,
                ..item(effect, name, was, is)
            });
        }
    }
    let kind = match after {
        Type::Struct(_) => ItemKind::Field,
        Type::Enum(_) | Type::Union(_) => ItemKind::Variant,
    };
    let part = |effect, part: &str, was, is, note| Item {
        kind,
        part: Some(part.to_owned()),
        note,
        ..item(effect, name, was, is)
    };
    let was = |ident: &str, text: &str| Some(part_line(old_name, before, ident, text));
    let is = |ident: &str, text: &str| Some(part_line(name, after, ident, text));
    let mut came = parts(after);
    let mut gone = Vec::new();
    for (ident, old) in parts(before) {
        match came.remove(&ident) {
            Some(new) if names.now(&old) == new => {}
            Some(new) => {
                let (was, is) = (was(&ident, &old), is(&ident, &new));
                items.push(part(Effect::Breaking, &ident, was, is, None));
            }
            None => gone.push((ident, old)),
        }
    }
    for (ident, old) in &gone {
        let renamed = renamed((name, before, after), ident, names);
        let new = renamed.and_then(|ident| came.remove_entry(&ident));
        let is = new.and_then(|(ident, new)| is(&ident, &new));
        let note = is.is_some().then_some("renamed");
        items.push(part(Effect::Breaking, ident, was(ident, old), is, note));
    }
    for (ident, new) in &came {
        items.push(part(Effect::Addition, ident, None, is(ident, new), None));
    }
}

/// Returns the new identifier of a renamed field.
fn renamed(
    (name, before, after): (&str, &Type, &Type),
    ident: &str,
    names: &Names<'_>,
) -> Option<String> {
    let (Type::Struct(before), Type::Struct(after)) = (before, after) else {
        return None;
    };
    let field = before.fields.iter().find(|field| field.ident == ident)?;
    let now = names.property(name, &field.name)?;
    let field = after.fields.iter().find(|field| field.name == now)?;
    Some(field.ident.clone())
}

/// Returns the head of a type, such as `struct Widget`.
fn head(name: &str, ty: &Type) -> String {
    match ty {
        Type::Struct(_) => format!("struct {name}"),
        Type::Enum(_) => format!("enum {name}"),
        Type::Union(_) => format!("union {name}"),
    }
}

/// Returns the public parts of a type, each with its type or value.
fn parts(ty: &Type) -> BTreeMap<String, String> {
    match ty {
        Type::Struct(structure) => {
            let fields = structure
                .fields
                .iter()
                .map(|f| (f.ident.clone(), field_type(f)));
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
