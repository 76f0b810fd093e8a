//! Which pages does a stream request, and how does it end?

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
async fn a_list_with_an_offset_ends_with_a_page_that_is_not_full() {
    let server = TestServer::sequence([json("[1,2]"), json("[3,4]"), json("[5]")]).await;
    let items = call(&server).query("limit", 2).items::<u8>();
    assert_eq!(
        items.try_collect::<Vec<_>>().await.unwrap(),
        [1, 2, 3, 4, 5]
    );
    assert_eq!(
        lines(&server),
        ["offset=0&limit=2", "offset=2&limit=2", "offset=4&limit=2"]
    );
}

#[tokio::test]
async fn an_empty_page_ends_the_stream_and_no_request_follows() {
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
async fn the_limit_of_a_request_is_between_1_and_100() {
    for (limit, sent) in [(None, 100), (Some(500), 100), (Some(0), 1), (Some(7), 7)] {
        let server = TestServer::always(json("[]")).await;
        let call = match limit {
            Some(limit) => call(&server).query("limit", limit),
            None => call(&server),
        };
        let items = call.query("offset", 30).items::<u8>();
        assert!(items.try_collect::<Vec<_>>().await.unwrap().is_empty());
        assert_eq!(lines(&server), [format!("offset=30&limit={sent}")]);
    }
}

#[tokio::test]
async fn a_list_that_ignores_the_offset_ends_the_stream() {
    let server = TestServer::always(json("[1,2]")).await;
    let items = call(&server).query("limit", 2).items::<u8>();
    assert_eq!(items.try_collect::<Vec<_>>().await.unwrap(), [1, 2]);
}

fn page(index: u64, total_pages: u64, items: &str) -> Vec<u8> {
    json(&format!(
        r#"{{"index":{index},"max_size":2,"total_pages":{total_pages},"total":5,"items":{items}}}"#
    ))
}

#[tokio::test]
async fn a_list_of_pages_is_read_to_the_last_page() {
    let server = TestServer::sequence([page(1, 2, "[1,2]"), page(2, 2, "[3]")]).await;
    let call = call(&server).query("size", 2).query("name", "x");
    let items = call
        .paged_items::<u8>()
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    assert_eq!(items, [1, 2, 3]);
    assert_eq!(
        lines(&server),
        ["name=x&page=1&size=2", "name=x&page=2&size=2"]
    );
}

#[tokio::test]
async fn a_list_of_no_pages_has_no_items() {
    let server = TestServer::always(page(1, 0, "[]")).await;
    let items = call(&server).paged_items::<u8>();
    assert!(items.try_collect::<Vec<_>>().await.unwrap().is_empty());
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
async fn an_item_of_another_type_is_an_error_in_its_place_and_the_stream_goes_on() {
    let pages = [json(r#"["a",1,"b","c",2]"#), json("[3]")];
    let server = TestServer::sequence(pages).await;
    let mut items = call(&server).query("limit", 5).items::<u8>();
    let mut seen = Vec::new();
    while let Some(item) = items.next().await {
        seen.push(item.map_err(|error| {
            assert_eq!(error.kind(), ErrorKind::Decode);
            let message = error.message();
            let (_, path) = message.rsplit_once("at ").unwrap();
            format!("{path} {}", String::from_utf8_lossy(error.body().unwrap()))
        }));
    }
    let rejected = |text: &str| Err(text.to_owned());
    assert_eq!(
        seen,
        [
            rejected(r#"$[0]) "a""#),
            Ok(1),
            rejected(r#"$[2]) "b""#),
            rejected(r#"$[3]) "c""#),
            Ok(2),
            Ok(3)
        ]
    );
    // The version may explain the errors.
    let requests = ["offset=0&limit=5", "GET /api/v1/info", "offset=5&limit=5"];
    assert_eq!(lines(&server), requests);
}

#[tokio::test]
async fn an_item_of_a_page_that_is_rejected_does_not_end_the_stream() {
    let server = TestServer::sequence([page(1, 2, r#"[1,null]"#), page(2, 2, "[3]")]).await;
    let mut items = call(&server).query("size", 2).paged_items::<u8>();
    assert_eq!(items.next().await.unwrap().unwrap(), 1);
    let error = items.next().await.unwrap().unwrap_err();
    assert!(error.message().ends_with("(at $.items[1])"), "{error}");
    assert_eq!(items.next().await.unwrap().unwrap(), 3);
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn the_error_of_a_page_names_it_and_another_stream_continues_there() {
    let failed = || response(500, "", r#"{"detail":"no"}"#);
    let pages = [
        page(1, 3, "[1,2]"),
        failed(),
        page(2, 3, "[3,4]"),
        page(3, 3, "[5]"),
    ];
    let server = TestServer::sequence(pages).await;
    let list = call(&server).query("size", 2);
    let mut items = list.clone().paged_items::<u8>();
    assert_eq!(items.position(), 0);
    items.next().await.unwrap().unwrap();
    assert_eq!(items.position(), 1);
    items.next().await.unwrap().unwrap();
    let error = items.next().await.unwrap().unwrap_err();
    let shown = error.to_string();
    assert!(
        shown.starts_with("read: server error (500), page 2 (size 2): no ["),
        "{shown}"
    );
    assert_eq!(error.message(), "no", "the message is the server's");
    assert_eq!(items.position(), 2);
    assert!(items.next().await.is_none());

    let rest = list.paged_items::<u8>().start_at(items.position());
    assert_eq!(rest.try_collect::<Vec<_>>().await.unwrap(), [3, 4, 5]);
    let lines = lines(&server);
    let numbers = ["page=1", "page=2", "page=2", "page=3"];
    assert_eq!(lines, numbers.map(|number| format!("{number}&size=2")));
}

#[tokio::test]
async fn the_error_of_a_list_with_an_offset_names_the_offset() {
    let pages = [
        json("[1,2]"),
        response(500, "", r#"{"detail":"no"}"#),
        json("[3]"),
    ];
    let server = TestServer::sequence(pages).await;
    let list = call(&server).query("limit", 2).query("offset", 10);
    let mut items = list.clone().items::<u8>();
    items.next().await.unwrap().unwrap();
    items.next().await.unwrap().unwrap();
    let error = items.next().await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains("items from offset 12: no"),
        "{error}"
    );
    let rest = list.items::<u8>().start_at(items.position());
    assert_eq!(rest.try_collect::<Vec<_>>().await.unwrap(), [3]);
    let offsets = [10, 12, 12].map(|offset| format!("limit=2&offset={offset}"));
    let mut lines = lines(&server);
    for line in &mut lines {
        let mut parts: Vec<_> = line.split('&').collect();
        parts.sort_unstable();
        *line = parts.join("&");
    }
    assert_eq!(lines, offsets);
}

#[tokio::test]
async fn a_stream_may_start_within_a_page() {
    let server = TestServer::sequence([page(2, 3, "[3,4]"), page(3, 3, "[5]")]).await;
    let items = call(&server).query("size", 2).paged_items::<u8>();
    let items = items.start_at(3).try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(items, [4, 5]);
    assert_eq!(lines(&server), ["page=2&size=2", "page=3&size=2"]);
}

#[tokio::test]
async fn max_items_ends_the_stream_and_requests_no_more_than_that() {
    for (size, max, expected, requests) in [
        (None, 0, vec![], vec![]),
        (None, 2, vec![1, 2], vec!["page=1&size=2"]),
        (Some(2), 1, vec![1], vec!["page=1&size=2"]),
        (Some(2), 2, vec![1, 2], vec!["page=1&size=2"]),
        (
            Some(2),
            3,
            vec![1, 2, 3],
            vec!["page=1&size=2", "page=2&size=2"],
        ),
    ] {
        let server = TestServer::sequence([page(1, 9, "[1,2]"), page(2, 9, "[3,4]")]).await;
        let items = call(&server).query_list("size", size).paged_items::<u8>();
        let items = items.max_items(max).prefetch(5);
        assert_eq!(items.try_collect::<Vec<_>>().await.unwrap(), expected);
        assert_eq!(lines(&server), requests);
    }
}

#[tokio::test]
async fn a_list_that_has_become_shorter_ends_the_stream() {
    let body = r#"{"detail":["ValueError","Invalid page 2. The requested page size is 2"]}"#;
    let server = TestServer::sequence([page(1, 2, "[1,2]"), response(400, "", body)]).await;
    let items = call(&server).query("size", 2).paged_items::<u8>();
    assert_eq!(items.try_collect::<Vec<_>>().await.unwrap(), [1, 2]);
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn max_items_counts_from_the_item_that_the_stream_starts_with() {
    for is_limited_first in [true, false] {
        let server = TestServer::start(|request| {
            let query = request.line.split_once('?').unwrap().1;
            let number = |name: &str| -> u64 {
                let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                let (_, number) = pairs.find(|(known, _)| *known == name).unwrap();
                number.parse().unwrap()
            };
            let (page, size) = (number("page"), number("size"));
            let items: Vec<_> = (0..9).skip(((page - 1) * size) as usize).collect();
            let items = &items[..items.len().min(size as usize)];
            self::page(page, 9_u64.div_ceil(size), &format!("{items:?}"))
        })
        .await;
        let items = call(&server).paged_items::<u8>();
        let items = if is_limited_first {
            items.max_items(3).start_at(5)
        } else {
            items.start_at(5).max_items(3)
        };
        let items = items.try_collect::<Vec<_>>().await.unwrap();
        assert_eq!(items, [5, 6, 7], "{is_limited_first}");
    }
}

#[tokio::test]
async fn a_cycle_of_pages_ends_the_stream_wherever_it_begins() {
    for (before, length) in [(1, 2), (3, 5), (20, 7)] {
        let server = TestServer::start(move |request| {
            let (_, number) = request.line.split_once("page=").unwrap();
            let number: u64 = number.split('&').next().unwrap().parse().unwrap();
            let index = number - 1;
            let shown = if index < before {
                index
            } else {
                before + (index - before) % length
            };
            page(number, u64::MAX, &format!("[{shown}]"))
        })
        .await;
        let items = call(&server).query("size", 1).paged_items::<u8>();
        let items = items.try_collect::<Vec<_>>().await.unwrap();
        let all = before + length;
        let count = items.len() as u64;
        assert!(
            (all..=4 * all).contains(&count),
            "{before} {length}: {count}"
        );
    }
}

#[tokio::test]
async fn a_server_that_repeats_items_on_pages_with_other_numbers_ends_the_stream() {
    let counting = |items: &'static [&'static str]| {
        TestServer::start(move |request| {
            let number = request.line.split(['=', '&']).nth(1).unwrap();
            let number: usize = number.parse().unwrap();
            page(number as u64, u64::MAX, items[(number - 1) % items.len()])
        })
    };
    for items in [&["[1,2]"][..], &["[1,2]", "[3,4]", "[5,6]"]] {
        let server = counting(items).await;
        let found = call(&server).query("size", 2).paged_items::<u8>();
        let found = found.try_collect::<Vec<_>>().await.unwrap();
        assert_eq!(found.len(), 2 * items.len());
        assert_eq!(server.received().len(), items.len() + 1);
    }
}

#[tokio::test]
async fn an_empty_or_repeated_page_ends_the_stream_whatever_the_number_of_pages() {
    for (items, expected, requests) in [("[]", vec![], 1), ("[1,2]", vec![1, 2], 2)] {
        let server = TestServer::always(page(1, u64::MAX, items)).await;
        let items = call(&server).paged_items::<u8>();
        assert_eq!(items.try_collect::<Vec<_>>().await.unwrap(), expected);
        assert_eq!(server.received().len(), requests);
    }
}
