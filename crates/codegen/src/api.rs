//! What a document says, as Rust will say it: the model that `refine` builds, that `render` writes
//! out and that `surface` lists.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use serde_json::Value;
use syn::visit::{self, Visit};

/// One API: its operations and their types.
#[derive(Clone)]
pub struct Api {
    /// `info.title` of the document.
    pub title: String,
    /// `info.version` of the document.
    pub version: String,
    /// The operations, sorted by group, then name.
    pub operations: Vec<Operation>,
    /// The types, by Rust name.
    pub types: BTreeMap<String, Type>,
}

impl Api {
    /// The types that `operations` lead to, through fields and variants too.
    pub fn types_of<'a>(
        &self,
        operations: impl IntoIterator<Item = &'a Operation>,
    ) -> BTreeSet<String> {
        let parts = operations.into_iter().flat_map(Operation::parts);
        let mut open: Vec<String> = parts.flat_map(mentioned).collect();
        let mut found = BTreeSet::new();
        while let Some(name) = open.pop() {
            let Some(ty) = self.types.get(&name) else {
                continue;
            };
            if found.insert(name) {
                open.extend(ty.parts().into_iter().flat_map(mentioned));
            }
        }
        found
    }
}

/// All names that a type mentions, of generated types and others.
pub fn mentioned(ty: &syn::Type) -> Vec<String> {
    struct Names(Vec<String>);
    impl<'ast> Visit<'ast> for Names {
        fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
            self.0.push(segment.ident.to_string());
            visit::visit_path_segment(self, segment);
        }
    }
    let mut names = Names(Vec::new());
    names.visit_type(ty);
    names.0
}

/// A type as people write it.
pub fn type_text(ty: &syn::Type) -> String {
    let text = ty.to_token_stream().to_string();
    text.replace("crate :: ", "")
        .replace("types :: ", "")
        .replace(' ', "")
        .replace(',', ", ")
}

/// One operation: a verb on a path.
#[derive(Clone)]
pub struct Operation {
    /// The name of its method on the client, such as `list_runs`.
    pub name: String,
    /// The vendor's full `operationId`.
    pub id: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template, such as `/api/v1/runs/{run_id}`.
    pub path: String,
    /// The module that it stands in: the snake-case form of its first tag.
    pub group: String,
    /// The parameters: those in the path in its order, then the others by name.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<Body>,
    /// What it answers with.
    pub result: Outcome,
    /// The error statuses that the document declares: `404`, `4XX`, `default`.
    pub errors: Vec<String>,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// The name of the operation that replaces it.
    pub replaced_by: Option<String>,
    /// How well the operation is evidenced, where the document is a reconstruction.
    pub evidence: Option<String>,
    /// How well its result is, where that differs.
    pub result_evidence: Option<String>,
    /// Whether it needs credentials.
    pub authenticated: bool,
    /// Whether twice is as good as once; none: as its method promises (RFC 9110, 9.2.2).
    pub idempotent: Option<bool>,
    /// Whether the server answers a repeated `Idempotency-Key` from its first answer; none: the rule
    /// of the API applies.
    pub deduplicated: Option<bool>,
    /// The vendor's description, if the document carries it.
    pub prose: Option<String>,
}

impl Operation {
    /// The types of its parameters, its body and its result.
    pub fn parts(&self) -> Vec<&syn::Type> {
        let parameters = self.parameters.iter().filter_map(|p| match &p.accepts {
            Accepts::Value(ty) | Accepts::List(ty) => Some(&**ty),
            Accepts::Filter | Accepts::Text | Accepts::Secret => None,
        });
        let body = self.body.iter().map(|body| &body.ty);
        let result = match &self.result {
            Outcome::Json(ty) => Some(&**ty),
            Outcome::Empty | Outcome::Text | Outcome::Bytes | Outcome::Events => None,
        };
        parameters.chain(body).chain(result).collect()
    }
}

/// A parameter of an operation.
#[derive(Clone)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Its name in Rust.
    pub ident: String,
    /// Where it goes.
    pub location: Location,
    /// Whether the document requires it.
    pub required: bool,
    /// What its setter takes.
    pub accepts: Accepts,
    /// What the document says beside the type.
    pub notes: Notes,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// A segment of the path.
    Path,
    /// The query string.
    Query,
    /// A request header.
    Header,
}

