//! Compares values as a whole, with their references followed and without annotations.

use serde_json::{Map, Value};

use super::document::Document;
use super::keyword::is_annotation;
use zenml_codegen::pointer::escape;

/// The greatest number of references that are followed in one value, against exponential growth.
const BUDGET: usize = 2_000;

impl Document<'_> {
    /// Returns a value with its references replaced by their targets, and without annotations. A
    /// reference that leads back to itself stays.
    pub(super) fn expanded(&self, value: &Value) -> Value {
        self.expand(value, false, &mut Vec::new(), &mut BUDGET.clone())
    }

    /// `names` says whether the keys of an object are names.
    fn expand<'v>(
        &'v self,
        value: &'v Value,
        names: bool,
        active: &mut Vec<&'v str>,
        budget: &mut usize,
    ) -> Value {
        match value {
            Value::Object(members) => {
                let mut result = Map::new();
                if let Some(Value::String(reference)) = members.get("$ref").filter(|_| !names) {
                    let target = reference.strip_prefix('#');
                    let target = target.and_then(|pointer| self.root().pointer(pointer));
                    match target.filter(|_| !active.contains(&reference.as_str()) && *budget > 0) {
                        Some(target) => {
                            *budget -= 1;
                            active.push(reference);
                            if let Value::Object(target) =
                                self.expand(target, false, active, budget)
                            {
                                result = target;
                            }
                            active.pop();
                        }
                        None => {
                            result.insert("$ref".to_owned(), reference.clone().into());
                        }
                    }
                }
                for (key, child) in members {
                    if !names && (key == "$ref" || is_annotation(key)) {
                        continue;
                    }
                    let map = !names && matches!(key.as_str(), "properties" | "patternProperties");
                    result.insert(key.clone(), self.expand(child, map, active, budget));
                }
                Value::Object(result)
            }
            Value::Array(items) => {
                let items = items.iter();
                let items = items.map(|item| self.expand(item, false, active, budget));
                Value::Array(items.collect())
            }
            other => other.clone(),
        }
    }
}

/// Returns the pointer to the first difference between two values.
pub(super) fn first_difference(old: &Value, new: &Value) -> String {
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => {
            let mut keys: Vec<&String> = a.keys().chain(b.keys()).collect();
            keys.sort();
            let different = keys.into_iter().find(|key| a.get(*key) != b.get(*key));
            match different {
                Some(key) => match (a.get(key), b.get(key)) {
                    (Some(x), Some(y)) => format!("/{}{}", escape(key), first_difference(x, y)),
                    _ => format!("/{}", escape(key)),
                },
                None => String::new(),
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let mut pairs = a.iter().zip(b).enumerate();
            let different = pairs.find(|(_, (x, y))| x != y);
            different.map_or_else(String::new, |(index, (x, y))| {
                format!("/{index}{}", first_difference(x, y))
            })
        }
        _ => String::new(),
    }
}
