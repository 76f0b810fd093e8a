//! Checks which removed and added names count as a probable rename.

#![allow(
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use serde_json::{Value, json};
use zenml_api_diff::{Change, Kind, compare};

/// Returns a document with one list operation for each list of query parameters.
fn document(operations: &[&[&str]]) -> Value {
    let operation = |(index, names): (usize, &&[&str])| {
        let parameter = |name: &&str| json!({"name": name, "in": "query", "schema": {"type": "string", "format": "uuid"}});
        let parameters: Vec<Value> = names.iter().map(parameter).collect();
        let operation = json!({
            "operationId": format!("list_{index}"),
            "parameters": parameters,
            "responses": {"204": {"description": ""}},
        });
        (format!("/list/{index}"), json!({ "get": operation }))
    };
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Renames", "version": "1"},
        "paths": operations.iter().enumerate().map(operation).collect::<Value>(),
    })
}

/// Returns the renames of parameters between two documents.
fn renames(old: &[&[&str]], new: &[&[&str]]) -> Vec<String> {
    let report = compare(&document(old), &document(new));
    let renamed = report.changes.iter();
    let renamed = renamed.filter(|change| change.kind == Kind::ParameterRenamed);
    renamed.map(Change::line).collect()
}

#[test]
fn the_name_that_came_in_all_the_same_operations_is_preferred() {
    let renames = renames(
        &[&["deployment_id"], &["deployment_id"]],
        &[
            &["snapshot_id", "triggered_by_deployment_id"],
            &["snapshot_id"],
        ],
    );
    let line =
        "query parameter `deployment_id` was probably renamed: `deployment_id` → `snapshot_id`";
    assert_eq!(renames, [line, line]);
}

#[test]
fn a_name_that_contains_the_old_one_is_not_a_rename() {
    let renames = renames(&[&["deployment_id"]], &[&["triggered_by_deployment_id"]]);
    assert!(renames.is_empty(), "{renames:?}");
}

#[test]
fn two_candidates_in_all_the_same_operations_are_not_a_rename() {
    let renames = renames(
        &[&["deployment_id"], &["deployment_id"]],
        &[&["snapshot_id", "source_id"], &["snapshot_id", "source_id"]],
    );
    assert!(renames.is_empty(), "{renames:?}");
}

#[test]
fn another_spelling_in_one_operation_is_a_rename() {
    let renames = renames(&[&["deployment_id"]], &[&["deployments_id"]]);
    assert_eq!(renames.len(), 1);
}