/// What a parameter's setter takes.
#[derive(Clone)]
pub enum Accepts {
    /// `impl Into<Filter>`.
    Filter,
    /// Anything that displays as the text to send.
    Text,
    /// Any number of these: the parameter is repeated.
    List(Box<syn::Type>),
    /// `impl Into<Secret>`: sent, but never shown.
    Secret,
    /// One type.
    Value(Box<syn::Type>),
}

/// A request body.
#[derive(Clone)]
pub struct Body {
    /// Its type.
    pub ty: syn::Type,
    /// Sent as a form instead of JSON.
    pub form: bool,
    /// Whether the operation can be sent without it.
    pub required: bool,
}

/// What an operation answers with.
#[derive(Clone)]
pub enum Outcome {
    /// JSON of a type.
    Json(Box<syn::Type>),
    /// Nothing, or `null`.
    Empty,
    /// Plain text.
    Text,
    /// A file.
    Bytes,
    /// A stream of server-sent events.
    Events,
}

/// A type.
#[derive(Clone)]
pub enum Type {
    /// An object.
    Struct(Struct),
    /// A set of strings.
    Enum(Enum),
    /// One of several types.
    Union(Union),
}

impl Type {
    /// The types of its fields or variants.
    pub fn parts(&self) -> Vec<&syn::Type> {
        match self {
            Self::Struct(structure) => structure.fields.iter().map(|field| &field.ty).collect(),
            Self::Union(union) => union.variants.iter().map(|variant| &variant.ty).collect(),
            Self::Enum(_) => Vec::new(),
        }
    }
}

/// An object with named members.
#[derive(Clone)]
pub struct Struct {
    /// Whether requests carry it.
    pub sent: bool,
    /// Whether members that the document does not name are kept.
    pub open: bool,
    /// Its fields, by name.
    pub fields: Vec<Field>,
    /// How well it is evidenced, where the document is a reconstruction.
    pub evidence: Option<String>,
    /// The vendor's description, if the document carries it.
    pub prose: Option<String>,
}

/// A member of an object.
#[derive(Clone)]
pub struct Field {
    /// Its name on the wire.
    pub name: String,
    /// Its name in Rust.
    pub ident: String,
    /// Its type, without what `presence` and `boxed` put around it.
    pub ty: syn::Type,
    /// Whether it may be missing or `null`.
    pub presence: Presence,
    /// Whether its value lies on the heap: breaks recursion, and keeps structs small.
    pub boxed: bool,
    /// The only value that it can have.
    pub constant: Option<String>,
    /// What the document says beside the type.
    pub notes: Notes,
}

/// Whether a field may be missing or `null`, and how Rust says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Always there: `T`.
    Required,
    /// `Option<T>`, read from `null` or absence, written as `null`.
    Nullable,
    /// `Option<T>`, left out if `None`.
    Optional,
    /// `Field<T>`: absent, `null` and a value are three things.
    ThreeState,
}

/// What the document says of a field or parameter beside its type.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// The value that the server takes if none is sent.
    pub default: Option<Value>,
    /// The limits that the server checks, in words.
    pub constraints: Option<String>,
    /// Whether the document calls it deprecated.
    pub deprecated: bool,
    /// How well it is evidenced, where the document is a reconstruction.
    pub evidence: Option<String>,
    /// The vendor's description, if the document carries it.
    pub prose: Option<String>,
}

/// A set of strings.
#[derive(Clone)]
pub struct Enum {
    /// Variant name and string, in the document's order.
    pub variants: Vec<(String, String)>,
    /// How well it is evidenced, where the document is a reconstruction.
    pub evidence: Option<String>,
    /// The vendor's description, if the document carries it.
    pub prose: Option<String>,
}

/// One of several types.
#[derive(Clone)]
pub struct Union {
    /// The JSON pointer of the member that tells the variants apart.
    pub tag: Option<String>,
    /// The variants, in the document's order.
    pub variants: Vec<Variant>,
}

/// A variant of a union.
#[derive(Clone)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub ty: syn::Type,
    /// The values of the tag that name it.
    pub tags: Vec<String>,
}
