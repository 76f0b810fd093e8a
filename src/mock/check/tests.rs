//! Requests of the Workspace API that the document does not allow, and some that it allows.

use serde_json::{Value, json};

use super::{Request, check};
use crate::mock::workspace::REQUESTS;

const RUN: &str = "/api/v1/runs/5f34ece2-e149-474b-a1ac-27c12929b912";
const JSON: Option<&str> = Some("application/json");
const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

fn send(line: &str, content_type: Option<&str>, body: &[u8]) -> Vec<String> {
    let (method, target) = line.split_once(' ').unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query = url::form_urlencoded::parse(query.as_bytes());
    let request = Request {
        method,
        path,
        query: &query.into_owned().collect::<Vec<_>>(),
        content_type,
        body,
    };
    check(&REQUESTS, &request).err().unwrap_or_default()
}

fn get(target: &str) -> Vec<String> {
    send(&format!("GET {target}"), None, b"")
}

fn json(line: &str, body: Value) -> Vec<String> {
    send(line, JSON, body.to_string().as_bytes())
}

/// Declares a test for each wrong request. All its problems are listed.
macro_rules! refused {
    ($($name:ident: $request:expr => [$($problem:literal),+];)+) => { $(
        #[test]
        fn $name() {
            assert_eq!($request, [$($problem),+]);
        }
    )+ };
}

refused! {
    an_unknown_path: get("/api/v1/rnus") => [
        "no operation has the path `/api/v1/rnus`; the nearest is `/api/v1/runs`"
    ];
    an_unknown_part_of_a_path: get(&format!("{RUN}/step")) => [
        "no operation has the path `/api/v1/runs/5f34ece2-e149-474b-a1ac-27c12929b912/step`; \
         the nearest is `/api/v1/runs/{run_id}/steps`"
    ];
    another_method: send(&format!("PATCH {RUN}"), None, b"") => [
        "PATCH is not a method of `/api/v1/runs/5f34ece2-e149-474b-a1ac-27c12929b912`, which has \
         DELETE, GET, PUT"
    ];
    an_id_that_is_not_a_uuid: get("/api/v1/runs/nightly") => [
        "path parameter `run_id` is `nightly`, but must be a UUID"
    ];
    an_unknown_parameter: get("/api/v1/runs?hydrat=true") => [
        "query parameter `hydrat` is unknown; the nearest is `hydrate`"
    ];
    a_missing_parameter: send("DELETE /api/v1/schedules/5f34ece2-e149-474b-a1ac-27c12929b912", None, b"") => [
        "query parameter `soft` is required, but is missing"
    ];
    a_parameter_that_is_not_a_boolean: get("/api/v1/runs?hydrate=perhaps") => [
        "query parameter `hydrate` is `perhaps`, but must be true or false"
    ];
    a_parameter_that_is_not_a_number: get("/api/v1/runs?size=ten") => [
        "query parameter `size` is `ten`, but must be a number without a fraction"
    ];
    a_parameter_that_is_not_a_uuid: get("/api/v1/runs?scope_user=ada") => [
        "query parameter `scope_user` is `ada`, but must be a UUID"
    ];
    a_parameter_that_is_not_in_its_enum: get("/api/v1/runs?logical_operator=xor") => [
        "query parameter `logical_operator` is `xor`, but must be one of `and`, `or`"
    ];
    a_parameter_that_is_given_twice: get("/api/v1/runs?page=1&page=2") => [
        "query parameter `page` is given 2 times, but has one value"
    ];
    a_page_that_no_list_has: get("/api/v1/runs?page=0&size=10001") => [
        "query parameter `page` is `0`, but must be at least 1",
        "query parameter `size` is `10001`, but must be from 1 to 10000"
    ];
    a_number_that_is_its_exclusive_limit: get("/api/v1/logs/5f34ece2-e149-474b-a1ac-27c12929b912/entries?limit=0") => [
        "query parameter `limit` is `0`, but must be more than 0"
    ];
    numbers_in_a_body_beyond_their_limits: json(
        "POST /api/v1/runs/statistics",
        json!({"filter": {"page": 0}, "max_groups": 10_001})
    ) => [
        "$.filter.page is out of range: it must be at least 1",
        "$.max_groups is out of range: it must be more than 0 and at most 10000"
    ];
    several_mistakes_at_once: get("/api/v1/runs?page=x&siz=1") => [
        "query parameter `page` is `x`, but must be a number without a fraction",
        "query parameter `siz` is unknown; the nearest is `size`"
    ];
    a_body_where_there_is_none: send("GET /api/v1/runs", JSON, b"{}") => [
        "the request has a body, but the operation has none"
    ];
    no_body: send("POST /api/v1/tags", None, b"") => ["the body is required, but is missing"];
    a_body_that_is_not_json: send("POST /api/v1/tags", JSON, b"{\"name\": ") => [
        "the body is not JSON: EOF while parsing a value at line 1 column 9"
    ];
    a_body_of_another_type: send("POST /api/v1/tags", FORM, b"name=prod") => [
        "the body is of type `application/x-www-form-urlencoded`, but must be of type \
         `application/json`"
    ];
    a_missing_field: json("POST /api/v1/tags", json!({"color": "red"})) => [
        "$ lacks the required field `name`"
    ];
    an_unknown_field: json("POST /api/v1/tags", json!({"name": "prod", "colour": "red"})) => [
        "$ has the unknown field `colour`; the nearest is `color`"
    ];
    a_field_of_another_type: json("POST /api/v1/tags", json!({"name": 5, "exclusive": null})) => [
        "$.exclusive is null, but must be true or false",
        "$.name is a number, but must be text"
    ];
    a_value_that_is_not_in_its_enum: json("POST /api/v1/tags", json!({"name": "prod", "color": "rad"})) => [
        "$.color is `rad`, which is not one of its 11 values; the nearest is `red`"
    ];
    a_wrong_value_deep_inside: json(
        "POST /api/v1/stacks",
        json!({"name": "prod", "components": {"orchestrator": [{"flavor": 5}]}})
    ) => ["$.components.orchestrator[0].flavor is a number, but must be text"];
    an_id_in_a_body_that_is_not_a_uuid: json(
        "PUT /api/v1/stacks/5f34ece2-e149-474b-a1ac-27c12929b912",
        json!({"components": {"artifact store": ["s3"]}})
    ) => ["$.components[\"artifact store\"][0] is text, but must be a UUID"];
    a_tag_that_is_unknown: json("POST /api/v1/triggers", json!({"type": "tide", "name": "t"})) => [
        "$.type is `tide`, but must be one of `schedule`, `platform_event`, `webhook`"
    ];
    an_object_without_its_tag: json("POST /api/v1/triggers", json!({"name": "t"})) => [
        "$.type is required, because it selects the type of $"
    ];
    an_unknown_form_field: send("POST /api/v1/login", FORM, b"grant_typ=password") => [
        "form field `grant_typ` is unknown; the nearest is `grant_type`"
    ];
    a_wrong_form_field: send("POST /api/v1/device_authorization", FORM, b"client_id=me") => [
        "form field `client_id` is `me`, but must be a UUID"
    ];
    a_missing_form_field: send("POST /api/v1/device_authorization", FORM, b"client=") => [
        "form field `client` is unknown; the nearest is `client_id`",
        "form field `client_id` is required, but is missing"
    ];
}

