//! What does a handler receive?

use hyper::HeaderMap;
use serde_json::Value;
use uuid::Uuid;

use super::{
    api_error::ApiError,
    input::Input,
    model::{Caller, Details},
};

/// A request that the document allows.
pub(crate) struct Call<'a> {
    pub input: Input,
    pub headers: &'a HeaderMap,
    /// `None` only for operations that need no credentials.
    pub caller: Option<Caller>,
}

/// The result of a handler. 200 is the only success that the document declares.
pub(crate) type HandlerResult = Result<Value, ApiError>;

impl Call<'_> {
    /// Returns a path parameter.
    pub fn path(&self, name: &str) -> &str {
        self.input.path.get(name).map_or("", String::as_str)
    }

    /// Returns a path parameter that the document declares as an id.
    pub fn id(&self, name: &str) -> Result<Uuid, ApiError> {
        parse_id(&["path", name], self.path(name))
    }

    /// Returns a query parameter.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.input.parameters.get(name)?.as_str()
    }

    pub fn flag(&self, name: &str) -> Option<bool> {
        self.input.parameters.get(name)?.as_bool()
    }

    pub fn texts(&self, name: &str) -> Vec<String> {
        strings(self.input.parameters.get(name))
    }

    pub fn query_id(&self, name: &str) -> Result<Option<Uuid>, ApiError> {
        self.text(name)
            .map(|text| parse_id(&["query", name], text))
            .transpose()
    }

    /// Returns a required id of the query.
    pub fn required_query_id(&self, name: &str) -> Result<Uuid, ApiError> {
        self.query_id(name)?
            .ok_or_else(|| ApiError::invalid(&["query", name], "Field required"))
    }

    /// Returns the page that `offset` and `limit` select.
    pub fn page(&self, items: impl Iterator<Item = Value>) -> Value {
        let number = |name, default| {
            let given = self.input.parameters.get(name).and_then(Value::as_u64);
            given
                .and_then(|given| usize::try_from(given).ok())
                .unwrap_or(default)
        };
        items
            .skip(number("offset", 0))
            .take(number("limit", 100))
            .collect()
    }

    /// Returns a string of the body.
    pub fn body_text(&self, name: &str) -> Option<&str> {
        self.input.body.get(name)?.as_str()
    }

    pub fn body_id(&self, name: &str) -> Result<Option<Uuid>, ApiError> {
        self.body_text(name)
            .map(|text| parse_id(&["body", name], text))
            .transpose()
    }

    /// Returns a required id of the body.
    pub fn required_body_id(&self, name: &str) -> Result<Uuid, ApiError> {
        self.body_id(name)?
            .ok_or_else(|| ApiError::invalid(&["body", name], "Field required"))
    }

    pub fn body_number(&self, name: &str) -> Option<i64> {
        self.input.body.get(name)?.as_i64()
    }

    /// Returns the members of the body that have these names.
    pub fn details(&self, names: &[&str]) -> Details {
        let member = |name: &&str| Some(((*name).to_owned(), self.input.body.get(*name)?.clone()));
        names.iter().filter_map(member).collect()
    }

    pub fn caller(&self) -> Result<Caller, ApiError> {
        self.caller.ok_or_else(ApiError::not_authenticated)
    }
}

/// Returns the strings of a list.
pub(crate) fn strings(value: Option<&Value>) -> Vec<String> {
    let list = value.and_then(Value::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|item| Some(item.as_str()?.to_owned()))
        .collect()
}

fn parse_id(location: &[&str], text: &str) -> Result<Uuid, ApiError> {
    text.parse()
        .map_err(|_| ApiError::invalid(location, format!("{text:?} is not a UUID")))
}
