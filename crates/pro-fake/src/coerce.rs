//! Which value does the text of a parameter stand for?

use serde_json::Value;

/// Converts the text of a parameter to the type of its schema. Text that does not fit stays text,
/// which the schema then rejects.
pub(super) fn coerce(schema: &Value, given: &[&str]) -> Value {
    if let Some(items) = alternatives(schema).find_map(|schema| schema.get("items")) {
        return given.iter().map(|text| scalar(items, text)).collect();
    }
    match given {
        [text] => scalar(schema, text),
        several => several.iter().map(|text| Value::from(*text)).collect(),
    }
}

fn scalar(schema: &Value, text: &str) -> Value {
    let is = |wanted: &str| {
        alternatives(schema).any(|schema| schema.get("type").is_some_and(|found| found == wanted))
    };
    if is("boolean") {
        // The spellings that pydantic accepts; Python clients send `True`.
        match text.to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => return true.into(),
            "false" | "0" | "no" | "off" => return false.into(),
            _ => {}
        }
    }
    if is("integer")
        && let Ok(number) = text.parse::<i64>()
    {
        return number.into();
    }
    text.into()
}

/// Returns a schema and the members of its `anyOf`.
fn alternatives(schema: &Value) -> impl Iterator<Item = &Value> {
    let any_of = schema.get("anyOf").and_then(Value::as_array);
    std::iter::once(schema).chain(any_of.into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_parameter_has_the_type_of_its_schema() {
        let flag = json!({"anyOf": [{"type": "boolean"}, {"type": "null"}]});
        assert_eq!(coerce(&flag, &["True"]), json!(true));
        assert_eq!(coerce(&flag, &["perhaps"]), json!("perhaps"));
        assert_eq!(coerce(&json!({"type": "integer"}), &["20"]), json!(20));
        assert_eq!(coerce(&json!({"type": "string"}), &["20"]), json!("20"));
    }

    #[test]
    fn a_parameter_that_is_given_twice_is_a_list() {
        let list = json!({"type": "array", "items": {"type": "string"}});
        assert_eq!(coerce(&list, &["a"]), json!(["a"]));
        assert_eq!(coerce(&list, &["a", "b"]), json!(["a", "b"]));
        assert_eq!(
            coerce(&json!({"type": "string"}), &["a", "b"]),
            json!(["a", "b"])
        );
    }
}
