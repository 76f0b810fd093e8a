//! The state of lowering: the named schemas, and where the schema being lowered is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::lowered_schema::{LoweredSchema, reference_to};
use super::reachability::{self, Direction};
use crate::reserved::TYPE_IMPORTS;
use crate::{Error, Result, name};

/// The named schemas: those of the document, and those that lowering creates.
pub(super) struct Components<'a> {
    pub schemas: &'a Map<String, Value>,
    /// Name in the document → name in Rust.
    pub names: BTreeMap<String, String>,
    pub directions: BTreeMap<String, Direction>,
    /// The schemas of the document that are sent as multipart forms.
    pub multipart: BTreeSet<String>,
    /// Name in Rust → lowered schema.
    pub lowered: BTreeMap<String, Value>,
    /// The named schemas that are being inlined, outermost first.
    pub inlining: Vec<String>,
}

/// Where a schema is used: for errors, and to name inline schemas.
#[derive(Clone)]
pub(super) struct SchemaContext {
    pub pointer: String,
    /// The Rust name for an inline enum or object.
    pub name: String,
    pub direction: Direction,
    /// Whether it is sent as a multipart form, in which binary text is a file.
    pub multipart: bool,
}

impl SchemaContext {
    /// Returns the context at `path` (a JSON pointer without its first slash) inside this one.
    pub fn child(&self, path: &str, name: &str) -> Self {
        Self {
            pointer: format!("{}/{path}", self.pointer),
            name: name::type_name(&format!("{}{}", self.name, name::type_name(name))),
            direction: self.direction,
            multipart: self.multipart,
        }
    }
}

impl<'a> Components<'a> {
    pub fn new(document: &Value, schemas: &'a Map<String, Value>) -> Result<Self> {
        Ok(Self {
            schemas,
            names: name::type_names(schemas.keys())?,
            directions: reachability::directions(document),
            multipart: reachability::multipart(document),
            lowered: BTreeMap::new(),
            inlining: Vec::new(),
        })
    }

    /// Adds a named schema and returns a reference to it.
    pub fn add(&mut self, context: &SchemaContext, lowered: Value) -> Result<LoweredSchema> {
        if !name::is_ident(&context.name) {
            return Err(unnamed(context, "that is not a valid name"));
        }
        if TYPE_IMPORTS.contains(&context.name.as_str()) {
            return Err(unnamed(context, TAKEN));
        }
        match self.lowered.get(&context.name) {
            Some(existing) if *existing != lowered => return Err(unnamed(context, TAKEN)),
            Some(_) => {}
            None => {
                self.lowered.insert(context.name.clone(), lowered);
            }
        }
        Ok(LoweredSchema::of(reference_to(&context.name)))
    }

    /// Returns a reference to a type of the hand-written library.
    pub fn library_type(&mut self, name: &str, kind: &str) -> Value {
        self.lowered
            .entry(name.to_owned())
            .or_insert_with(|| json!({ "type": "string", "x-type": kind }));
        reference_to(name)
    }
}

const TAKEN: &str = "that name is taken";

fn unnamed(context: &SchemaContext, why: &str) -> Error {
    Error::in_document(
        context.pointer.clone(),
        format!("the schema would be named `{}`, but {why}", context.name),
        "move it to /components/schemas under another name",
    )
}
