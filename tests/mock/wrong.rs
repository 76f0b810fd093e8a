//! A request that the API does not allow fails the test, even if the test expects it.

use serde_json::{Value, json};
use zenml::mock::Server;
use zenml::workspace::types::{ExecutionStatus, TagResponse};
use zenml::{ErrorKind, Method, RawRequest, WorkspaceClient};

use crate::{ID, problems, run};

/// Sends a request that the test expects, and returns what is wrong with it.
async fn refused(request: impl Fn(&WorkspaceClient) -> RawRequest) -> String {
    let server = Server::start().await;
    let client = server.workspace_client();
    server.expect(request(&client)).returns(Value::Null);
    let error = request(&client).send::<Value>().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (ErrorKind::Unsupported, 1)
    );
    let problems = problems(&server);
    assert!(problems.contains("wrong request: "), "{problems}");
    problems
        .lines()
        .skip(2)
        .map(str::trim)
        .collect::<Vec<_>>()
        .join("; ")
}

fn get(path: &str) -> impl Fn(&WorkspaceClient) -> RawRequest {
    move |client| client.request(Method::GET, format!("/api/v1{path}"))
}

fn post(path: &str, body: Value) -> impl Fn(&WorkspaceClient) -> RawRequest {
    move |client| {
        client
            .request(Method::POST, format!("/api/v1{path}"))
            .json(&body)
    }
}

/// Declares a test for each wrong request.
macro_rules! refused {
    ($($name:ident: $request:expr => $problem:literal;)+) => { $(
        #[tokio::test]
        async fn $name() {
            assert_eq!(refused($request).await, $problem);
        }
    )+ };
}

refused! {
    each_of_several_mistakes: post("/tags", json!({"name": true, "exclusive": 1})) =>
        "$.exclusive is a number, but must be true or false; $.name is a boolean, but must be text";
    an_id_that_is_not_a_uuid: get("/runs/nightly") =>
        "path parameter `run_id` is `nightly`, but must be a UUID";
    a_parameter_that_does_not_exist: get("/runs?statsu=failed") =>
        "query parameter `statsu` is unknown; the nearest is `status`";
    a_number_that_is_a_word: get("/runs?size=ten") =>
        "query parameter `size` is `ten`, but must be a number without a fraction";
    a_number_beyond_its_limits: get("/runs?size=10001") =>
        "query parameter `size` is `10001`, but must be from 1 to 10000";
    a_number_in_a_body_beyond_its_limits: post("/runs/statistics", json!({"filter": {"size": 0}})) =>
        "$.filter.size is out of range: it must be from 1 to 10000";
    a_boolean_that_is_a_word: get("/runs?hydrate=perhaps") =>
        "query parameter `hydrate` is `perhaps`, but must be true or false";
    a_field_that_does_not_exist: post("/tags", json!({"name": "gpu", "colour": "red"})) =>
        "$ has the unknown field `colour`; the nearest is `color`";
    a_required_field_that_is_missing: post("/tags", json!({})) =>
        "$ lacks the required field `name`";
    a_field_of_another_type: post("/tags", json!({"name": 5})) =>
        "$.name is a number, but must be text";
    a_parameter_with_several_values: get("/runs?size=1&size=2") =>
        "query parameter `size` is given 2 times, but has one value";
    a_body_that_is_missing: |client| client.request(Method::POST, "/api/v1/tags") =>
        "the body is required, but is missing";
    a_body_that_the_operation_does_not_have: post("/runs/5f34ece2-e149-474b-a1ac-27c12929b912/stop", json!({})) =>
        "the request has a body, but the operation has none";
    a_body_that_is_a_list: post("/tags", json!([])) =>
        "$ is a list, but must be an object";
    a_parameter_that_is_not_a_uuid: get("/runs?scope_user=ada") =>
        "query parameter `scope_user` is `ada`, but must be a UUID";
    a_parameter_that_is_not_in_its_enum: get("/runs?logical_operator=xor") =>
        "query parameter `logical_operator` is `xor`, but must be one of `and`, `or`";
    a_required_parameter_that_is_missing: |client| {
        client.request(Method::DELETE, format!("/api/v1/schedules/{ID}"))
    } => "query parameter `soft` is required, but is missing";
    a_value_that_is_not_in_its_enum: post("/tags", json!({"name": "prod", "color": "rad"})) =>
        "$.color is `rad`, which is not one of its 11 values; the nearest is `red`";
    a_wrong_value_deep_inside: post(
        "/stacks",
        json!({"name": "prod", "components": {"orchestrator": [{"flavor": 5}]}})
    ) => "$.components.orchestrator[0].flavor is a number, but must be text";
    an_id_in_a_body_that_is_not_a_uuid: post(
        "/stacks",
        json!({"name": "prod", "components": {"orchestrator": ["kubernetes"]}})
    ) => "$.components.orchestrator[0] is text, but must be a UUID";
    a_tag_that_is_unknown: post("/triggers", json!({"type": "tide", "name": "t"})) =>
        "$.type is `tide`, but must be one of `schedule`, `platform_event`, `webhook`";
    an_object_without_its_tag: post("/triggers", json!({"name": "t"})) =>
        "$.type is required, because it selects the type of $";
}

#[tokio::test]
async fn a_login_that_the_api_does_not_allow_is_wrong_without_an_expectation() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let login = client.request(Method::POST, "/api/v1/login?user=ada");
    login.send::<Value>().await.unwrap_err();
    let problems = problems(&server);
    assert!(
        problems.contains("query parameter `user` is unknown"),
        "{problems}"
    );
}

#[tokio::test]
async fn a_path_that_the_document_lacks_may_be_expected() {
    let server = Server::start().await;
    let client = server.workspace_client();
    let request = || {
        client
            .request(Method::GET, "/api/v1/of_tomorrow")
            .query("x", 1)
    };
    server.expect(request()).returns(json!(5));
    assert_eq!(request().send::<u8>().await.unwrap().into_inner(), 5);
}

#[tokio::test]
async fn what_the_builders_send_is_allowed() {
    let server = Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.create_tag())
        .returns(TagResponse::sample());
    let tag = zenml::workspace::types::TagRequest::new("gpu").exclusive(true);
    client.create_tag().body(tag).send().await.unwrap();
    server
        .expect(client.get_run().run_id(ID))
        .returns(run(ExecutionStatus::Failed));
    client.get_run().run_id(ID).send().await.unwrap();
}
