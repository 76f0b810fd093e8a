//! A call that the document allows, and what becomes of it.

use hyper::HeaderMap;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    document::{Input, Problem},
    tokens::Caller,
};

/// What a handler is told.
pub(crate) struct Call<'a> {
    pub input: Input,
    pub headers: &'a HeaderMap,
    /// None only for operations that anybody may call.
    pub caller: Option<Caller>,
}

/// What a handler makes of a call. The document declares no success but 200.
pub(crate) type Outcome = Result<Value, Refusal>;

/// An answer that is none of success.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub status: u16,
    pub body: Value,
    pub headers: Vec<(&'static str, String)>,
}

impl Refusal {
    /// The exception's name comes first, as official clients read it.
    pub fn new(status: u16, exception: &str, message: impl Into<String>) -> Self {
        Self::with_body(status, json!({ "detail": [exception, message.into()] }))
    }

    pub fn with_body(status: u16, body: Value) -> Self {
        Self {
            status,
            body,
            headers: Vec::new(),
        }
    }

    /// The refusal that goes with a status, for faults.
    pub fn of_status(status: u16) -> Self {
        let message = "as the test demanded";
        match status {
            401 => Self::unauthorized(message),
            402 => Self::upgrade_required(message),
            403 => Self::forbidden(message),
            404 => Self::new(404, "KeyError", message),
            409 => Self::new(409, "EntityExistsError", message),
            422 => Self::invalid(&["body"], message),
            other => Self::with_body(other, json!({ "detail": message })),
        }
    }

    pub fn unauthorized(message: impl Into<String>) -> Self {
        let mut refusal = Self::new(401, "CredentialsNotValid", message);
        refusal
            .headers
            .push(("www-authenticate", "Bearer".to_owned()));
        refusal
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "IllegalOperationError", message)
    }

    pub fn upgrade_required(message: impl Into<String>) -> Self {
        Self::new(402, "SubscriptionUpgradeRequiredError", message)
    }

    pub fn missing(noun: &str, which: impl std::fmt::Display) -> Self {
        Self::new(404, "KeyError", format!("{noun} {which} was not found"))
    }

    pub fn exists(message: impl Into<String>) -> Self {
        Self::new(409, "EntityExistsError", message)
    }

    pub fn invalid(location: &[&str], message: impl Into<String>) -> Self {
        Self::problems(&[Problem {
            location: location.iter().map(ToString::to_string).collect(),
            message: message.into(),
            kind: "value_error",
        }])
    }

    pub fn problems(problems: &[Problem]) -> Self {
        let detail: Vec<_> = problems
            .iter()
            .map(|problem| {
                json!({
                    "loc": problem.location,
                    "msg": problem.message,
                    "type": problem.kind,
                })
            })
            .collect();
        Self::with_body(422, json!({ "detail": detail }))
    }
}

impl Call<'_> {
    /// A parameter of the path.
    pub fn path(&self, name: &str) -> &str {
        self.input.path.get(name).map_or("", String::as_str)
    }

    /// A parameter of the path that is an id, as the document has demanded.
    pub fn id(&self, name: &str) -> Result<Uuid, Refusal> {
        parsed(&["path", name], self.path(name))
    }

    /// A parameter of the query.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.input.parameters.get(name)?.as_str()
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.input.parameters.get(name)?.as_bool()
    }

    pub fn texts(&self, name: &str) -> Vec<String> {
        strings(self.input.parameters.get(name))
    }

    pub fn id_in_query(&self, name: &str) -> Result<Option<Uuid>, Refusal> {
        self.text(name)
            .map(|text| parsed(&["query", name], text))
            .transpose()
    }

    /// The page that `offset` and `limit` ask for.
    pub fn page(&self, items: Vec<Value>) -> Value {
        let number = |name, default| {
            let given = self.input.parameters.get(name).and_then(Value::as_u64);
            given
                .and_then(|given| usize::try_from(given).ok())
                .unwrap_or(default)
        };
        items
            .into_iter()
            .skip(number("offset", 0))
            .take(number("limit", 100))
            .collect()
    }

    /// A member of the body that is text.
    pub fn body_text(&self, name: &str) -> Option<&str> {
        self.input.body.get(name)?.as_str()
    }

    pub fn body_id(&self, name: &str) -> Result<Option<Uuid>, Refusal> {
        self.body_text(name)
            .map(|text| parsed(&["body", name], text))
            .transpose()
    }

    pub fn body_flag(&self, name: &str) -> Option<bool> {
        self.input.body.get(name)?.as_bool()
    }

    pub fn body_number(&self, name: &str) -> Option<i64> {
        self.input.body.get(name)?.as_i64()
    }

    /// Overwrites a text where the body names it, with null too.
    pub fn update(&self, name: &str, target: &mut Option<String>) {
        match self.input.body.get(name) {
            Some(Value::String(text)) => *target = Some(text.clone()),
            Some(Value::Null) => *target = None,
            _ => {}
        }
    }

    pub fn caller(&self) -> Result<Caller, Refusal> {
        self.caller
            .ok_or_else(|| Refusal::unauthorized("Not authenticated"))
    }
}

/// The texts of a list.
pub(crate) fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|item| Some(item.as_str()?.to_owned()))
        .collect()
}

fn parsed(location: &[&str], text: &str) -> Result<Uuid, Refusal> {
    text.parse()
        .map_err(|_| Refusal::invalid(location, format!("{text:?} is no UUID")))
}
