//! What does the document of the Pro API declare?

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use anyhow::{Context, Result, anyhow};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use zenml_codegen::{files, openapi};
use zenml_test_server::paths;

use super::schema::{Schema, closed};

/// `specs/pro.json` with its overlays.
pub(crate) struct Document {
    /// By name: `GET /teams/{team_id}`.
    operations: BTreeMap<String, Operation>,
    error: Schema,
}

pub(crate) struct Operation {
    pub name: String,
    method: String,
    segments: Vec<Segment>,
    /// Whether the operation needs no credentials.
    pub public: bool,
    pub parameters: Vec<Parameter>,
    pub body: Option<Body>,
    responses: BTreeMap<u16, Option<Schema>>,
}

/// A part of a path template. Literals sort first, because `/users/me` wins over
/// `/users/{user_id}`.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Literal(String),
    Parameter(String),
}

pub(crate) struct Parameter {
    pub name: String,
    pub in_path: bool,
    pub required: bool,
    pub schema: Schema,
}

pub(crate) struct Body {
    pub required: bool,
    pub media_type: String,
    pub schema: Schema,
}

/// The reason why no operation matches a request line.
pub(crate) enum NoMatch {
    Path,
    Method,
}

impl Document {
    /// Returns the document of this checkout, which is read once per process.
    ///
    /// # Errors
    /// Returns an error if `specs/` does not contain a document that this crate understands.
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
            .map_err(|error| anyhow!("cannot read the document of the Pro API: {error}"))
    }

    pub fn new(document: &Value) -> Result<Self> {
        let components = document.get("components").cloned().unwrap_or_default();
        let components = Arc::new(closed(components));
        let schema = |schema: &Value| Schema::new(schema.clone(), &components);
        let mut operations = BTreeMap::new();
        for declared in openapi::operations(document) {
            let (method, path) = (declared.method, declared.path);
            let operation = Operation::new(method, path, declared.operation, &schema)
                .with_context(|| format!("{method} {path}"))?;
            operations.insert(operation.name.clone(), operation);
        }
        Ok(Self {
            operations,
            error: schema(&json!({ "$ref": "#/components/schemas/ErrorModel" })),
        })
    }

    #[cfg(test)]
    pub fn operations(&self) -> impl Iterator<Item = &Operation> {
        self.operations.values()
    }

    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// Finds the operation of a request line, and its path parameters.
    pub fn find(
        &self,
        method: &str,
        path: &str,
    ) -> Result<(&Operation, BTreeMap<String, String>), NoMatch> {
        let matching: Vec<_> = self
            .operations
            .values()
            .filter_map(|operation| Some((operation, operation.path_parameters(path)?)))
            .collect();
        if matching.is_empty() {
            return Err(NoMatch::Path);
        }
        matching
            .into_iter()
            .filter(|(operation, _)| operation.method == method)
            .min_by(|(one, _), (other, _)| one.segments.cmp(&other.segments))
            .ok_or(NoMatch::Method)
    }

    /// Checks a response. Errors that the document does not declare must have the vendor's common
    /// shape, `{"detail": …}`.
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
            None => return Err(format!("does not declare status {status}")),
        };
        schema.check(body).map_err(|mismatch| {
            let place = mismatch.place;
            format!(
                "does not allow {status} with {body}: {} (at `{place}`)",
                mismatch.message
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
                    other => return Err(anyhow!("cannot read a parameter in {other}")),
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
                    .context("the request body has no content")?;
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
            .context("the operation has no responses")?
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

    /// Returns a sample of the successful response: every declared member with a valid value.
    pub fn sample_response(&self) -> Value {
        let schema = self.responses.get(&200).and_then(Option::as_ref);
        schema.map_or(Value::Null, |schema| schema.sample(&self.name))
    }

    fn path_parameters(&self, path: &str) -> Option<BTreeMap<String, String>> {
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
    Ok(text
        .with_context(|| format!("`{name}` is missing"))?
        .to_owned())
}

fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or_default()
}
