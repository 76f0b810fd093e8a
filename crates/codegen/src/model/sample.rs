//! The sample of a type: a small valid value, as JSON.
//!
//! It has the required members only, and the parts of a response. A member is left out if its type
//! contains itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::accessors::PARTS;
use super::api::{Api, Field, Presence, Struct, Type, Union};
use super::signatures::argument;

/// The most characters that a text of a sample has to have.
const MAX_LENGTH: u64 = 10_000;

/// The most items that all lists of a sample have to have.
const MAX_ITEMS: u64 = 1_000;

/// With an offset, as JSON Schema wants it.
const TIMESTAMP: &str = "2026-01-02T03:04:05Z";

impl Api {
    /// Returns the sample of a type, or `None` if each of its values is too large, or contains another one
    /// without end.
    pub fn sample(&self, ty: &syn::Type) -> Option<Value> {
        let mut sampler = Sampler {
            types: &self.types,
            open: Vec::new(),
            room: MAX_ITEMS,
        };
        if let Some(name) = identifier(ty, &self.types) {
            return sampler.named(name, true);
        }
        let place = Place {
            owner: "",
            member: "text",
            limits: &Map::new(),
        };
        sampler.value(ty, place)
    }
}

struct Sampler<'a> {
    types: &'a BTreeMap<String, Type>,
    /// The types that are being sampled, outermost first.
    open: Vec<&'a str>,
    /// The number of further items.
    room: u64,
}

/// The place of a value: the type and its member give the value a text or an id of its own.
#[derive(Clone, Copy)]
struct Place<'a> {
    owner: &'a str,
    member: &'a str,
    limits: &'a Map<String, Value>,
}

impl<'a> Sampler<'a> {
    fn named(&mut self, name: &'a str, has_parts: bool) -> Option<Value> {
        if self.open.contains(&name) {
            return None;
        }
        self.open.push(name);
        let value = match self.types.get(name)? {
            Type::Struct(structure) => self.structure(name, structure, has_parts),
            Type::Enum(enumeration) => {
                let first = enumeration.variants.first();
                first.map(|(_, text)| text.as_str().into())
            }
            Type::Union(union) => self.union(name, union),
        };
        self.open.pop();
        value
    }

    fn structure(&mut self, name: &'a str, of: &'a Struct, has_parts: bool) -> Option<Value> {
        let mut members = Map::new();
        for field in &of.fields {
            let is_part = has_parts && PARTS.contains(&field.name.as_str());
            let is_needed = match field.presence {
                Presence::Required => true,
                // It is written as `null` without a value.
                Presence::Nullable => !field.nullable || is_part,
                Presence::Optional | Presence::ThreeState => is_part,
            };
            if !is_needed {
                continue;
            }
            match self.field(name, field) {
                Some(value) => drop(members.insert(field.name.clone(), value)),
                None if field.presence == Presence::Required => return None,
                None => {}
            }
        }
        Some(members.into())
    }

    fn field(&mut self, owner: &'a str, field: &'a Field) -> Option<Value> {
        if let Some(constant) = &field.constant {
            return Some(constant.as_str().into());
        }
        let fixed = field.limits.get("const").or(field.notes.default.as_ref());
        // The default of an object may lack members that have defaults themselves.
        if let Some(fixed) = fixed.filter(|value| !value.is_object() && !value.is_array()) {
            return Some(fixed.clone());
        }
        let place = Place {
            owner,
            member: &field.name,
            limits: &field.limits,
        };
        self.value(&field.ty, place)
    }

    fn union(&mut self, name: &'a str, union: &'a Union) -> Option<Value> {
        let limits = Map::new();
        union.variants.iter().find_map(|variant| {
            let Some(tag) = &union.tag else {
                let place = Place {
                    owner: name,
                    member: &variant.name,
                    limits: &limits,
                };
                return self.value(&variant.ty, place);
            };
            let mut value = self.named(identifier(&variant.ty, self.types)?, true)?;
            set_tag(&mut value, tag, variant.tags.first()?)?;
            Some(value)
        })
    }

