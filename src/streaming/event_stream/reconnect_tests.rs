//! Does a broken event stream continue without losing or repeating an event?

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::runtime::Clock;
use crate::testing::{READ, ReceivedRequest, STALL, TestServer, builder, response};
use crate::{Call, Credentials};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n";
const END: &str = "event: end\ndata: end\n\n";

/// Returns the number of the event after which a request wants the stream.
fn position(request: &ReceivedRequest) -> usize {
    let position = request.header("last-event-id");
    position.map_or(0, |id| id.trim_end_matches("-0").parse().unwrap())
}

fn event(number: usize) -> String {
    format!("id: {number}-0\nevent: step\ndata: {number}\n\n")
}

/// Returns a response that the server ends properly.
fn closed(body: &str) -> Vec<u8> {
    format!("{HEAD}connection: close\r\n\r\n{body}").into_bytes()
}

async fn stream(server: &TestServer) -> EventStream {
    let call = Call::new(&server.transport(), &READ);
    call.events().await.unwrap().into_inner()
}

/// Reads a stream to its end, and returns the data of the events.
async fn data(mut events: EventStream) -> Vec<String> {
    let mut data = Vec::new();
    while let Some(event) = events.next().await {
        data.push(event.unwrap().data);
    }
    data
}

/// Sends events from a position on, cut at a random byte.
struct Cutter {
    random: fastrand::Rng,
    events: usize,
    cuts: usize,
}

impl Cutter {
    fn respond(&mut self, request: &ReceivedRequest) -> Vec<u8> {
        let random = &mut self.random;
        // A server may repeat events that it has sent.
        let first = position(request).saturating_sub(random.usize(0..3)) + 1;
        let mut body = String::from("retry: 1\n: ping\n\n");
        for number in first..=self.events {
            body.push_str(&event(number));
            if random.u8(..8) == 0 {
                body.push_str(": ping\n\n");
            }
        }
        body.push_str(END);
        if self.cuts == 0 {
            return closed(&body);
        }
        self.cuts -= 1;
        let cut = &body[..random.usize(0..body.len())];
        match random.u8(..4) {
            // The connection breaks, is closed, stalls, or is refused for now.
            0 => format!("{HEAD}content-length: {}\r\n\r\n{cut}", body.len()).into_bytes(),
            1 => closed(cut),
            2 => [&closed(cut), STALL].concat(),
            _ => response(503, "retry-after: 0\r\n", "{}"),
        }
    }
}

/// A clock on which a second takes a millisecond.
struct FastClock(Instant);

impl Clock for FastClock {
    fn now(&self) -> Instant {
        self.0 + self.0.elapsed() * 1_000
    }

    fn utc(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration / 1_000))
    }
}

#[tokio::test]
async fn streams_cut_at_random_bytes_deliver_each_event_once() {
    const TRIALS: usize = 200;
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = fastrand::Rng::with_seed(seed);
    let mut connections = 0;
    for trial in 0..TRIALS {
        let events = random.usize(1..40);
        let cutter = Mutex::new(Cutter {
            random: random.fork(),
            events,
            cuts: random.usize(0..6),
        });
        let is_first = AtomicUsize::new(0);
        let server = TestServer::start(move |request| {
            // The first response is the result of the call, and not part of the stream.
            if is_first.fetch_add(1, Ordering::SeqCst) == 0 {
                return closed("retry: 1\nid: 0-0\n\n");
            }
            cutter.lock().unwrap().respond(request)
        })
        .await;
        let client = builder(&server.url).clock(FastClock(Instant::now()));
        let client = client.credentials(Credentials::api_token("bearer"));
        let call = Call::new(&client.build().unwrap().0, &READ);
        let stream = call.events().await.unwrap().into_inner();
        // A slow machine may take a response for stalled, which must do no harm either.
        let stream = stream
            .stall_limit(Duration::from_secs(50))
            .give_up_after(Duration::from_secs(36_000));
        let mut expected: Vec<_> = (1..=events).map(|number| number.to_string()).collect();
        expected.push("end".to_owned());
        assert_eq!(data(stream).await, expected, "trial {trial}, seed {seed}");
        connections += server.received().len();
    }
    assert!(connections > 2 * TRIALS, "{connections}, seed {seed}");
}

#[tokio::test(start_paused = true)]
async fn the_stream_waits_for_the_time_that_the_server_asks_for() {
    let server = TestServer::sequence([
        closed(&format!("retry: 7000\n{}", event(1))),
        closed(&format!("{}{END}", event(2))),
    ])
    .await;
    let begun = tokio::time::Instant::now();
    assert_eq!(data(stream(&server).await).await, ["1", "2", "end"]);
    assert_eq!(begun.elapsed(), Duration::from_secs(7));
    let received = server.received();
    assert_eq!(received[0].header("last-event-id"), None);
    assert_eq!(received[1].header("last-event-id"), Some("1-0"));
}

