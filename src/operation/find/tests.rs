//! Which item is the only or the first one, and what is requested to find out?

use super::*;
use crate::testing::{READ, TestServer, json, response};

const PAGES: ListForm = ListForm::PAGES;
const LIMITED: ListForm = ListForm {
    is_paged: false,
    limit: Some("limit"),
};
const WHOLE: ListForm = ListForm {
    is_paged: false,
    limit: None,
};

fn call(server: &TestServer) -> Call {
    Call::new(&server.transport(), &READ)
}

fn page_of(total: u64, items: &Value) -> Vec<u8> {
    json(&format!(
        r#"{{"index":1,"max_size":4,"total_pages":1,"total":{total},"items":{items}}}"#
    ))
}

fn named(names: &[&str]) -> Value {
    names
        .iter()
        .map(|name| serde_json::json!({ "name": name }))
        .collect()
}

async fn error_of(response: Vec<u8>, form: ListForm) -> Error {
    let server = TestServer::always(response).await;
    call(&server).one::<Value>(form).await.unwrap_err()
}

#[tokio::test]
async fn the_only_item_is_returned_in_each_form_of_list() {
    let only = named(&["a"]);
    for (form, response, query) in [
        (PAGES, page_of(1, &only), "?name=a&size=4"),
        (LIMITED, json(&only.to_string()), "?name=a&limit=4"),
        (WHOLE, json(&only.to_string()), "?name=a"),
    ] {
        let server = TestServer::always(response).await;
        let call = call(&server).query("name", "a").query("page", 7);
        let item = call.query("offset", 5).one::<Value>(form).await.unwrap();
        assert_eq!(item, only[0]);
        assert_eq!(server.only().line, format!("GET /api/v1/a{query}"));
    }
}

#[tokio::test]
async fn no_item_is_an_error_with_the_operation_and_the_request() {
    let error = error_of(page_of(0, &named(&[])), PAGES).await;
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::NotFound, Some("read"))
    );
    assert!(error.request_id().is_some(), "{error}");
}

#[tokio::test]
async fn several_items_are_an_error_that_names_the_first_few() {
    let four = named(&["a", "b", "c", "d"]);
    let five = named(&["a", "b", "c", "d", "e"]);
    for (form, response, shown) in [
        (PAGES, page_of(2, &named(&["a", "b"])), r#""a", "b""#),
        (PAGES, page_of(9, &four), r#""a", "b", "c", "d" and 5 more"#),
        (
            LIMITED,
            json(&named(&["a", "b"]).to_string()),
            r#""a", "b""#,
        ),
        (
            LIMITED,
            json(&four.to_string()),
            r#""a", "b", "c", "d" and possibly more"#,
        ),
        (WHOLE, json(&four.to_string()), r#""a", "b", "c", "d""#),
        (
            WHOLE,
            json(&five.to_string()),
            r#""a", "b", "c", "d" and 1 more"#,
        ),
    ] {
        let error = error_of(response, form).await;
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.message(), format!("several items match: {shown}"));
    }
}

#[tokio::test]
async fn items_without_a_name_are_named_by_their_id_or_value_in_short() {
    let long = "x".repeat(1_000);
    let items = serde_json::json!([{"id": 1}, {"id": "i", "name": null}, "s", {"name": long}]);
    let error = error_of(json(&items.to_string()), WHOLE).await;
    let short = "x".repeat(NAME_LENGTH);
    assert_eq!(
        error.message(),
        format!(r#"several items match: "?", "i", "s", "{short}""#)
    );
}

#[tokio::test]
async fn items_that_share_their_name_are_named_by_their_ids() {
    let items = serde_json::json!([
        {"id": "i", "name": "a"}, {"id": "j", "name": "a"}, {"id": "k", "name": "b"}, {"name": "a"},
    ]);
    let error = error_of(json(&items.to_string()), WHOLE).await;
    assert_eq!(
        error.message(),
        r#"several items match: "i", "j", "b", "a""#
    );
}

#[tokio::test]
async fn several_items_are_named_whatever_numbers_the_page_contains() {
    let error = error_of(json(r#"[{"name":"a","n":1e400},{"name":"b"}]"#), WHOLE).await;
    assert_eq!(error.message(), r#"several items match: "a", "b""#);
}

#[tokio::test]
async fn one_item_of_several_is_not_the_only_one() {
    let error = error_of(page_of(5, &named(&["a"])), PAGES).await;
    assert_eq!(error.message(), r#"several items match: "a" and 4 more"#);
}

#[tokio::test]
async fn the_first_item_is_requested_alone() {
    for (form, response, query) in [
        (PAGES, page_of(9, &named(&["a"])), "?sort_by=name&size=1"),
        (LIMITED, json(r#"[{"name":"a"}]"#), "?sort_by=name&limit=1"),
        (
            WHOLE,
            json(r#"[{"name":"a"},{"name":"b"}]"#),
            "?sort_by=name",
        ),
    ] {
        let server = TestServer::always(response).await;
        let call = call(&server).query("sort_by", "name").query("size", 50);
        let first = call.first::<Value>(form).await.unwrap();
        assert_eq!(first, Some(named(&["a"])[0].clone()));
        assert_eq!(server.only().line, format!("GET /api/v1/a{query}"));
    }
    let server = TestServer::always(json("[]")).await;
    assert_eq!(call(&server).first::<Value>(WHOLE).await.unwrap(), None);
}

#[tokio::test]
async fn items_are_counted_by_the_total_of_one_small_page() {
    let server = TestServer::always(page_of(5_000, &named(&["a"]))).await;
    assert_eq!(call(&server).count(PAGES).await.unwrap(), 5_000);
    assert_eq!(server.only().line, "GET /api/v1/a?size=1");
}

#[tokio::test]
async fn an_item_that_does_not_match_its_type_is_an_error() {
    let server = TestServer::always(json(r#"["a"]"#)).await;
    let error = call(&server).one::<u8>(WHOLE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let error = call(&server).first::<u8>(WHOLE).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
}

#[tokio::test]
async fn a_failed_request_is_its_own_error() {
    let refused = response(403, "", r#"{"detail":"no"}"#);
    assert_eq!(error_of(refused, PAGES).await.kind(), ErrorKind::Forbidden);
}