    fn value(&mut self, ty: &'a syn::Type, place: Place<'_>) -> Option<Value> {
        let path = match ty {
            syn::Type::Path(path) => path,
            syn::Type::Tuple(tuple) => {
                return tuple.elems.iter().map(|ty| self.value(ty, place)).collect();
            }
            _ => return None,
        };
        let limits = place.limits;
        Some(
            match path.path.segments.last()?.ident.to_string().as_str() {
                "bool" => false.into(),
                "i64" | "u64" => json!(number(limits) as i64),
                "f64" => json!(number(limits)),
                "String" | "Secret" => text(place)?.into(),
                "Uuid" => uuid(place).into(),
                "Timestamp" => TIMESTAMP.into(),
                "Filter" | "FilePart" => place.member.into(),
                "Json" => any(place)?,
                "JsonObject" | "BTreeMap" | "SecretMap" => json!({}),
                "Option" => Value::Null,
                "Page" => {
                    json!({ "index": 1, "items": [], "max_size": 1, "total": 0, "total_pages": 1 })
                }
                "Vec" => {
                    let count = limits.get("minItems").and_then(Value::as_u64);
                    let count = count.unwrap_or_default();
                    self.room = self.room.checked_sub(count)?;
                    let item = argument(ty)?;
                    let items = (0..count).map(|_| self.value(item, place));
                    items.collect::<Option<Value>>()?
                }
                _ => return self.named(identifier(ty, self.types)?, false),
            },
        )
    }
}

/// Returns the name of a generated type.
fn identifier<'a>(ty: &syn::Type, types: &'a BTreeMap<String, Type>) -> Option<&'a str> {
    let syn::Type::Path(path) = ty else {
        return None;
    };
    let name = path.path.segments.last()?.ident.to_string();
    types.get_key_value(&name).map(|(name, _)| name.as_str())
}

/// Sets the tag of a union. The tag may be a number or a boolean.
fn set_tag(value: &mut Value, pointer: &str, tag: &str) -> Option<()> {
    let (parent, _) = pointer.rsplit_once('/')?;
    let member = crate::pointer::unescape(pointer.get(parent.len() + 1..)?);
    let members = value.pointer_mut(parent)?.as_object_mut()?;
    let tag = match members.get(&member) {
        Some(Value::Number(_) | Value::Bool(_)) => serde_json::from_str(tag).ok()?,
        _ => tag.into(),
    };
    members.insert(member, tag);
    Some(())
}

/// Returns a small number within the limits.
fn number(limits: &Map<String, Value>) -> f64 {
    let limit = |key: &str| limits.get(key).and_then(Value::as_f64);
    let least = limit("minimum").or_else(|| Some(limit("exclusiveMinimum")?.floor() + 1.0));
    let most = limit("maximum").or_else(|| Some(limit("exclusiveMaximum")?.ceil() - 1.0));
    1_f64
        .max(least.unwrap_or(1.0).ceil())
        .min(most.unwrap_or(f64::MAX))
}

/// Returns the name of the member, within its limits, or `None` if it would be too long.
fn text(place: Place<'_>) -> Option<String> {
    let limit = |key: &str| place.limits.get(key).and_then(Value::as_u64);
    Some(match place.limits.get("format").and_then(Value::as_str) {
        Some("email") => "user@example.com".to_owned(),
        Some("duration") => "PT1M".to_owned(),
        _ => {
            let longest = usize::try_from(limit("maxLength").unwrap_or(MAX_LENGTH)).ok()?;
            let shortest = limit("minLength").unwrap_or_default();
            if shortest > MAX_LENGTH {
                return None;
            }
            let shortest = usize::try_from(shortest).ok()?;
            let text: String = place.member.chars().take(longest).collect();
            format!("{text:_<shortest$}")
        }
    })
}

/// Returns any JSON, of the type that the document prefers.
fn any(place: Place<'_>) -> Option<Value> {
    Some(match place.limits.get("type").and_then(Value::as_str) {
        Some("string") => text(place)?.into(),
        Some("integer" | "number") => json!(number(place.limits) as i64),
        Some("boolean") => false.into(),
        Some("array") => json!([]),
        Some("object") => json!({}),
        _ => Value::Null,
    })
}

/// Returns a UUID of version 4 that the place determines.
fn uuid(place: Place<'_>) -> String {
    // FNV-1a, which is short and needs no crate.
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = place
        .owner
        .bytes()
        .chain([b'.'])
        .chain(place.member.bytes());
    let hash = bytes.fold(OFFSET, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(PRIME)
    });
    let digits = format!("{hash:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    let (first, second, third) = (part(0, 8), part(8, 12), part(13, 16));
    let (fourth, last) = (part(17, 20), part(20, 32));
    format!("{first}-{second}-4{third}-a{fourth}-{last}")
}
