//! Describes schemas in words.

use serde_json::Value;

use super::document::{Document, Node};
use super::json::members;
use super::resolved::{Alternative, Kind, Typed, format};

/// The number of values that are named before the rest is counted.
const NAMED: usize = 12;

impl<'a> Document<'a> {
    /// Describes the type of a schema.
    pub(super) fn words(&self, node: &Node<'a>) -> String {
        let (mut words, nullable) = self.choices(node);
        if nullable && !words.contains(&"any JSON".to_owned()) {
            words.push("null".to_owned());
        }
        or(words)
    }

    /// Describes the type without `null`, for places that cannot express it.
    pub(super) fn words_without_null(&self, node: &Node<'a>) -> String {
        or(self.choices(node).0)
    }

    fn choices(&self, node: &Node<'a>) -> (Vec<String>, bool) {
        let resolved = self.resolved(node);
        let mut words: Vec<String> = Vec::new();
        for alternative in &resolved.alternatives {
            let word = self.alternative_words(alternative);
            if !words.contains(&word) {
                words.push(word);
            }
        }
        (words, resolved.nullable)
    }

    pub(super) fn alternative_words(&self, alternative: &Alternative<'a>) -> String {
        match (alternative.name(), alternative.typed()) {
            (Some(name), _) => generic(&name),
            (None, Some(typed)) => self.typed_words(&typed),
            (None, None) => format!("`{}`", alternative.node.text("$ref").unwrap_or_default()),
        }
    }

    pub(super) fn typed_words(&self, typed: &Typed<'a>) -> String {
        let inner = |key: &str| match typed.node.get(key).map(|node| self.words(&node)) {
            Some(choice) if choice.contains(" or ") => format!("({choice})"),
            Some(words) => words,
            None => "any JSON".to_owned(),
        };
        if let Some(values) = typed.values() {
            return list(&values);
        }
        match typed.kind {
            Kind::Any => "any JSON".to_owned(),
            Kind::Null => "null".to_owned(),
            Kind::Boolean => "boolean".to_owned(),
            Kind::Integer => "integer".to_owned(),
            Kind::Number => "number".to_owned(),
            Kind::String => match format(typed).as_deref() {
                None => "string".to_owned(),
                Some("uuid") => "UUID".to_owned(),
                Some(format @ ("date-time" | "date" | "time")) => format.to_owned(),
                Some("password") => "secret".to_owned(),
                Some("binary") => "bytes".to_owned(),
                Some(format) => format!("string ({format})"),
            },
            Kind::Array => format!("list of {}", inner("items")),
            Kind::Tuple => {
                let places = typed.node.get("prefixItems").map(|places| places.items());
                let places = places.into_iter().flatten().map(|place| self.words(&place));
                format!("({})", places.collect::<Vec<_>>().join(", "))
            }
            Kind::Map => match members(typed.node.value).get("additionalProperties") {
                Some(Value::Object(_)) => {
                    format!("map of {}", inner("additionalProperties"))
                }
                Some(Value::Bool(false)) => "empty object".to_owned(),
                _ => "map of any JSON".to_owned(),
            },
            Kind::Object => {
                let names = typed.node.get("properties").map(|p| p.entries());
                let names = names.iter().flatten().map(|(name, _)| *name);
                format!("object {{{}}}", names.collect::<Vec<_>>().join(", "))
            }
            Kind::Unknown => code(typed.node.value),
        }
    }
}

/// Returns the name of a schema, with FastAPI's `Page_X_` as the generic type it stands for.
pub(super) fn generic(name: &str) -> String {
    let inner = |prefix: &str, name: &str| -> Option<String> {
        let inner = name.strip_prefix(prefix)?.strip_suffix('_')?;
        Some(inner.to_owned())
    };
    let Some(item) = inner("Page_", name) else {
        return format!("`{name}`");
    };
    match inner("Union_", &item) {
        Some(union) => format!("page of (`{}`)", union.replace("__", "` or `")),
        None => format!("page of `{item}`"),
    }
}

/// Joins types with *or*. Lists and maps get parentheses, so that their item type ends visibly.
fn or(mut words: Vec<String>) -> String {
    if let Some((_, others)) = words.split_last_mut() {
        for word in others {
            if word.starts_with("list of ") || word.starts_with("map of ") {
                *word = format!("({word})");
            }
        }
    }
    words.join(" or ")
}

/// Joins values with *or*.
pub(super) fn list(values: &[&Value]) -> String {
    let mut words: Vec<String> = values.iter().take(NAMED).map(|value| code(value)).collect();
    if values.len() > NAMED {
        words.push(format!("{} more", values.len() - NAMED));
    }
    words.join(" or ")
}

/// Returns a JSON value in Markdown, shortened if it is long; strings lose their quotes.
pub(super) fn code(value: &Value) -> String {
    const LONGEST: usize = 100;
    let text = match value {
        Value::String(text) if !text.is_empty() => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return format!("`{text}`");
    }
    let start: String = text.chars().take(LONGEST).collect();
    format!("`{start}…`")
}

/// Returns a type with its article.
pub(super) fn article(words: &str) -> String {
    match words.chars().next() {
        _ if ["any JSON", "bytes"].contains(&words) => words.to_owned(),
        Some('a' | 'e' | 'i' | 'o') => format!("an {words}"),
        Some(first) if first.is_alphabetic() => format!("a {words}"),
        _ => words.to_owned(),
    }
}

/// Joins words with commas and *and*.
pub(super) fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
