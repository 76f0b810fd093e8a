//! How much of a response cannot be read if one item does not match its type?

use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::*;
use crate::operation::find::ListForm;
use crate::testing::{READ, TestServer, json as ok};
use crate::transport::context::CallContext;
use crate::{Call, List, Page, Secret};

fn page(items: &str) -> String {
    format!(r#"{{"index":1,"max_size":20,"total_pages":1,"total":3,"items":{items},"cursor":"x"}}"#)
}

async fn list<L: ItemList>(body: &str) -> Result<Response<L>> {
    let server = TestServer::always(ok(body)).await;
    Call::new(&server.transport(), &READ).send_list().await
}

#[tokio::test]
async fn an_item_that_does_not_match_is_kept_beside_the_others() {
    let body = page(r#"["a",{"n":[5]},"c"]"#);
    let page = list::<Page<String>>(&body).await.unwrap();
    assert_eq!(page.items, ["a", "c"]);
    assert_eq!(page.total, 3);
    assert_eq!(page.unknown_fields["cursor"], "x");
    let [rejected] = &*page.rejected else {
        panic!("{:?}", page.rejected);
    };
    assert_eq!(rejected.position, 1);
    assert_eq!(rejected.json["n"], json!([5]));
    assert_eq!(rejected.error.kind(), ErrorKind::Decode);
    assert_eq!(rejected.error.body().unwrap(), r#"{"n":[5]}"#);
    let text = "read: unexpected response (200): expected String: invalid type: map, \
                expected a string (at $.items[1]) [request ";
    assert!(rejected.error.to_string().starts_with(text), "{rejected:?}");
}

#[tokio::test]
async fn a_list_without_a_page_keeps_rejected_items_too() {
    let list = list::<List<u8>>("[1,300,2]").await.unwrap();
    assert_eq!(**list, [1, 2]);
    assert_eq!(list.rejected[0].position, 1);
    let error = &list.rejected[0].error;
    assert!(error.message().ends_with("(at $[1])"), "{error}");
}

/// Starts a server of a version that sends this body to all requests but that for its version.
async fn server_of(version: &'static str, body: &str) -> TestServer {
    let body = body.to_owned();
    TestServer::start(move |request| match &*request.line {
        "GET /api/v1/info" => ok(&format!(r#"{{"version":"{version}"}}"#)),
        _ => ok(&body),
    })
    .await
}

#[tokio::test]
async fn the_errors_of_rejected_items_say_that_the_server_has_another_version() {
    let body = page(r#"[5,"a",{}]"#);
    for (version, expected) in [
        ("0.85.0", Some("which this client does not support")),
        ("0.92.0", Some("older than 0.98.0, which this client was")),
        ("0.98.0", None),
        ("0.99.0", Some("newer than 0.98.0, which this client was")),
    ] {
        let server = server_of(version, &body).await;
        let call = Call::new(&server.transport(), &READ);
        let page = call.send_list::<Page<String>>().await.unwrap().into_inner();
        assert_eq!(page.rejected.len(), 2);
        for item in &page.rejected {
            let hint = item.error.hint();
            assert_eq!(hint.is_some(), expected.is_some(), "{version}: {hint:?}");
            assert!(
                hint.unwrap_or_default()
                    .contains(expected.unwrap_or_default())
            );
        }
        let error = page.into_complete().unwrap_err();
        assert_eq!(error.hint().is_some(), expected.is_some(), "{error}");
        // The version is requested once for all items.
        assert_eq!(server.received().len(), 2);
    }
}

#[tokio::test]
async fn the_items_of_a_stream_and_of_a_search_say_it_too() {
    const FORM: ListForm = ListForm {
        is_paged: true,
        limit: Some("size"),
    };
    let server = server_of("0.92.0", &page("[5]").replace("3,", "1,")).await;
    let call = Call::new(&server.transport(), &READ);
    let in_stream = call.clone().paged_items::<String>().next().await.unwrap();
    let only = call.clone().one::<String>(FORM).await;
    let first = call.clone().first::<String>(FORM).await;
    for error in [
        in_stream.unwrap_err(),
        only.unwrap_err(),
        first.unwrap_err(),
    ] {
        let hint = error.hint().unwrap_or_default();
        assert!(hint.contains("older than 0.98.0"), "{error}");
    }
    assert_eq!(server.received().len(), 4);
}

#[tokio::test]
async fn the_version_is_not_requested_for_items_that_match() {
    let server = server_of("0.92.0", &page(r#"["a"]"#)).await;
    let call = Call::new(&server.transport(), &READ);
    call.send_list::<Page<String>>().await.unwrap();
    server.only();
}

#[tokio::test]
async fn a_list_is_written_back_with_its_rejected_items() {
    let body = page(r#"[null,"a",1e400,"b"]"#);
    let written = list::<Page<String>>(&body).await.unwrap().into_inner();
    assert_eq!(serde_json::to_string(&written).unwrap(), body);
    let body = r#"[true,"a"]"#;
    let written = list::<List<String>>(body).await.unwrap().into_inner();
    assert_eq!(serde_json::to_string(&written).unwrap(), body);
}

#[tokio::test]
async fn a_list_of_another_shape_is_an_error() {
    for body in [
        r#"{"index":"1","max_size":20,"total_pages":1,"total":1,"items":["a"]}"#,
        r#"{"index":1,"max_size":20,"total_pages":1,"total":1,"items":{}}"#,
        r#"["a""#,
    ] {
        let error = list::<Page<String>>(body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.body().unwrap(), body);
    }
}

#[tokio::test]
async fn all_items_or_an_error() {
    let complete = list::<List<u8>>("[1,2]").await.unwrap().into_inner();
    assert_eq!(complete.into_complete().unwrap(), [1, 2]);
    let error = list::<Page<u8>>(&page(r#"[1,"x","y"]"#)).await.unwrap();
    let error = error.into_inner().into_complete().unwrap_err();
    assert!(error.message().contains("$.items[1]"), "{error}");
}

#[tokio::test]
async fn neither_debug_nor_display_shows_what_came() {
    let list = list::<List<u8>>(r#"["hunter2"]"#).await.unwrap();
    let shown = format!("{list:?} {} {:?}", list.rejected[0].error, list.rejected[0]);
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_secret_of_the_request_is_not_in_the_error_of_an_item() {
    let mut context = CallContext::new("list".into());
    context.secrets = vec![Secret::from("hunter2-token")];
    let response = RawResponse {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: r#"[{"hunter2-token":[]}]"#.into(),
        context,
        transport: None,
    };
    type Items = List<std::collections::BTreeMap<String, String>>;
    let list = ItemByItem::<Items>::decode(response).unwrap();
    let error = &list.rejected[0].error;
    assert!(error.message().contains("[redacted]"), "{error}");
}

#[test]
fn type_names_are_shortened() {
    for (name, short_name) in [
        (
            "zenml::page::Page<zenml::workspace::types::Tag>",
            "Page<Tag>",
        ),
        ("alloc::vec::Vec<alloc::string::String>", "Vec<String>"),
        ("(u8, core::option::Option<a::B>)", "(u8, Option<B>)"),
        ("()", "()"),
    ] {
        assert_eq!(short(name), short_name);
    }
}
