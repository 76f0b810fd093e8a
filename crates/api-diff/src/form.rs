//! Compares how the parts of a form are written.

use std::collections::BTreeSet;

use serde_json::Value;

use super::describe::code;
use super::document::{Document, Node};
use super::position::{BeforeAfter, Position};
use super::resolved::{Kind as Type, format};
use super::rule::Kind;
use super::visitor::Visitor;

impl<'a> Visitor<'_, 'a> {
    /// Compares how the parts of a form are written.
    pub(super) fn encodings(&mut self, at: &Position, old: &Node<'a>, new: &Node<'a>) {
        const KEY: &str = "encoding";
        let (before, after) = (old.entries_of(KEY), new.entries_of(KEY));
        let names: BTreeSet<&str> = before.keys().chain(after.keys()).copied().collect();
        for name in names {
            let encoding = |document: &Document<'a>, media: &Node<'a>| {
                let own = media.get(KEY).and_then(|entries| entries.get(name));
                let own = own.map(|node| document.expanded(node.value));
                let mut members = own.as_ref().and_then(Value::as_object).cloned();
                let members = members.get_or_insert_default();
                if let Some(media_type) = usual_media_type(document, media, name) {
                    let entry = members.entry("contentType");
                    entry.or_insert_with(|| media_type.into());
                }
                Value::Object(members.clone())
            };
            let (a, b) = (encoding(self.both.old, old), encoding(self.both.new, new));
            if a != b {
                let words = BeforeAfter::change(code(&a), code(&b));
                let predicate = format!("changed the encoding of `{name}`");
                let nodes = (Some(old), Some(new));
                self.found(at, Kind::EncodingChanged, &predicate, words, nodes);
            }
        }
    }
}

/// Returns the content type of a part of a form, if none is declared.
fn usual_media_type<'a>(
    document: &Document<'a>,
    media: &Node<'a>,
    name: &str,
) -> Option<&'static str> {
    let schema = document.target(&media.get("schema")?);
    let property = schema.get("properties")?.get(name)?;
    let resolved = document.resolved(&property);
    let typed = document.typed(resolved.alternatives.first()?)?;
    match typed.kind {
        Type::String if format(&typed).is_some_and(|format| format != "password") => None,
        Type::String | Type::Integer | Type::Number | Type::Boolean => Some("text/plain"),
        Type::Object | Type::Map => Some("application/json"),
        _ => None,
    }
}
