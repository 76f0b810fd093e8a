//! Does the document allow a request, and what are its values?

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    api_error::Problem,
    coerce::coerce,
    document::{Body, Operation, Parameter},
};

/// A request as it was received.
pub(crate) struct RawInput<'a> {
    pub path: BTreeMap<String, String>,
    pub query: Vec<(String, String)>,
    pub media_type: Option<&'a str>,
    pub body: &'a [u8],
}

/// The values of a request, in the types that the document declares.
#[derive(Debug)]
pub(crate) struct Input {
    /// Path parameters as text.
    pub path: BTreeMap<String, String>,
    /// Path and query parameters.
    pub parameters: Map<String, Value>,
    pub body: Value,
}

impl Input {
    /// Reads a request.
    ///
    /// Stricter than the vendor: undeclared input is an error, because a client that sends it
    /// expects it to have an effect.
    pub fn read(operation: &Operation, raw: &RawInput<'_>) -> Result<Self, Vec<Problem>> {
        let mut problems: Vec<_> = raw
            .query
            .iter()
            .filter(|(name, _)| {
                let mut declared = operation.parameters.iter();
                !declared.any(|parameter| !parameter.in_path && parameter.name == *name)
            })
            .map(|(name, _)| {
                let message = "the document does not declare this parameter";
                Problem::new(&["query", name], message, "extra_forbidden")
            })
            .collect();
        let mut parameters = Map::new();
        for parameter in &operation.parameters {
            match read_parameter(parameter, raw) {
                Ok(Some(value)) => {
                    parameters.insert(parameter.name.clone(), value);
                }
                Ok(None) => {}
                Err(problem) => problems.push(problem),
            }
        }
        let body = read_body(operation.body.as_ref(), raw).unwrap_or_else(|problem| {
            problems.push(problem);
            Value::Null
        });
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(Self {
            path: raw.path.clone(),
            parameters,
            body,
        })
    }

    /// Renames the parameters of a legacy tenant operation to those of its workspace twin.
    pub fn with_workspace_names(mut self) -> Self {
        let rename = |name: String| name.replace("tenant", "workspace");
        let path = self.path.into_iter();
        self.path = path.map(|(name, value)| (rename(name), value)).collect();
        let parameters = self.parameters.into_iter();
        self.parameters = parameters
            .map(|(name, value)| (rename(name), value))
            .collect();
        self
    }
}

fn read_parameter(parameter: &Parameter, raw: &RawInput<'_>) -> Result<Option<Value>, Problem> {
    let name = parameter.name.as_str();
    let (place, given): (_, Vec<&str>) = if parameter.in_path {
        (
            "path",
            raw.path.get(name).map(String::as_str).into_iter().collect(),
        )
    } else {
        let named = raw.query.iter().filter(|(given, _)| given == name);
        ("query", named.map(|(_, value)| value.as_str()).collect())
    };
    let location = [place, name];
    if given.is_empty() {
        return if parameter.required {
            Err(Problem::new(&location, "Field required", "missing"))
        } else {
            Ok(None)
        };
    }
    let value = coerce(parameter.schema.declared(), &given);
    match parameter.schema.check(&value) {
        Ok(()) => Ok(Some(value)),
        Err(mismatch) => Err(Problem::new(&location, mismatch.message, "value_error")),
    }
}

fn read_body(declared: Option<&Body>, raw: &RawInput<'_>) -> Result<Value, Problem> {
    let wrong = |message: &str, kind| Problem::new(&["body"], message, kind);
    let Some(declared) = declared else {
        return if raw.body.is_empty() {
            Ok(Value::Null)
        } else {
            Err(wrong(
                "the document does not declare a body",
                "extra_forbidden",
            ))
        };
    };
    if raw.body.is_empty() {
        return if declared.required {
            Err(wrong("Field required", "missing"))
        } else {
            Ok(Value::Null)
        };
    }
    let media_type = raw.media_type.unwrap_or_default();
    if !media_type.starts_with(&declared.media_type) {
        let message = format!("must be {:?}, not {media_type:?}", declared.media_type);
        return Err(wrong(&message, "content_type"));
    }
    let value = match declared.media_type.as_str() {
        "application/x-www-form-urlencoded" => url::form_urlencoded::parse(raw.body)
            .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
            .collect::<Map<_, _>>()
            .into(),
        _ => serde_json::from_slice(raw.body)
            .map_err(|error| wrong(&error.to_string(), "json_invalid"))?,
    };
    declared.schema.check(&value).map_err(|mismatch| {
        let mut problem = wrong(&mismatch.message, "value_error");
        let inside = mismatch.place.split('/').filter(|part| !part.is_empty());
        problem.location.extend(inside.map(str::to_owned));
        problem
    })?;
    Ok(value)
}
