//! Does each typed builder of the library send what the document declares, and read what it
//! declares? A table that the build script generates calls all of them.
#![allow(deprecated, reason = "deprecated operations have to work too")]

use std::{collections::BTreeSet, pin::Pin};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
#[allow(unused_imports, reason = "the types of the table")]
use std::collections::BTreeMap;
#[allow(unused_imports, reason = "the types of the table")]
use uuid::Uuid;
use zenml::{Credentials, ErrorKind, ProClient, Response, RetryPolicy, pro::types::*};
#[allow(unused_imports, reason = "the types of the table")]
use zenml::{Json, JsonObject};

use crate::{
    ControlPlane, Options,
    document::{Document, Operation},
    schema::Schema,
};

include!(concat!(env!("OUT_DIR"), "/typed_calls.rs"));

struct TypedCall {
    /// `GET /teams/{team_id}`
    operation: &'static str,
    /// Calls all setters of the builder. Fails if the types cannot hold one of the values.
    build: fn(&ProClient, &Values) -> serde_json::Result<Sending>,
}

/// A call that returns its result as JSON.
type Sending = Pin<Box<dyn Future<Output = zenml::Result<Value>>>>;

fn send<T: Serialize>(call: impl Future<Output = zenml::Result<Response<T>>> + 'static) -> Sending {
    Box::pin(async move { Ok(serde_json::to_value(call.await?.into_inner()).unwrap()) })
}

/// The parameters and the body of a call, as JSON.
#[derive(Debug, Clone, Default)]
struct Values {
    parameters: Map<String, Value>,
    body: Option<Value>,
}

impl Values {
    /// Returns a valid value for each parameter, and a body with all members.
    fn valid(operation: &Operation) -> Self {
        let parameters = operation.parameters.iter();
        Self {
            parameters: parameters
                .map(|parameter| {
                    let value = parameter.schema.sample(&parameter.name);
                    (parameter.name.clone(), value)
                })
                .collect(),
            body: operation
                .body
                .as_ref()
                .map(|body| body.schema.sample("body")),
        }
    }

    fn parameter<T: DeserializeOwned>(&self, name: &str) -> serde_json::Result<Option<T>> {
        let value = self.parameters.get(name).cloned();
        value.map(serde_json::from_value).transpose()
    }

    fn body<T: DeserializeOwned>(&self) -> serde_json::Result<Option<T>> {
        self.body.clone().map(serde_json::from_value).transpose()
    }

    /// Returns variants with one value that the document forbids, and the name of that value.
    fn invalid(&self, operation: &Operation) -> Vec<(String, Self)> {
        let mut variants = Vec::new();
        for parameter in &operation.parameters {
            for value in forbidden(&parameter.schema) {
                let mut values = self.clone();
                values.parameters.insert(parameter.name.clone(), value);
                variants.push((parameter.name.clone(), values));
            }
        }
        let Some(body) = &operation.body else {
            return variants;
        };
        let schema = body.schema.resolved();
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            for value in forbidden(&body.schema.sibling(member)) {
                let mut values = self.clone();
                values.body.as_mut().unwrap()[name] = value;
                variants.push((name.clone(), values));
            }
        }
        variants
    }

    /// Returns variants that lack one required parameter or the required body, and its name.
    fn incomplete(&self, operation: &Operation) -> Vec<(String, Self)> {
        let parameters = operation.parameters.iter();
        let required = parameters.filter(|parameter| parameter.required);
        let mut variants: Vec<_> = required
            .map(|parameter| {
                let mut values = self.clone();
                values.parameters.remove(&parameter.name);
                (parameter.name.clone(), values)
            })
            .collect();
        if operation.body.as_ref().is_some_and(|body| body.required) {
            let values = Self {
                body: None,
                ..self.clone()
            };
            variants.push(("body".to_owned(), values));
        }
        variants
    }
}

/// Returns values that break one rule of a schema.
fn forbidden(schema: &Schema) -> Vec<Value> {
    let resolved = schema.resolved();
    let mut values = Vec::new();
    if let Some(maximum) = resolved["maximum"].as_i64() {
        values.push(json!(maximum + 1));
    }
    if resolved["minLength"].as_u64() > Some(0) {
        values.push(json!(""));
    }
    if let Some(longest) = resolved["maxLength"].as_u64() {
        values.push(json!("x".repeat(usize::try_from(longest).unwrap() + 1)));
    }
    let format = resolved["format"].as_str().unwrap_or_default();
    if resolved.get("enum").is_some() || ["uuid", "email", "date-time"].contains(&format) {
        values.push(json!("neither of these"));
    }
    values
}

