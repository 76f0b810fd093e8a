//! Rewrites a document into a normal form, in which schemas with the same meaning look alike.
//!
//! An `allOf` and keywords beside a `$ref` become one schema, a union of constants becomes an enum,
//! and limits that limit nothing are dropped. What cannot be merged stays in an `allOf`, which is
//! compared as a whole.

mod merge;
mod simplify;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use zenml_codegen::pointer::escape;
use zenml_codegen::reference;

/// Objects with names as keys, so that an entry called `schema` is not a schema.
const MAPS: [&str; 13] = [
    "callbacks",
    "content",
    "encoding",
    "headers",
    "links",
    "mapping",
    "pathItems",
    "paths",
    "requestBodies",
    "responses",
    "securitySchemes",
    "variables",
    "webhooks",
];

/// Data in which nothing is a schema.
const DATA: [&str; 5] = ["default", "enum", "example", "examples", "value"];

/// The greatest number of merged schemas in a document, against exponential growth.
const BUDGET: usize = 20_000;

/// A document in its normal form.
pub(super) struct Normal {
    pub root: Value,
    /// Pointer in the normal form → pointer in the document, where they differ.
    origins: BTreeMap<String, String>,
    /// Schemas that are written differently than their normal form, and in which way.
    rewritten: BTreeMap<String, BTreeSet<&'static str>>,
    /// The pointers of schemas that were merged into others.
    merged: BTreeSet<String>,
}

impl Normal {
    pub(super) fn new(document: &Value) -> Self {
        let mut normaliser = Normaliser {
            root: document,
            origins: BTreeMap::new(),
            rewritten: BTreeMap::new(),
            merged: BTreeSet::new(),
            active: Vec::new(),
            budget: BUDGET,
        };
        Self {
            root: normaliser.rewrite(document, "", false),
            origins: normaliser.origins,
            rewritten: normaliser.rewritten,
            merged: normaliser.merged,
        }
    }

    /// Returns the pointer into the document for one into the normal form.
    pub(super) fn origin(&self, pointer: &str) -> String {
        origin(&self.origins, pointer)
    }

    /// Returns in which ways a schema differs from its normal form.
    pub(super) fn rewritten(&self, pointer: &str) -> Option<&BTreeSet<&'static str>> {
        self.rewritten.get(pointer)
    }

    /// Returns the names of schemas that were merged into others.
    pub(super) fn merged(&self) -> impl Iterator<Item = String> {
        let pointers = self.merged.iter();
        pointers.filter_map(|pointer| reference::target(&format!("#{pointer}")))
    }
}

fn origin(origins: &BTreeMap<String, String>, pointer: &str) -> String {
    let mut end = pointer.len();
    loop {
        let (prefix, rest) = pointer.split_at(end);
        if let Some(origin) = origins.get(prefix) {
            return format!("{origin}{rest}");
        }
        match prefix.rfind('/') {
            Some(slash) => end = slash,
            None => return pointer.to_owned(),
        }
    }
}

/// A schema and its pointer in the document.
#[derive(Clone)]
struct Part<'a> {
    value: &'a Value,
    pointer: String,
}

impl<'a> Part<'a> {
    fn child(&self, key: &str, value: &'a Value) -> Self {
        Self {
            value,
            pointer: format!("{}/{}", self.pointer, escape(key)),
        }
    }
}

struct Normaliser<'a> {
    root: &'a Value,
    origins: BTreeMap<String, String>,
    rewritten: BTreeMap<String, BTreeSet<&'static str>>,
    merged: BTreeSet<String>,
    /// The targets of references that are being merged.
    active: Vec<String>,
    budget: usize,
}

impl<'a> Normaliser<'a> {
    /// Rewrites a value that is not a schema. `names` says whether its keys are names.
    fn rewrite(&mut self, value: &'a Value, at: &str, names: bool) -> Value {
        match value {
            Value::Object(object) => {
                let entries = object.iter().map(|(key, child)| {
                    let child_at = format!("{at}/{}", escape(key));
                    let result = match key.as_str() {
                        "schema" if !names => self.schema_at(child, &child_at),
                        "schemas" if at == "/components" => self.named_schemas(child, &child_at),
                        key if !names && (key.starts_with("x-") || DATA.contains(&key)) => {
                            child.clone()
                        }
                        key => {
                            let components = at == "/components";
                            let map = !names && MAPS.contains(&key);
                            self.rewrite(child, &child_at, map || components)
                        }
                    };
                    (key.clone(), result)
                });
                Value::Object(entries.collect())
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                let items =
                    items.map(|(index, item)| self.rewrite(item, &format!("{at}/{index}"), false));
                Value::Array(items.collect())
            }
            other => other.clone(),
        }
    }

    fn named_schemas(&mut self, value: &'a Value, at: &str) -> Value {
        let Value::Object(schemas) = value else {
            return value.clone();
        };
        let schemas = schemas.iter().map(|(name, schema)| {
            let at = format!("{at}/{}", escape(name));
            (name.clone(), self.schema_at(schema, &at))
        });
        Value::Object(schemas.collect())
    }

    fn schema_at(&mut self, value: &'a Value, at: &str) -> Value {
        let part = Part {
            value,
            pointer: at.to_owned(),
        };
        self.schema(&[part], at)
    }

    fn mark(&mut self, at: &str, way: &'static str) {
        let ways = self.rewritten.entry(at.to_owned()).or_default();
        ways.insert(way);
    }
}

/// Returns a schema of several members.
fn object(members: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let members = members.into_iter();
    let members: Map<String, Value> = members
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    Value::Object(members)
}
