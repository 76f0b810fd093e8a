//! The document of the Pro API, and what it allows.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

use anyhow::{Context, Result, anyhow};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};
use zenml_codegen::files;

use super::{
    coerce,
    schema::{Schema, closed},
};
use zenml_test_server::paths;

const METHODS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// `specs/pro.json`, corrected.
pub(crate) struct Document {
    /// By name: `GET /teams/{team_id}`.
    operations: BTreeMap<String, Operation>,
    error: Schema,
}

pub(crate) struct Operation {
    pub name: String,
    method: String,
    segments: Vec<Segment>,
    /// Whether anybody may call it.
    pub public: bool,
    parameters: Vec<Parameter>,
    body: Option<Body>,
    responses: BTreeMap<u16, Option<Schema>>,
}

/// Literals come first where several templates match a path: `/users/me`, `/users/{user_id}`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
}

struct Parameter {
    name: String,
    in_path: bool,
    required: bool,
    schema: Schema,
}

struct Body {
    required: bool,
    media_type: String,
    schema: Schema,
}

/// What is wrong with a request, as FastAPI says it.
#[derive(Debug)]
pub(crate) struct Problem {
    pub location: Vec<String>,
    pub message: String,
    pub kind: &'static str,
}

impl Problem {
    fn new(location: &[&str], message: impl Into<String>, kind: &'static str) -> Self {
        Self {
            location: location.iter().map(ToString::to_string).collect(),
            message: message.into(),
            kind,
        }
    }
}

/// A request as it came.
pub(crate) struct Raw<'a> {
    pub path: BTreeMap<String, String>,
    pub query: Vec<(String, String)>,
    pub media_type: Option<&'a str>,
    pub body: &'a [u8],
}

/// What a request says, in the types that the document declares.
#[derive(Debug, Default)]
pub(crate) struct Input {
    /// The path's as text.
    pub path: BTreeMap<String, String>,
    /// Those of path and query.
    pub parameters: Map<String, Value>,
    pub body: Value,
}

pub(crate) enum Missing {
    Path,
    Method,
}

impl Document {
    /// The document of this checkout, read once per process.
    ///
    /// # Errors
    /// When `specs/` does not hold a document that this crate understands.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<Document, String>> = OnceLock::new();
        let read = || {
            let specs = paths::workspace().join("specs");
            let document = files::load(&specs, "pro", None)?.document()?;
            Self::new(&document)
        };
        SHARED
            .get_or_init(|| read().map_err(|error: anyhow::Error| format!("{error:#}")))
            .as_ref()
            .map_err(|error| anyhow!("the document of the Pro API: {error}"))
    }

    pub fn new(document: &Value) -> Result<Self> {
        let components = document.get("components").cloned().unwrap_or_default();
        let components = Arc::new(closed(components));
        let schema = |schema: &Value| Schema::new(schema.clone(), &components);
        let mut operations = BTreeMap::new();
        let paths = document.get("paths").and_then(Value::as_object);
        for (template, item) in paths.context("no paths")? {
            for method in METHODS {
                if let Some(declared) = item.get(method) {
                    let operation = Operation::new(method, template, declared, &schema)
                        .with_context(|| format!("{method} {template}"))?;
                    operations.insert(operation.name.clone(), operation);
                }
            }
        }
        Ok(Self {
            operations,
            error: schema(&json!({ "$ref": "#/components/schemas/ErrorModel" })),
        })
    }

    /// The names of all operations.
    #[cfg(test)]
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// The operation behind a request line, and what its path holds.
    pub fn find(
        &self,
        method: &str,
        path: &str,
    ) -> Result<(&Operation, BTreeMap<String, String>), Missing> {
        let matching: Vec<_> = self
            .operations
            .values()
            .filter_map(|operation| Some((operation, operation.matches(path)?)))
            .collect();
        if matching.is_empty() {
            return Err(Missing::Path);
        }
        matching
            .into_iter()
            .filter(|(operation, _)| operation.method == method)
            .min_by(|(one, _), (other, _)| one.segments.cmp(&other.segments))
            .ok_or(Missing::Method)
    }

    /// Whether the document allows this answer of an operation's. Refusals that it does not declare
    /// have the vendor's shape for all of them, `{"detail": …}`.
    pub fn check_response(
        &self,
        operation: &Operation,
        status: u16,
        body: &Value,
    ) -> Result<(), String> {
        let schema = match operation.responses.get(&status) {
            Some(None) => return Ok(()),
            Some(Some(schema)) => schema,
            None if status >= 400 => &self.error,
            None => return Err(format!("declares no status {status}")),
        };
        schema.check(body).map_err(|misfit| {
            let place = misfit.place;
            format!(
                "does not allow {status} with {body}: {} (at `{place}`)",
                misfit.message
            )
        })
    }
}