/// Starts a stateless fake, and creates a client with a valid token.
async fn stateless() -> (ControlPlane, ProClient) {
    let plane = ControlPlane::start_with(Options::default().stateless()).await;
    let plane = plane.unwrap();
    let token = plane.user("ada").session();
    let client = client(&plane, &token);
    (plane, client)
}

fn client(plane: &ControlPlane, token: &str) -> ProClient {
    ProClient::builder(plane.url())
        .credentials(Credentials::api_token(token))
        .retry(RetryPolicy::never())
        .build()
        .unwrap()
}

/// Removes members that are `null`: the library treats them as absent.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name, without_nulls(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(without_nulls).collect(),
        other => other,
    }
}

fn operation(call: &TypedCall) -> &'static Operation {
    let document = Document::shared().unwrap();
    document.operation(call.operation).unwrap()
}

#[test]
fn the_table_has_all_operations() {
    let table: BTreeSet<_> = TYPED_CALLS.iter().map(|call| call.operation).collect();
    let document = Document::shared().unwrap().operations();
    let declared: BTreeSet<_> = document.map(|operation| &*operation.name).collect();
    assert_eq!(table, declared);
    assert_eq!((table.len(), TYPED_CALLS.len()), (117, 117));
}

#[tokio::test]
async fn all_values_of_a_call_arrive_and_all_values_of_the_response_are_read() {
    let (plane, client) = stateless().await;
    for call in TYPED_CALLS {
        let (name, operation) = (call.operation, operation(call));
        let values = Values::valid(operation);
        let response = (call.build)(&client, &values).unwrap().await;
        let response = response.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(
            without_nulls(response),
            without_nulls(operation.sample_response()),
            "{name}"
        );
        let received = plane.recorded().pop().unwrap();
        assert_eq!((&*received.operation, received.status), (name, 200));
        assert_eq!(received.parameters, values.parameters, "{name}");
        assert_eq!(received.body, values.body.unwrap_or_default(), "{name}");
    }
    plane.finish().unwrap();
}

#[tokio::test]
async fn a_value_that_the_document_forbids_is_an_invalid_request() {
    let (plane, client) = stateless().await;
    let mut sent = 0;
    for call in TYPED_CALLS {
        let (name, operation) = (call.operation, operation(call));
        for (wrong, values) in Values::valid(operation).invalid(operation) {
            // The types of the library exclude many mistakes.
            let Ok(sending) = (call.build)(&client, &values) else {
                continue;
            };
            let error = sending.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{name}: {error}");
            assert!(error.to_string().contains(&wrong), "{name}: {error}");
            let received = plane.recorded().pop().unwrap();
            assert_eq!((&*received.operation, received.status), (name, 422));
            sent += 1;
        }
    }
    assert!(sent > 40, "{sent}");
    plane.finish().unwrap();
}

#[tokio::test]
async fn a_call_without_a_required_value_is_not_sent() {
    let (plane, client) = stateless().await;
    let mut tried = 0;
    for call in TYPED_CALLS {
        let (name, operation) = (call.operation, operation(call));
        for (missing, values) in Values::valid(operation).incomplete(operation) {
            let error = (call.build)(&client, &values).unwrap().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidRequest, "{name}: {error}");
            assert!(error.to_string().contains(&missing), "{name}: {error}");
            tried += 1;
        }
    }
    assert!(tried > 100, "{tried}");
    assert_eq!(plane.recorded(), []);
    plane.finish().unwrap();
}

#[tokio::test]
async fn an_operation_needs_credentials_where_the_document_says_so() {
    let (plane, _) = stateless().await;
    let stranger = client(&plane, "unknown");
    for call in TYPED_CALLS {
        let (name, operation) = (call.operation, operation(call));
        let result = (call.build)(&stranger, &Values::valid(operation)).unwrap();
        let kind = result.await.err().map(|error| error.kind());
        let expected = (!operation.public).then_some(ErrorKind::Unauthorized);
        assert_eq!(kind, expected, "{name}");
    }
    plane.finish().unwrap();
}
