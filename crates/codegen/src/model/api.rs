//! The model of an API, which is rendered and listed.

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use serde::Deserialize;
use serde_json::{Map, Value};
use syn::visit::{self, Visit};

use crate::LeftOut;
use crate::availability::{Version, Versions, sending};

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
    /// The parts of the document that cannot be expressed.
    pub left_out: Vec<LeftOut>,
    /// Our descriptions of the groups, by name.
    pub groups: BTreeMap<String, Group>,
    /// How the supported servers differ, if that is known.
    pub servers: Option<Servers>,
}

impl Api {
    /// Returns the types that `operations` lead to, through fields and variants too.
    pub fn types_of<'a>(
        &self,
        operations: impl IntoIterator<Item = &'a Operation>,
    ) -> BTreeSet<String> {
        self.reached_from(operations.into_iter().flat_map(Operation::parts))
    }

    /// Returns the types that responses contain.
    pub fn received(&self) -> BTreeSet<String> {
        self.reached_from(self.operations.iter().filter_map(Operation::json))
    }

    /// Returns the types that `types` lead to, through fields and variants too.
    fn reached_from<'a>(&self, types: impl Iterator<Item = &'a syn::Type>) -> BTreeSet<String> {
        let mut open: Vec<String> = types.flat_map(mentioned).collect();
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

/// How the supported servers differ.
#[derive(Clone)]
pub struct Servers {
    /// The oldest supported version.
    pub oldest: Version,
    /// The routes that not all of them have, or have with the same parts.
    pub routes: Vec<sending::Route>,
}

/// Returns the names of all types that a type mentions, generated or not.
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

/// Returns the text of a type, without the paths of the crate.
pub fn type_text(ty: &syn::Type) -> String {
    let text = ty.to_token_stream().to_string();
    text.replace("crate :: ", "")
        .replace("types :: ", "")
        .replace(' ', "")
        .replace(',', ", ")
        .replace(", )", ",)")
}

/// The description of a group.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// The heading of its operations.
    pub heading: String,
    /// One sentence on what it is about.
    pub summary: String,
    /// Further sentences on the concept.
    pub details: String,
}

/// One operation: a verb on a path.
#[derive(Clone)]
pub struct Operation {
    /// The name of its method on the client, such as `list_runs`.
    pub name: String,
    /// The name of its builder, such as `ListRuns`.
    pub builder: String,
    /// The vendor's full `operationId`.
    pub id: String,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path template, such as `/api/v1/runs/{run_id}`.
    pub path: String,
    /// The module of the operation: its first tag in snake case.
    pub group: String,
    /// The parameters: those in the path in its order, then the others by name.
    pub parameters: Vec<Parameter>,
    /// The request body.
    pub body: Option<Body>,
    /// The body of a successful response.
    pub result: Outcome,
    /// The error statuses that the document declares: `404`, `4XX`, `default`.
    pub errors: Vec<String>,
    /// Whether the document declares it deprecated.
    pub deprecated: bool,
    /// The name of the operation to use instead.
    pub replaced_by: Option<String>,
    /// The evidence for the operation, if the document is a reconstruction.
    pub evidence: Option<String>,
    /// The evidence for its result, if that differs.
    pub result_evidence: Option<String>,
    /// The names of the cookies that it reads, which the client does not send.
    pub cookies: Vec<String>,
    /// Whether it requires credentials.
    pub authenticated: bool,
    /// Whether it is idempotent. Defaults to what its method promises (RFC 9110, section 9.2.2).
    pub idempotent: Option<bool>,
    /// Whether the server recognizes a repeated `Idempotency-Key`. Defaults to the rule of the API.
    pub deduplicated: Option<bool>,
    /// The server versions that have it.
    pub versions: Versions,
    /// Whether only a Pro workspace has it.
    pub pro: bool,
    /// The vendor's description, if the document carries it.
    pub prose: Option<String>,
    /// Our description.
    pub meaning: Option<String>,
    /// The lines of an example.
    pub example: Vec<String>,
}

impl Operation {
    /// Returns the types of its parameters, its body and its result.
    pub fn parts(&self) -> Vec<&syn::Type> {
        let parameters = self.parameters.iter().filter_map(|p| match &p.accepts {
            Accepts::Value(ty) | Accepts::List(ty) => Some(&**ty),
            Accepts::Filter | Accepts::Text | Accepts::Secret => None,
        });
        let body = self.body.iter().map(|body| &body.ty);
        parameters.chain(body).chain(self.json()).collect()
    }

    /// Returns the type of its result, if that is JSON.
    fn json(&self) -> Option<&syn::Type> {
        match &self.result {
            Outcome::Json(ty) => Some(&**ty),
            Outcome::Empty | Outcome::Text | Outcome::Bytes | Outcome::Events => None,
        }
    }
}

