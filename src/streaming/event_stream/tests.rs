//! Event streams over a real connection.

use std::time::Duration;

use crate::testing::{READ, TestServer, json, response};
use crate::{Call, ErrorKind, EventStream};

async fn events(body: &str) -> EventStream {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n";
    let length = body.len() + 50 * usize::from(body.ends_with("cut"));
    let server = TestServer::always(format!("{head}content-length: {length}\r\n\r\n{body}")).await;
    let events = Call::new(&server.transport(), &READ)
        .events()
        .await
        .unwrap();
    assert_eq!(server.only().header("accept"), Some("text/event-stream"));
    // One connection; `reconnect_tests` has several.
    events.into_inner().give_up_after(Duration::ZERO)
}

#[tokio::test]
async fn the_position_follows_the_events_that_the_caller_has_seen() {
    let mut events = events("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\n\nretry: 9\n").await;
    assert_eq!(events.last_event_id(), None);
    assert_eq!(events.next().await.unwrap().unwrap().data, "a");
    assert_eq!(events.last_event_id(), Some("1"));
    assert_eq!(events.next().await.unwrap().unwrap().data, "b");
    assert!(events.next().await.is_none());
    assert_eq!(events.last_event_id(), Some("3"));
    assert_eq!(events.reconnection_time(), Some(Duration::from_millis(9)));
}

#[tokio::test]
async fn a_broken_stream_returns_complete_events_then_the_error_then_ends() {
    let mut events = events("id: 1\ndata: a\n\nid: 2\ndata: cut").await;
    assert_eq!(events.next().await.unwrap().unwrap().data, "a");
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted);
    assert_eq!(events.last_event_id(), Some("1"));
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn a_response_that_is_not_an_event_stream_is_an_error() {
    let server = TestServer::always(json("{}")).await;
    let error = Call::new(&server.transport(), &READ)
        .events()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(
        error.message(),
        "expected an event stream, got application/json"
    );
}

#[tokio::test]
async fn the_media_type_of_an_event_stream_may_have_any_case_and_parameters() {
    let header = "content-type: Text/Event-Stream; charset=utf-8\r\n";
    let server = TestServer::always(response(200, header, "data: a\n\n")).await;
    let events = Call::new(&server.transport(), &READ).events().await;
    let event = events.unwrap().into_inner().next().await;
    assert_eq!(event.unwrap().unwrap().data, "a");
}
