//! The public items of a model, one sorted line each, grouped so that a review sees only what a
//! change touches.

use std::collections::{BTreeMap, BTreeSet};

use crate::LeftOut;
use crate::model::{
    Accepts, Api, Field, Location, Operation, Outcome, Presence, Type, has_duration, type_text,
};

/// The listing of types that several groups use.
const SHARED: &str = "shared_types";

/// The listing of what cannot be expressed.
const LEFT_OUT: &str = "left_out";

/// Returns the listing of each group. A type is listed with the only group that uses it, or under
/// `shared_types`. Parts of the document that are left out are listed under `left_out`.
pub fn listings(api: &Api) -> BTreeMap<String, String> {
    let mut lines: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in &api.operations {
        let group = lines.entry(operation.group.clone()).or_default();
        group.extend(operation_lines(operation));
    }
    for (name, group) in homes(api) {
        if let Some(ty) = api.types.get(&name) {
            let lines = lines.entry(group).or_default();
            lines.extend(type_lines(&name, ty));
            lines.extend(accessor_lines(&name, api));
        }
    }
    for LeftOut { part, reason } in &api.left_out {
        let group = lines.entry(LEFT_OUT.to_owned()).or_default();
        group.insert(format!("left out: {part}: {reason}"));
    }
    let listing = |lines: BTreeSet<String>| {
        lines
            .into_iter()
            .fold(String::new(), |all, l| all + &l + "\n")
    };
    lines
        .into_iter()
        .map(|(group, lines)| (group, listing(lines)))
        .collect()
}

/// Returns for each type the group that it is listed with.
fn homes(api: &Api) -> BTreeMap<String, String> {
    let mut homes: BTreeMap<String, String> = BTreeMap::new();
    for group in api.operations.chunk_by(|a, b| a.group == b.group) {
        let Some(name) = group.first().map(|operation| &operation.group) else {
            continue;
        };
        for ty in api.types_of(group) {
            let home = homes.entry(ty).or_insert_with(|| name.clone());
            if home != name {
                SHARED.clone_into(home);
            }
        }
    }
    homes
}

fn operation_lines(operation: &Operation) -> Vec<String> {
    let name = &operation.name;
    let result = match &operation.result {
        Outcome::Json(ty) => type_text(ty),
        Outcome::Empty => "()".to_owned(),
        Outcome::Text => "text".to_owned(),
        Outcome::Bytes => "ByteStream".to_owned(),
        Outcome::Events => "EventStream".to_owned(),
    };
    let mut marks = String::new();
    if operation.deprecated {
        marks.push_str(" deprecated");
    }
    if let Some(evidence) = &operation.evidence {
        marks = format!("{marks} {evidence}");
    }
    let mut lines = vec![format!(
        "fn {name}: {} {} -> {result}{marks}",
        operation.method, operation.path
    )];
    for parameter in &operation.parameters {
        let accepts = match &parameter.accepts {
            Accepts::Filter => "Filter".to_owned(),
            Accepts::Text => "text".to_owned(),
            Accepts::List(_) => "list".to_owned(),
            Accepts::Secret => "Secret".to_owned(),
            Accepts::Value(ty) => type_text(ty),
        };
        let location = match parameter.location {
            Location::Path => "path",
            Location::Query => "query",
            Location::Header => "header",
        };
        let required = if parameter.required { "" } else { "?" };
        lines.push(format!(
            "fn {name}.{}{required}: {accepts} ({location})",
            parameter.ident
        ));
    }
    if let Some(body) = &operation.body {
        let required = if body.required { "" } else { "?" };
        let encoding = body.encoding.name();
        lines.push(format!(
            "fn {name}.body{required}: {} ({encoding})",
            type_text(&body.ty)
        ));
    }
    lines
}

fn type_lines(name: &str, ty: &Type) -> Vec<String> {
    match ty {
        Type::Struct(structure) => {
            let open = if structure.open { " (open)" } else { "" };
            let fields = structure.fields.iter();
            let fields =
                fields.map(|field| format!("struct {name}.{}: {}", field.ident, field_type(field)));
            std::iter::once(format!("struct {name}{open}"))
                .chain(fields)
                .collect()
        }
        Type::Enum(enumeration) => {
            let variants = enumeration.variants.iter();
            let variants =
                variants.map(|(variant, value)| format!("enum {name}::{variant} = {value:?}"));
            std::iter::once(format!("enum {name}"))
                .chain(variants)
                .collect()
        }
        Type::Union(union) => {
            let by = union
                .tag
                .as_ref()
                .map(|tag| format!(" by {tag}"))
                .unwrap_or_default();
            let variants = union.variants.iter().map(|variant| {
                let tags = variant.tags.join(" | ");
                let tags = if tags.is_empty() {
                    tags
                } else {
                    format!(" = {tags}")
                };
                format!(
                    "union {name}::{}({}){tags}",
                    variant.name,
                    type_text(&variant.ty)
                )
            });
            std::iter::once(format!("union {name}{by}"))
                .chain(variants)
                .collect()
        }
    }
}

fn accessor_lines(name: &str, api: &Api) -> Vec<String> {
    let accessors = api.accessors(name);
    let duration = has_duration(&accessors)
        .then(|| format!("struct {name}.duration(): Option<Duration> (start_time, end_time)"));
    let lines = accessors.into_iter().map(|accessor| {
        let returns = type_text(&accessor.returns);
        let parts = accessor.sources.iter().map(|source| &*source.part.name);
        let parts = parts.collect::<Vec<_>>().join(", ");
        let ident = accessor.ident;
        format!("struct {name}.{ident}(): Option<{returns}> ({parts})")
    });
    lines.chain(duration).collect()
}

/// Returns the declared type of a field.
pub fn field_type(field: &Field) -> String {
    let ty = type_text(&field.ty);
    let ty = if field.boxed {
        format!("Box<{ty}>")
    } else {
        ty
    };
    match field.presence {
        Presence::Required => ty,
        Presence::Nullable | Presence::Optional => format!("Option<{ty}>"),
        Presence::ThreeState => format!("Field<{ty}>"),
    }
}
