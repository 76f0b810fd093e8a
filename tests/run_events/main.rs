//! Does the event stream of a run arrive whole, from the server's streaming extra with a real Redis?

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]
#![cfg(unix)]

use std::{path::Path, process::Stdio, time::Duration};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdin},
};
use uuid::Uuid;
use zenml::{Credentials, WorkspaceClient, stream::EventStream};
use zenml_test_server::{
    Options, Server, Silent,
    redis::{Program, Redis},
    relay::{Break, Relay},
};

/// Time between the comments that the server sends on a silent connection.
const HEARTBEAT: &str = "0.3";
/// Longer than the time between two comments, even on a busy machine.
const STALL_LIMIT: Duration = Duration::from_secs(2);
const EVENTS: u64 = 80;
const SEED: u64 = 15;

/// A server that streams events through Redis, with a relay before it.
struct Fixture {
    redis: Redis,
    server: Server,
    relay: Relay,
    /// Connects through the relay.
    client: WorkspaceClient,
}

/// The run of a pipeline that publishes numbers, and waits before the second half of them.
struct Run {
    id: Uuid,
    pipeline: Child,
    stdin: ChildStdin,
}

impl Fixture {
    async fn start(program: &Program) -> Self {
        let redis = Redis::start(program).await.unwrap();
        let options = Options::default()
            .redis(&redis)
            .env("ZENML_SERVER_STREAMING_HEARTBEAT_SECONDS", HEARTBEAT);
        let server = Server::start(options).await.unwrap();
        let relay = Relay::start(&server.url()).await;
        let access = server.access();
        let client = WorkspaceClient::builder(relay.url())
            .credentials(Credentials::password(&access.username, &*access.password))
            .build()
            .unwrap();
        // Logs in before responses break off.
        client.get_current_user().send().await.unwrap();
        Self {
            redis,
            server,
            relay,
            client,
        }
    }

    async fn start_pipeline(&self) -> Run {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/run_events/pipeline.py");
        let mut pipeline = self
            .server
            .python()
            .arg(script)
            .arg(EVENTS.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(pipeline.stderr.take().unwrap()).lines();
        let id = loop {
            let line = lines.next_line().await.unwrap();
            if let Ok(id) = line.unwrap().parse() {
                break id;
            }
        };
        // The pipeline must not wait for a reader.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Run {
            id,
            stdin: pipeline.stdin.take().unwrap(),
            pipeline,
        }
    }

    async fn events(&self, run: &Run) -> EventStream {
        let events = self.client.stream_run_events().pipeline_run_id(run.id);
        let events = events.send().await.unwrap().into_inner();
        events.stall_limit(STALL_LIMIT)
    }
}

impl Run {
    /// Lets the pipeline publish the second half.
    async fn go_on(mut self) {
        drop(self.stdin);
        assert!(self.pipeline.wait().await.unwrap().success());
    }
}

/// Reads the next event, which has a number unless it has a special name.
async fn next(events: &mut EventStream) -> Result<u64, String> {
    let event = events.next().await.unwrap().unwrap();
    if event.name != "counted" {
        return Err(event.name);
    }
    let data: Value = event.json().unwrap();
    Ok(data["payload"]["number"].as_u64().unwrap())
}

async fn assert_numbers(events: &mut EventStream, numbers: std::ops::Range<u64>) {
    for number in numbers {
        assert_eq!(next(events).await, Ok(number));
    }
}

/// Reads the second half to its end, while the pipeline publishes it.
async fn assert_rest(events: &mut EventStream, run: Run) {
    let rest = async {
        assert_numbers(events, EVENTS / 2..EVENTS).await;
        assert_eq!(next(events).await, Err("end".to_owned()));
        assert!(events.next().await.is_none());
    };
    tokio::join!(rest, run.go_on());
}

/// One test, because each server costs ten seconds.
#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn events_of_a_real_run_arrive_in_order_and_once_through_redis() {
    let program = match Program::find(&Silent).await {
        Ok(program) => program,
        Err(reason) => return println!("skipped, because there is no Redis: {reason:#}"),
    };
    let fixture = Fixture::start(&program).await;

    keep_alives_keep_a_silent_connection_open(&fixture).await;

    a_stalled_connection_is_replaced(&fixture).await;

    an_outage_of_redis_is_a_gap_and_loses_nothing(&fixture).await;

    connections_that_break_at_random_lose_and_repeat_nothing(&fixture).await;
    fixture.server.stop().await.unwrap();
    fixture.redis.stop().await.unwrap();
}

async fn keep_alives_keep_a_silent_connection_open(fixture: &Fixture) {
    let run = fixture.start_pipeline().await;
    let requests = fixture.relay.requests();
    let mut events = fixture.events(&run).await;
    assert_numbers(&mut events, 0..EVENTS / 2).await;
    let silence = tokio::time::timeout(2 * STALL_LIMIT, events.next()).await;
    assert!(silence.is_err(), "{silence:?}");
    assert_rest(&mut events, run).await;
    assert_eq!(fixture.relay.requests() - requests, 1);
}

async fn a_stalled_connection_is_replaced(fixture: &Fixture) {
    let run = fixture.start_pipeline().await;
    let requests = fixture.relay.requests();
    fixture.relay.break_off(2000..2001, &[Break::Stall], SEED);
    let mut events = fixture.events(&run).await;
    fixture.relay.repair();
    assert_numbers(&mut events, 0..EVENTS / 2).await;
    assert_rest(&mut events, run).await;
    assert_eq!(fixture.relay.requests() - requests, 2);
}

async fn an_outage_of_redis_is_a_gap_and_loses_nothing(fixture: &Fixture) {
    let run = fixture.start_pipeline().await;
    let mut events = fixture.events(&run).await;
    assert_numbers(&mut events, 0..EVENTS / 2).await;
    fixture.redis.pause().unwrap();
    assert_eq!(next(&mut events).await, Err("gap".to_owned()));
    fixture.redis.resume().unwrap();
    assert_rest(&mut events, run).await;
}

async fn connections_that_break_at_random_lose_and_repeat_nothing(fixture: &Fixture) {
    let run = fixture.start_pipeline().await;
    let broken = fixture.relay.broken();
    let ways = [Break::Close, Break::Reset, Break::Stall];
    fixture.relay.break_off(1..5000, &ways, SEED);
    let mut events = fixture.events(&run).await;
    assert_numbers(&mut events, 0..EVENTS / 2).await;
    assert_rest(&mut events, run).await;
    let broken = fixture.relay.broken() - broken;
    println!("{broken} connections broke (seed {SEED})");
    assert!(broken >= 5, "{broken}");
}
