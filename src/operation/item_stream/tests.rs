use super::*;
use crate::ErrorKind;
use crate::testing::{READ, TestServer, json, response};

fn call(server: &TestServer) -> Call {
    Call::new(&server.transport(), &READ)
}

fn lines(server: &TestServer) -> Vec<String> {
    let received = server.received().into_iter();
    let lines = received.map(|request| request.line.replace("GET /api/v1/a?", ""));
    lines.collect()
}

#[tokio::test]
async fn a_list_without_a_total_is_read_until_a_page_is_not_full() {
    let server = TestServer::sequence([json("[1,2]"), json("[3,4]"), json("[5]")]).await;
    let items = call(&server).query("limit", 2).items::<u8>();
    assert_eq!(items.collect().await.unwrap(), [1, 2, 3, 4, 5]);
    assert_eq!(
        lines(&server),
        ["offset=0&limit=2", "offset=2&limit=2", "offset=4&limit=2"]
    );
}

#[tokio::test]
async fn an_empty_page_ends_it_too_and_nothing_is_asked_after_that() {
    let server = TestServer::sequence([json("[1,2]"), json("[]")]).await;
    let mut items = call(&server).query("limit", 2).items::<u8>();
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    assert_eq!(server.received().len(), 1, "pages are fetched on demand");
    assert_eq!(items.next().await.unwrap().unwrap(), 2);
    assert!(items.next().await.is_none());
    assert!(items.next().await.is_none());
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn never_more_than_100_are_asked_for_at_once() {
    for (limit, asked) in [(None, 100), (Some(500), 100), (Some(0), 1), (Some(7), 7)] {
        let server = TestServer::always(json("[]")).await;
        let call = match limit {
            Some(limit) => call(&server).query("limit", limit),
            None => call(&server),
        };
        let items = call.query("offset", 30).items::<u8>();
        assert!(items.collect().await.unwrap().is_empty());
        assert_eq!(lines(&server), [format!("offset=30&limit={asked}")]);
    }
}

#[tokio::test]
async fn a_server_that_does_not_heed_the_offset_is_not_asked_forever() {
    let server = TestServer::always(json("[1,2]")).await;
    let items = call(&server).query("limit", 2).items::<u8>();
    assert_eq!(items.collect().await.unwrap(), [1, 2]);
}

fn page(index: u64, total_pages: u64, items: &str) -> Vec<u8> {
    json(&format!(
        r#"{{"index":{index},"max_size":2,"total_pages":{total_pages},"total":5,"items":{items}}}"#
    ))
}

#[tokio::test]
async fn a_list_with_pages_is_read_to_the_last_one() {
    let server = TestServer::sequence([page(1, 2, "[1,2]"), page(2, 2, "[3]")]).await;
    let call = call(&server).query("size", 2).query("name", "x");
    let items = call.paged_items::<u8>().collect().await.unwrap();
    assert_eq!(items, [1, 2, 3]);
    assert_eq!(
        lines(&server),
        ["name=x&page=1&size=2", "name=x&page=2&size=2"]
    );
}

#[tokio::test]
async fn a_list_without_pages_has_no_items() {
    let server = TestServer::always(page(1, 0, "[]")).await;
    let items = call(&server).paged_items::<u8>();
    assert!(items.collect().await.unwrap().is_empty());
    assert_eq!(lines(&server), ["page=1&size=100"]);
}

#[tokio::test]
async fn an_error_ends_the_stream_after_the_items_before_it() {
    let refused = response(403, "", r#"{"detail":"no"}"#);
    let server = TestServer::sequence([json("[1,2]"), refused]).await;
    let mut items = call(&server).query("limit", 2).items::<u8>();
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    assert_eq!(items.next().await.unwrap().unwrap(), 2);
    let error = items.next().await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Forbidden, Some("read"))
    );
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn items_that_are_something_else_are_an_error_that_says_where() {
    let server = TestServer::always(json(r#"[1,"x"]"#)).await;
    let error = call(&server).items::<u8>().collect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.message().contains("[1]"), "{error}");
}