#[test]
fn a_filter_may_have_operators_and_be_repeated() {
    let filters = "created=gte:2026-01-02&name=startswith:a&name=endswith:b&index=gt:5";
    assert_eq!(
        get(&format!("/api/v1/runs?{filters}&hydrate=True")),
        [""; 0]
    );
}

#[test]
fn free_form_fields_may_have_any_json_and_nullable_ones_may_be_null() {
    let stack = json!({
        "name": "prod",
        "components": {},
        "labels": {"a": [1, null]},
        "environment": null,
    });
    assert_eq!(json("POST /api/v1/stacks", stack), [""; 0]);
}

#[test]
fn a_constant_that_the_server_knows_may_be_missing() {
    let trigger = json!({
        "type": "platform_event",
        "name": "after training",
        "project": "5f34ece2-e149-474b-a1ac-27c12929b912",
        "source_entity": {"id": "5f34ece2-e149-474b-a1ac-27c12929b912", "type": "pipeline_run"},
        "target_events": ["completed"],
    });
    assert_eq!(json("POST /api/v1/triggers", trigger), [""; 0]);
}

#[test]
fn a_text_that_the_document_allows_beside_an_enum_may_be_any() {
    let line = "PUT /api/v1/model_versions/5f34ece2-e149-474b-a1ac-27c12929b912";
    assert_eq!(json(line, json!({"stage": "canary"})), [""; 0]);
}

#[test]
fn a_form_may_lack_fields_that_are_not_required() {
    assert_eq!(send("POST /api/v1/login", FORM, b"username=ada"), [""; 0]);
    assert_eq!(send("POST /api/v1/login", None, b""), [""; 0]);
}

#[test]
fn a_fixed_path_has_precedence_over_one_with_a_parameter() {
    let statistics = json("POST /api/v1/runs/statistics", json!({"nam": "a"}));
    assert!(
        statistics.iter().all(|problem| problem.starts_with('$')),
        "{statistics:?}"
    );
}

#[test]
fn a_long_value_is_not_quoted_in_full() {
    let problems = get(&format!("/api/v1/runs?scope_user={}", "x".repeat(5_000)));
    assert!(problems[0].len() < 200, "{problems:?}");
}
