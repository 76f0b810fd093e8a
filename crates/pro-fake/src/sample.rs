//! What does a value of a schema look like?

use serde_json::{Map, Value};
use uuid::Uuid;

/// The depth of nesting at which optional members and items are left out. Schemas can be recursive.
const DEEPEST: usize = 8;

/// Returns a value of a schema, with all declared members. Names of members make the values
/// distinct, so that two values in each other's place are noticed.
pub(super) fn sample(schema: &Value, components: &Value, name: &str) -> Value {
    at_depth(schema, components, name, 0)
}

fn at_depth(schema: &Value, components: &Value, name: &str, depth: usize) -> Value {
    let schema = resolve(schema, components);
    let value_of = |schema, name| at_depth(schema, components, name, depth + 1);
    if let Some(value) = list(schema, "enum").next() {
        return value.clone();
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => string(schema, name).into(),
        Some("integer" | "number") => name.len().into(),
        Some("boolean") => true.into(),
        Some("array") => {
            let items = schema.get("items").filter(|_| depth < DEEPEST);
            items
                .map(|items| value_of(items, name))
                .into_iter()
                .collect()
        }
        Some("object") => {
            let properties = schema.get("properties").and_then(Value::as_object);
            let members = properties.into_iter().flatten();
            let members = members
                .filter(|(name, _)| {
                    depth < DEEPEST || list(schema, "required").any(|other| other == *name)
                })
                .map(|(name, schema)| (name.clone(), value_of(schema, name)));
            let open = schema.get("additionalProperties");
            let open = open.filter(|open| open.is_object() && depth < DEEPEST);
            members
                .chain(open.map(|open| (name.to_owned(), value_of(open, name))))
                .collect::<Map<_, _>>()
                .into()
        }
        _ => Value::Null,
    }
}

/// Follows references, and takes the first alternative that is not `null`.
pub(super) fn resolve<'a>(schema: &'a Value, components: &'a Value) -> &'a Value {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let target = reference
        .and_then(|reference| reference.strip_prefix("#/components"))
        .and_then(|pointer| components.pointer(pointer));
    let is_null = |schema: &&Value| schema.get("type").is_some_and(|found| found == "null");
    let alternative = || list(schema, "anyOf").find(|schema| !is_null(schema));
    match target.or_else(alternative) {
        Some(next) => resolve(next, components),
        None => schema,
    }
}

fn string(schema: &Value, name: &str) -> String {
    let limit = |keyword| {
        let limit = schema.get(keyword).and_then(Value::as_u64);
        limit.and_then(|limit| usize::try_from(limit).ok())
    };
    match schema.get("format").and_then(Value::as_str) {
        Some("uuid") => {
            let spread = |sum: u128, byte| sum.wrapping_mul(0x0100_0193).wrapping_add(byte);
            let number = name
                .bytes()
                .map(u128::from)
                .fold(name.len() as u128, spread);
            Uuid::from_u128(number).to_string()
        }
        Some("date-time") => "2026-01-02T03:04:05.000006Z".to_owned(),
        Some("email") => format!("{name}@example.com"),
        _ => {
            let long = limit("maxLength").unwrap_or(usize::MAX);
            let short = limit("minLength").unwrap_or_default();
            let text: String = name.chars().take(long).collect();
            format!("{text:_<short$}")
        }
    }
}

fn list<'a>(schema: &'a Value, keyword: &str) -> impl Iterator<Item = &'a Value> {
    let list = schema.get(keyword).and_then(Value::as_array);
    list.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sample_has_all_members_within_their_limits() {
        let components = json!({"schemas": {
            "Thing": {"type": "object", "properties": {
                "name": {"type": "string", "maxLength": 3},
                "color": {"$ref": "#/components/schemas/Color"},
                "tags": {"anyOf": [{"type": "null"}, {"type": "array", "items": {"type": "string"}}]},
                "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
            }},
            "Color": {"type": "string", "enum": ["red", "blue"]},
        }});
        let schema = json!({"$ref": "#/components/schemas/Thing"});
        let expected = json!({
            "name": "nam", "color": "red", "tags": ["tags"], "counts": {"counts": 6},
        });
        assert_eq!(sample(&schema, &components, "thing"), expected);
    }

    #[test]
    fn a_sample_of_a_recursive_schema_ends() {
        let components = json!({"schemas": {"Node": {"type": "object", "properties": {
            "next": {"$ref": "#/components/schemas/Node"},
        }}}});
        let schema = json!({"$ref": "#/components/schemas/Node"});
        assert!(sample(&schema, &components, "node").is_object());
    }
}
