//! Which rules for sending do the documents in `specs/` give?

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and so may its helpers"
)]

use std::path::Path;

use serde_json::Value;
use zenml_codegen::availability::sending::{Subject, position, routes};
use zenml_codegen::availability::{Availability, operations_by_key};
use zenml_codegen::files;

/// Booleans that have no neutral value: both select items. A trigger of an older server may be active or not.
const SELECTS: [(&str, &str); 1] = [("GET /api/v1/triggers", "active")];

#[test]
fn a_boolean_that_an_older_server_ignores_has_a_value_that_means_the_same() {
    let (document, availability) = workspace();
    let declared = operations_by_key(&document);
    for route in routes(&document, &availability) {
        let key = format!("{} {}", route.method, route.path);
        let parameters = declared
            .get(&key)
            .and_then(|found| found.operation.get("parameters"));
        for rule in &route.rules {
            let Subject::Parameter(name, None) = &rule.subject else {
                continue;
            };
            let mut parameters = parameters.and_then(Value::as_array).into_iter().flatten();
            let parameter = parameters.find(|parameter| parameter["name"] == **name);
            let is_boolean =
                parameter.is_some_and(|it| it["schema"].to_string().contains("boolean"));
            assert!(
                !is_boolean || SELECTS.contains(&(key.as_str(), name.as_str())),
                "{key}: note in specs/overlays/workspace/older-servers.json which value of `{name}` has \
                 the effect of a server that ignores it",
            );
        }
    }
}

#[test]
fn a_field_has_a_rule_for_each_place_in_the_body() {
    let (document, availability) = workspace();
    let routes = routes(&document, &availability);
    let runs = position(
        &routes,
        "post",
        "/api/v1/pipeline_snapshots/{snapshot_id}/runs",
    )
    .unwrap();
    let fields = routes
        .get(runs)
        .unwrap()
        .rules
        .iter()
        .filter_map(|rule| match &rule.subject {
            Subject::Field(places, _) => Some(places.iter().map(ToString::to_string).collect()),
            _ => None,
        });
    let fields: Vec<Vec<String>> = fields.collect();
    let expected = ["run_configuration", "run_configuration.steps{}"]
        .map(|holder| format!("{holder}.cache_policy.expires_after"));
    assert!(fields.contains(&expected.to_vec()), "{fields:?}");
}

#[test]
fn no_rule_is_needed_for_a_header_or_a_form() {
    let (document, availability) = workspace();
    let declared = operations_by_key(&document);
    for (key, facts) in &availability.operations {
        assert!(
            facts.header.is_empty(),
            "{key}: supported servers differ in a header; the client does not check headers yet",
        );
        let body = declared.get(key).and_then(|found| {
            let body = found.operation.get("requestBody")?;
            body.get("content")?
                .get("application/json")
                .is_none()
                .then_some(body)
        });
        assert!(
            body.is_none() || facts.request.is_empty(),
            "{key}: supported servers differ in a field of a form; the client checks only JSON yet",
        );
    }
}

fn workspace() -> (Value, Availability) {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs");
    let files = files::load(&specs, "workspace", None).unwrap();
    (files.document().unwrap(), files.availability.unwrap())
}
