//! Which part of a response does an item that does not match its type take with it?

use serde_json::json;

use super::*;
use crate::testing::{READ, TestServer, json as ok};
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