/// A parameter of an operation.
#[derive(Clone)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// Its name in Rust.
    pub ident: String,
    /// Where it is sent.
    pub location: Location,
    /// Whether the document requires it.
    pub required: bool,
    /// Whether at least one of the parameters of the operation with this mark is required.
    pub one_required: bool,
    /// What its setter accepts.
    pub accepts: Accepts,
    /// The keywords of its schema that restrict the value and not its type.
    pub limits: Map<String, Value>,
    /// What the document declares besides the type.
    pub notes: Notes,
}

/// The location of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// A segment of the path.
    Path,
    /// The query string.
    Query,
    /// A request header.
    Header,
}

/// The values that the setter of a parameter accepts.
#[derive(Clone)]
pub enum Accepts {
    /// `impl Into<Filter>`.
    Filter,
    /// `impl Display`: the text to send.
    Text,
    /// Any number of values: the parameter is repeated.
    List(Box<syn::Type>),
    /// `impl Into<Secret>`: sent but never shown.
    Secret,
    /// A value of this type.
    Value(Box<syn::Type>),
}

/// A request body.
#[derive(Clone)]
pub struct Body {
    /// Its type.
    pub ty: syn::Type,
    /// How it is sent.
    pub encoding: Encoding,
    /// Whether the document requires it.
    pub required: bool,
}

/// The way in which a request body is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// `application/json`.
    Json,
    /// `application/x-www-form-urlencoded`.
    Form,
    /// `multipart/form-data`, a form that may contain files.
    Multipart,
}

impl Encoding {
    /// Returns the name of the encoding, and of the method that uses it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Form => "form",
            Self::Multipart => "multipart",
        }
    }
}

/// The body of a successful response.
#[derive(Clone)]
pub enum Outcome {
    /// JSON of this type.
    Json(Box<syn::Type>),
    /// Nothing, or `null`.
    Empty,
    /// Plain text.
    Text,
    /// A file.
    Bytes,
    /// Server-sent events.
    Events,
}

/// A generated type.
#[derive(Clone)]
pub enum Type {
    /// An object.
    Struct(Struct),
    /// An enum of strings.
    Enum(Enum),
    /// One of several types.
    Union(Union),
}

impl Type {
    /// Returns the types of its fields or variants.
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
    /// Whether requests contain it.
    pub sent: bool,
    /// Whether undeclared members are kept.
    pub open: bool,
    /// Whether the document allows undeclared members.
    pub extensible: bool,
    /// Its fields, in the order of their names.
    pub fields: Vec<Field>,
    /// The evidence for it, if the document is a reconstruction.
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
    /// Its type, without the wrappers for `presence` and `boxed`.
    pub ty: syn::Type,
    /// Whether it may be absent or `null`.
    pub presence: Presence,
    /// Whether its value is boxed, which breaks recursion and keeps structs small.
    pub boxed: bool,
    /// Whether the document allows `null`.
    pub nullable: bool,
    /// Its only value, if it has one.
    pub constant: Option<String>,
    /// The keywords of its schema that restrict the value and not its type.
    pub limits: Map<String, Value>,
    /// What the document declares besides the type.
    pub notes: Notes,
}

/// Whether a field may be absent or `null`, and its type in Rust.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// `T`: always present.
    Required,
    /// `Option<T>`: may be absent or `null`; `None` is written as `null`.
    Nullable,
    /// `Option<T>`: may be absent; `None` is not written.
    Optional,
    /// `Field<T>`: absent, `null` and a value have different meanings.
    ThreeState,
}

/// The facts that the document declares for a field or parameter besides its type.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    /// The value that the server uses if the client sends none.
    pub default: Option<Value>,
    /// The limits that the server checks, in words.
    pub constraints: Option<String>,
    /// Whether it has several types besides `null`. The type in Rust may be one of them only.
    pub several: bool,
    /// Whether the document declares it deprecated.
    pub deprecated: bool,
    /// The evidence for it, if the document is a reconstruction.
    pub evidence: Option<String>,
    /// The server versions that have it.
    pub versions: Versions,
    /// The vendor's description, if the document carries it.
    pub prose: Option<String>,
    /// Our description.
    pub meaning: Option<String>,
}

/// An enum of strings.
#[derive(Clone)]
pub struct Enum {
    /// The name and the string of each variant, in the document's order.
    pub variants: Vec<(String, String)>,
    /// The server versions that have a string, if not all do.
    pub versions: BTreeMap<String, Versions>,
    /// The evidence for it, if the document is a reconstruction.
    pub evidence: Option<String>,
    /// The vendor's description, if the document carries it.
    pub prose: Option<String>,
}

/// One of several types.
#[derive(Clone)]
pub struct Union {
    /// The JSON pointer of the member that distinguishes the variants.
    pub tag: Option<String>,
    /// The variants, in the document's order.
    pub variants: Vec<Variant>,
}

/// A variant of a union.
#[derive(Clone)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// The type of its value.
    pub ty: syn::Type,
    /// The values of the tag that select it.
    pub tags: Vec<String>,
}
