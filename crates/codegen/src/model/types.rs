//! How the model's structs, enums and unions are built.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::api::{Enum, Field, Presence, Struct, Type, Union, Variant};
use super::notes::{flag, limits, notes, text, versions};
use super::rust_type::Substitutes;
use super::signatures::{Signatures, missing};
use super::variant_name;
use crate::name::is_ident;
use crate::pointer::escape;
use crate::progenitor::variant_key;
use crate::reserved::unreserved_member;
use crate::{Error, Result};

pub(super) fn types(
    signatures: &Signatures,
    lowered: &Value,
    substitutes: &Substitutes,
) -> Result<BTreeMap<String, Type>> {
    let mut types = BTreeMap::new();
    let schemas = lowered
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    for (name, schema) in schemas.into_iter().flatten() {
        if substitutes.contains(name) {
            continue;
        }
        let pointer = format!("/components/schemas/{name}");
        let ty = if let Some(values) = schema.get("enum").and_then(Value::as_array) {
            Type::Enum(enumeration(schema, values))
        } else if let Some(union) = schema.get("x-union") {
            Type::Union(self::union(name, union, signatures, substitutes, &pointer)?)
        } else {
            Type::Struct(structure(name, schema, signatures, substitutes, &pointer)?)
        };
        types.insert(name.clone(), ty);
    }
    Ok(types)
}

fn enumeration(schema: &Value, values: &[Value]) -> Enum {
    let noted = schema.get("x-value-versions").and_then(Value::as_object);
    let noted = noted.into_iter().flatten();
    Enum {
        versions: noted
            .map(|(value, note)| (value.clone(), versions(Some(note))))
            .collect(),
        variants: variant_name::named(values.iter().filter_map(Value::as_str)),
        evidence: text(schema.get("x-evidence")),
        prose: text(schema.get("description")),
    }
}

fn union(
    name: &str,
    union: &Value,
    signatures: &Signatures,
    substitutes: &Substitutes,
    pointer: &str,
) -> Result<Union> {
    let mut variants = Vec::new();
    let mut seen = BTreeSet::from(["Unknown".to_owned()]);
    let notes = union.get("variants").and_then(Value::as_array);
    for (index, note) in notes.into_iter().flatten().enumerate() {
        let (_, ty) = signatures
            .structs
            .get(name)
            .and_then(|fields| fields.get(&variant_key(index)))
            .ok_or_else(|| missing(pointer, "variant"))?;
        let tags = note.get("tags").and_then(Value::as_array);
        let name = text(note.get("name")).unwrap_or_default();
        if !is_ident(&name) || !seen.insert(name.clone()) {
            return Err(Error::in_document(
                pointer,
                format!("`{name}` cannot name a variant, or already names another"),
                "move the alternatives to /components/schemas under other names",
            ));
        }
        variants.push(Variant {
            name,
            ty: substitutes.apply(ty),
            tags: tags
                .into_iter()
                .flatten()
                .filter_map(|tag| text(Some(tag)))
                .collect(),
        });
    }
    Ok(Union {
        tag: text(union.get("tag")),
        variants,
    })
}

fn structure(
    name: &str,
    schema: &Value,
    signatures: &Signatures,
    substitutes: &Substitutes,
    pointer: &str,
) -> Result<Struct> {
    let sent = schema
        .get("x-direction")
        .is_some_and(|direction| direction != "response");
    let empty = Value::Null;
    let mut fields = Vec::new();
    let mut seen: BTreeMap<String, &String> = BTreeMap::new();
    let properties = schema.get("properties").and_then(Value::as_object);
    for property in properties.into_iter().flat_map(Map::keys) {
        let pointer = format!("{pointer}/properties/{}", escape(property));
        let (ident, ty) = signatures
            .structs
            .get(name)
            .and_then(|fields| fields.get(property))
            .ok_or_else(|| missing(&pointer, "field"))?;
        let note = schema
            .get("x-fields")
            .and_then(|fields| fields.get(property));
        let note = note.unwrap_or(&empty);
        let ident = unreserved_member(name, ident);
        if let Some(other) = seen.insert(ident.clone(), property) {
            return Err(Error::in_document(
                pointer,
                format!("`{other}` and `{property}` would both be the field `{ident}`"),
                "remove one of them",
            ));
        }
        let constant = text(note.get("const"));
        fields.push(Field {
            name: property.clone(),
            ident,
            ty: substitutes.apply(ty),
            presence: presence(note, sent, constant.is_some()),
            boxed: false,
            nullable: flag(note, "nullable"),
            constant,
            limits: limits(note, ""),
            notes: notes(note, ""),
        });
    }
    Ok(Struct {
        sent,
        open: flag(schema, "x-open"),
        extensible: flag(schema, "x-extensible"),
        fields,
        evidence: text(schema.get("x-evidence")),
        prose: text(schema.get("description")),
    })
}

fn presence(note: &Value, sent: bool, constant: bool) -> Presence {
    match (flag(note, "required"), flag(note, "nullable"), sent) {
        (true, false, _) => Presence::Required,
        // A constant names the variant of a union, so it is always sent.
        _ if sent && constant => Presence::Required,
        (true, true, _) | (false, _, false) => Presence::Nullable,
        (false, true, true) => Presence::ThreeState,
        (false, false, true) => Presence::Optional,
    }
}