impl Operation {
    fn new(
        method: &str,
        template: &str,
        declared: &Value,
        schema: &impl Fn(&Value) -> Schema,
    ) -> Result<Self> {
        let schema_of = |part: &Value| schema(part.get("schema").unwrap_or(&Value::Bool(true)));
        let mut parameters = Vec::new();
        for parameter in list(declared, "parameters") {
            parameters.push(Parameter {
                name: text(parameter, "name")?,
                in_path: match text(parameter, "in")?.as_str() {
                    "path" => true,
                    "query" => false,
                    other => return Err(anyhow!("a parameter in {other}")),
                },
                required: flag(parameter, "required"),
                schema: schema_of(parameter),
            });
        }
        let body = match declared.get("requestBody") {
            None => None,
            Some(body) => {
                let content = body.get("content").and_then(Value::as_object);
                let (media_type, content) = content
                    .and_then(|content| content.iter().next())
                    .context("a body without content")?;
                Some(Body {
                    required: flag(body, "required"),
                    media_type: media_type.clone(),
                    schema: schema_of(content),
                })
            }
        };
        let mut responses = BTreeMap::new();
        for (status, response) in declared
            .get("responses")
            .and_then(Value::as_object)
            .context("no responses")?
        {
            let declared = response.pointer("/content/application~1json/schema");
            responses.insert(status.parse()?, declared.map(schema));
        }
        Ok(Self {
            name: format!("{} {template}", method.to_uppercase()),
            method: method.to_uppercase(),
            segments: template.split('/').map(Segment::new).collect(),
            public: list(declared, "security").next().is_none(),
            parameters,
            body,
            responses,
        })
    }

    fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut found = BTreeMap::new();
        let mut given = path.split('/');
        for segment in &self.segments {
            let given = percent_decode_str(given.next()?).decode_utf8().ok()?;
            match segment {
                Segment::Literal(literal) if *literal == given => {}
                Segment::Parameter(name) if !given.is_empty() => {
                    found.insert(name.clone(), given.into_owned());
                }
                _ => return None,
            }
        }
        given.next().is_none().then_some(found)
    }

    /// Reads a request in the declared types.
    ///
    /// Stricter than the vendor: what is not declared is refused, not ignored, because a client
    /// that sends it expects something of it.
    pub fn read(&self, raw: &Raw<'_>) -> Result<Input, Vec<Problem>> {
        let mut problems = Vec::new();
        let mut parameters = Map::new();
        let known: BTreeSet<_> = self
            .parameters
            .iter()
            .filter(|parameter| !parameter.in_path)
            .map(|parameter| parameter.name.as_str())
            .collect();
        for (name, _) in &raw.query {
            if !known.contains(name.as_str()) {
                problems.push(Problem::new(
                    &["query", name],
                    "the document declares no such parameter",
                    "extra_forbidden",
                ));
            }
        }
        for parameter in &self.parameters {
            let place = if parameter.in_path { "path" } else { "query" };
            let given: Vec<&str> = match parameter.in_path {
                true => raw
                    .path
                    .get(&parameter.name)
                    .map(String::as_str)
                    .into_iter()
                    .collect(),
                false => raw
                    .query
                    .iter()
                    .filter(|(name, _)| *name == parameter.name)
                    .map(|(_, value)| value.as_str())
                    .collect(),
            };
            let location = [place, parameter.name.as_str()];
            if given.is_empty() {
                if parameter.required {
                    problems.push(Problem::new(&location, "Field required", "missing"));
                }
                continue;
            }
            let value = coerce::coerce(parameter.schema.declared(), &given);
            if let Err(misfit) = parameter.schema.check(&value) {
                problems.push(Problem::new(&location, misfit.message, "value_error"));
            }
            parameters.insert(parameter.name.clone(), value);
        }
        let body = self.read_body(raw).unwrap_or_else(|problem| {
            problems.push(problem);
            Value::Null
        });
        if problems.is_empty() {
            Ok(Input {
                path: raw.path.clone(),
                parameters,
                body,
            })
        } else {
            Err(problems)
        }
    }

    fn read_body(&self, raw: &Raw<'_>) -> Result<Value, Problem> {
        let wrong = |message: String, kind| Problem::new(&["body"], message, kind);
        let Some(declared) = &self.body else {
            return match raw.body.is_empty() {
                true => Ok(Value::Null),
                false => Err(wrong(
                    "the document declares no body".into(),
                    "extra_forbidden",
                )),
            };
        };
        if raw.body.is_empty() {
            return match declared.required {
                true => Err(wrong("Field required".into(), "missing")),
                false => Ok(Value::Null),
            };
        }
        let media_type = raw.media_type.unwrap_or_default();
        if !media_type.starts_with(&declared.media_type) {
            let message = format!("is {media_type:?}, should be {:?}", declared.media_type);
            return Err(wrong(message, "content_type"));
        }
        let value = match declared.media_type.as_str() {
            "application/x-www-form-urlencoded" => url::form_urlencoded::parse(raw.body)
                .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
                .collect::<Map<_, _>>()
                .into(),
            _ => serde_json::from_slice(raw.body)
                .map_err(|error| wrong(error.to_string(), "json_invalid"))?,
        };
        declared.schema.check(&value).map_err(|misfit| {
            let mut problem = wrong(misfit.message, "value_error");
            let inside = misfit.place.split('/').filter(|part| !part.is_empty());
            problem.location.extend(inside.map(str::to_owned));
            problem
        })?;
        Ok(value)
    }
}

impl Segment {
    fn new(text: &str) -> Self {
        match text
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'))
        {
            Some(name) => Self::Parameter(name.to_owned()),
            None => Self::Literal(text.to_owned()),
        }
    }
}

fn list<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text(value: &Value, name: &str) -> Result<String> {
    let text = value.get(name).and_then(Value::as_str);
    Ok(text.with_context(|| format!("no {name}"))?.to_owned())
}

fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or_default()
}
