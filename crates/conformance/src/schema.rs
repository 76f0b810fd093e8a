//! What does a document declare: the schemas of an OpenAPI document, as far as checks need them.
//!
//! This reads the document itself and not the model of the generator, so that a mistake of the
//! generator cannot hide from the check.

use serde_json::{Map, Value};

use crate::json::{Json, Step};

/// Whether a response must have a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The member is always there and never null.
    Required,
    /// The member may be absent or null.
    Optional,
}

/// A schema of a document.
#[derive(Debug, Clone, Copy)]
pub struct Schema<'d> {
    document: &'d Value,
    schema: &'d Value,
}

impl<'d> Schema<'d> {
    /// Creates a view of a schema inside a document.
    #[must_use]
    pub fn new(document: &'d Value, schema: &'d Value) -> Self {
        Self { document, schema }
    }

    /// Returns a schema nested in this one.
    pub(crate) fn inner(self, schema: &'d Value) -> Self {
        Self { schema, ..self }
    }

    pub(crate) fn get(self, keyword: &str) -> Option<&'d Value> {
        self.schema.get(keyword)
    }

    /// Follows `$ref`.
    fn resolved(self) -> Self {
        let target = self
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| self.document.pointer(reference.strip_prefix('#')?));
        target.map_or(self, |schema| self.inner(schema).resolved())
    }

    fn alternatives(self) -> Option<&'d Vec<Value>> {
        ["anyOf", "oneOf", "allOf"]
            .iter()
            .find_map(|keyword| self.get(keyword)?.as_array())
    }

    /// Returns the schemas that this one combines with `anyOf`, `oneOf` and `allOf`.
    fn leaves(self) -> Vec<Self> {
        let schema = self.resolved();
        match schema.alternatives() {
            None => vec![schema],
            Some(list) => list.iter().flat_map(|s| schema.inner(s).leaves()).collect(),
        }
    }

    /// Returns those of the combined schemas that can describe the value.
    pub(crate) fn fitting(self, value: &Json) -> Vec<Self> {
        let mut found = Vec::new();
        self.collect_fitting(value, &mut found);
        if found.len() > 1 {
            found.retain(|leaf| leaf.has_members_of(value));
        }
        found
    }

    fn collect_fitting(self, value: &Json, found: &mut Vec<Self>) {
        let schema = self.resolved();
        if let Some(variant) = schema.variant(value) {
            found.extend(variant);
        } else if let Some(alternatives) = schema.alternatives() {
            for alternative in alternatives {
                schema.inner(alternative).collect_fitting(value, found);
            }
        } else if schema.has_type_of(value) {
            found.push(schema);
        }
    }

    /// Returns the variant that the discriminator selects: `Some(None)` if it selects an unknown one,
    /// `None` if the schema has no discriminator.
    fn variant(self, value: &Json) -> Option<Option<Self>> {
        let member = |name: &str| Step::Member(name.to_owned());
        let (path, mapping) = if let Some(note) = self.get("x-discriminator") {
            let names = note.get("pointer")?.as_str()?.split('/').skip(1);
            (names.map(member).collect(), note.get("mapping")?)
        } else {
            let note = self.get("discriminator")?;
            let name = note.get("propertyName")?.as_str()?;
            (vec![member(name)], note.get("mapping")?)
        };
        let target = value
            .at(&path)
            .and_then(Json::text)
            .and_then(|tag| mapping.get(tag)?.as_str()?.strip_prefix('#'))
            .and_then(|pointer| self.document.pointer(pointer));
        Some(target.map(|schema| self.inner(schema).resolved()))
    }

    /// Returns whether the schema allows values of this type; `None` if it does not restrict types.
    fn allows(self, name: &str) -> Option<bool> {
        match self.get("type") {
            Some(Value::String(only)) => Some(only == name),
            Some(Value::Array(names)) => Some(names.iter().any(|known| known == name)),
            _ if self.get("enum").is_some() || self.get("const").is_some() => {
                Some(name == "string")
            }
            _ if self.get("properties").is_some() => Some(name == "object"),
            _ => None,
        }
    }

    fn has_type_of(self, value: &Json) -> bool {
        self.allows(value.kind()) != Some(false)
            || matches!(value, Json::Number(_)) && self.allows("number") == Some(true)
    }

    fn has_members_of(self, value: &Json) -> bool {
        let Json::Object(_) = value else { return true };
        let required = self.get("required").and_then(Value::as_array);
        let names = required.into_iter().flatten().filter_map(Value::as_str);
        names.into_iter().all(|name| value.member(name).is_some())
    }

    pub(crate) fn properties(self) -> Option<&'d Map<String, Value>> {
        self.get("properties")?.as_object()
    }

    /// Returns whether the schema does not restrict types.
    pub(crate) fn is_free(self) -> bool {
        self.allows("null").is_none()
    }

    /// Returns whether the schema allows `null`.
    #[must_use]
    pub fn is_nullable(self) -> bool {
        let leaves = self.leaves();
        leaves.iter().any(|leaf| leaf.allows("null") != Some(false))
    }

    /// Returns the strings that the schema lists as values.
    #[must_use]
    pub fn enum_values(self) -> Vec<&'d str> {
        let leaves = self.leaves().into_iter();
        let lists = leaves.filter_map(|leaf| leaf.get("enum")?.as_array());
        lists.flatten().filter_map(Value::as_str).collect()
    }

    /// Returns the schema of the member of this name, if the document names it.
    #[must_use]
    pub fn property(self, name: &str) -> Option<Self> {
        self.properties()?
            .get(name)
            .map(|schema| self.inner(schema))
    }

    /// Returns whether the document requires the member of this name, if it names it.
    pub(crate) fn presence(self, name: &str) -> Option<Presence> {
        let property = self.property(name)?;
        let required = self.get("required").and_then(Value::as_array);
        let is_required = required.is_some_and(|names| names.iter().any(|known| known == name));
        Some(if is_required && !property.is_nullable() {
            Presence::Required
        } else {
            Presence::Optional
        })
    }
}