#[tokio::test]
async fn a_stalled_connection_counts_as_broken() {
    let server = TestServer::sequence([
        [&*closed(&format!("retry: 1\n{}", event(1))), STALL].concat(),
        // Stalls before the response.
        STALL.to_vec(),
        closed(END),
    ])
    .await;
    let stream = stream(&server).await.stall_limit(Duration::from_millis(50));
    assert_eq!(data(stream).await, ["1", "end"]);
    assert_eq!(server.received().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_reported_once_and_the_lost_events_are_requested() {
    let gap = "event: gap\ndata: {\"reason\":\"overflow\"}\n\n";
    let server = TestServer::sequence([
        // What follows a gap on the same connection comes after the lost events.
        closed(&format!("{}{gap}{}", event(1), event(4))),
        closed(&format!("{gap}{}", event(4))),
        closed(&format!("{}{}{}{END}", event(2), event(3), event(4))),
    ])
    .await;
    let overflow = "{\"reason\":\"overflow\"}";
    let mut events = stream(&server).await;
    assert_eq!(events.next().await.unwrap().unwrap().data, "1");
    let reported = events.next().await.unwrap().unwrap();
    assert!(reported.is_gap());
    assert_eq!(reported.data, overflow);
    assert_eq!(data(events).await, ["2", "3", "4", "end"]);
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_server_that_shuts_down_is_not_the_end_of_the_run() {
    let server = TestServer::sequence([
        closed(&format!("{}event: gap\ndata: shutdown\n\n{END}", event(1))),
        closed(&format!("{}{END}", event(2))),
    ])
    .await;
    assert_eq!(
        data(stream(&server).await).await,
        ["1", "shutdown", "2", "end"]
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_ends_before_the_first_event_is_replaced() {
    let shutdown = format!("event: gap\ndata: shutdown\n\n{END}");
    for (first, expected) in [(": ping\n\n", None), (&shutdown, Some("shutdown"))] {
        let server = TestServer::sequence([closed(first), closed(&(event(1) + END))]).await;
        let expected: Vec<_> = expected.into_iter().chain(["1", "end"]).collect();
        assert_eq!(data(stream(&server).await).await, expected);
        assert_eq!(server.received()[1].header("last-event-id"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_continues_at_the_position_that_it_was_opened_with() {
    let server = TestServer::sequence([closed(": ping\n\n"), closed(&(event(6) + END))]).await;
    let call = Call::new(&server.transport(), &READ).header("last-event-id", "5-0");
    let events = call.events().await.unwrap().into_inner();
    assert_eq!(events.last_event_id(), Some("5-0"));
    assert_eq!(data(events).await, ["6", "end"]);
    assert_eq!(server.received()[1].header("last-event-id"), Some("5-0"));
}

#[tokio::test(start_paused = true)]
async fn events_that_stay_lost_are_given_up_after_a_while() {
    let gap = "event: gap\ndata: truncated\n\n";
    let server = TestServer::sequence([
        closed(&(event(1) + gap)),
        closed(&format!("{gap}{}{END}", event(7))),
    ])
    .await;
    let begun = tokio::time::Instant::now();
    let stream = stream(&server).await;
    let stream = stream.give_up_after(Duration::from_secs(20));
    assert_eq!(data(stream).await, ["1", "truncated", "7", "end"]);
    let waited = begun.elapsed().as_secs();
    assert!((20..60).contains(&waited), "{waited} s");
}

#[tokio::test(start_paused = true)]
async fn a_refused_connection_ends_the_stream() {
    let server = TestServer::sequence([closed(&event(1)), response(403, "", "{}")]).await;
    let mut events = stream(&server).await;
    events.next().await.unwrap().unwrap();
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Forbidden);
    assert!(events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_long_outage_ends_the_stream_with_its_last_error() {
    let server = TestServer::sequence([closed(&event(1)), response(503, "", "{}")]).await;
    let mut events = stream(&server).await;
    events.next().await.unwrap().unwrap();
    let begun = tokio::time::Instant::now();
    let error = events.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert!(begun.elapsed() >= OUTAGE, "{:?}", begun.elapsed());
    // After 1, 2, 4, 8, 16 and then every 30 seconds.
    assert_eq!(server.received().len(), 1 + 5 + 9);
}

#[tokio::test(start_paused = true)]
async fn the_time_in_which_the_caller_reads_nothing_is_not_an_outage() {
    let server = TestServer::sequence([
        closed(&event(1)),
        response(503, "", "{}"),
        closed(&format!("{}{END}", event(2))),
    ])
    .await;
    let mut events = stream(&server).await;
    events.next().await.unwrap().unwrap();
    tokio::time::sleep(2 * OUTAGE).await;
    assert_eq!(data(events).await, ["2", "end"]);
}

#[tokio::test(start_paused = true)]
async fn a_server_cannot_ask_for_a_longer_wait_than_that_of_an_outage() {
    let server = TestServer::sequence([
        closed(&format!("retry: {}\n{}", u64::MAX, event(1))),
        closed(&format!("{}{END}", event(2))),
    ])
    .await;
    let begun = tokio::time::Instant::now();
    assert_eq!(data(stream(&server).await).await, ["1", "2", "end"]);
    assert_eq!(begun.elapsed(), OUTAGE);
}

#[tokio::test]
async fn a_response_without_content_ends_the_stream() {
    let server = TestServer::sequence([
        closed(&format!("retry: 1\n{}", event(1))),
        response(204, "", ""),
    ])
    .await;
    assert_eq!(data(stream(&server).await).await, ["1"]);
}

#[tokio::test]
async fn a_stream_without_positions_is_not_repeated() {
    let server = TestServer::always(closed("data: a\n\ndata: b\n\n")).await;
    assert_eq!(data(stream(&server).await).await, ["a", "b"]);
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn comments_keep_a_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        assert_ne!(socket.read(&mut [0; 4096]).await.unwrap(), 0);
        socket.write_all(&closed(&event(1))).await.unwrap();
        // Longer than the limit in all.
        for _ in 0..8 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            socket.write_all(b": ping\n\n").await.unwrap();
        }
        socket.write_all(END.as_bytes()).await.unwrap();
    });
    let client = builder(&url).credentials(Credentials::api_token("bearer"));
    let call = Call::new(&client.build().unwrap().0, &READ);
    let stream = call.events().await.unwrap().into_inner();
    let stream = stream.stall_limit(Duration::from_millis(300));
    assert_eq!(data(stream).await, ["1", "end"]);
}
