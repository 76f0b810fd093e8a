//! Which pages does a stream request ahead?

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::testing::{READ, builder, json};

/// Items on each page.
const SIZE: u64 = 2;

/// A list of `pages` pages. The server responds to the first page at once, and to further ones when
/// it has `group` requests, in reverse order: a client with fewer requests in flight waits forever.
async fn start(pages: u64, group: usize) -> (Call, Arc<Mutex<Vec<u64>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let requested = Arc::new(Mutex::new(Vec::new()));
    let log = requested.clone();
    tokio::spawn(async move {
        let mut waiting = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                stream.read_buf(&mut head).await.unwrap();
            }
            let head = String::from_utf8(head).unwrap();
            let (_, number) = head.split_once("page=").unwrap();
            let number: u64 = number.split('&').next().unwrap().parse().unwrap();
            log.lock().unwrap().push(number);
            waiting.push((number, stream));
            if number > 1 && waiting.len() < group {
                continue;
            }
            waiting.sort_by_key(|(number, _)| *number);
            while let Some((number, mut stream)) = waiting.pop() {
                let first = (number - 1) * SIZE;
                let body = format!(
                    r#"{{"index":{number},"max_size":{SIZE},"total_pages":{pages},"total":{},"items":[{},{}]}}"#,
                    pages * SIZE,
                    first,
                    first + 1
                );
                stream.write_all(&json(&body)).await.unwrap();
                stream.shutdown().await.unwrap();
            }
        }
    });
    let transport = builder(&url).build().unwrap().0;
    (Call::new(&transport, &READ).query("size", SIZE), requested)
}

/// Guards against waiting forever.
async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future)
        .await
        .expect("the client has too few requests in flight")
}

#[tokio::test]
async fn pages_are_requested_concurrently_and_returned_in_order() {
    let (list, requested) = start(17, 8).await;
    let items = list.paged_items::<u64>().prefetch(8);
    let items: Vec<u64> = in_time(items.try_collect()).await.unwrap();
    assert_eq!(items, (0..34).collect::<Vec<_>>());
    let mut requested = requested.lock().unwrap().clone();
    requested.sort_unstable();
    assert_eq!(requested, (1..=17).collect::<Vec<_>>(), "each page once");
}

#[tokio::test]
async fn no_more_pages_are_in_flight_than_prefetch_allows() {
    let (list, _) = start(5, 2).await;
    let mut items = list.paged_items::<u64>().prefetch(2);
    for item in 0..SIZE * 5 {
        assert_eq!(in_time(items.next()).await.unwrap().unwrap(), item);
        let in_flight = [2, 2, 2, 1, 0][(item / SIZE) as usize];
        let shown = format!("{items:?}");
        assert!(
            shown.contains(&format!("in_flight: {in_flight}")),
            "{shown}"
        );
    }
    assert!(items.next().await.is_none());
}

#[tokio::test]
async fn only_pages_with_items_that_are_wanted_are_requested_ahead() {
    let (list, requested) = start(17, 2).await;
    let items = list.paged_items::<u64>().prefetch(8).max_items(5);
    let items: Vec<u64> = in_time(items.try_collect()).await.unwrap();
    assert_eq!(items, [0, 1, 2, 3, 4]);
    assert_eq!(*requested.lock().unwrap(), [1, 2, 3]);
}
