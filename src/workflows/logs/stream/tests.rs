//! Which lines does a log stream return, from servers of all versions?

use std::sync::{Arc, Mutex};

use serde_json::json;

use super::fixture::*;
use super::*;
use crate::ErrorKind;
use crate::testing::response;

#[tokio::test]
async fn the_lines_of_a_run_and_of_its_steps_are_complete_and_in_order() {
    for version in VERSIONS {
        let (_server, client) = server(&state(version, "completed")).await;
        let lines: Vec<LogLine> = client.stream_run_logs(RUN).try_collect().await.unwrap();
        let shown = lines.iter().map(|line| {
            let step = line.step.as_deref().unwrap_or("-");
            format!("{}/{step}/{}", line.source, line.message)
        });
        assert_eq!(
            shown.collect::<Vec<_>>(),
            [
                "client/-/a",
                "client/-/b",
                "step/train/c",
                "step/train/d",
                "step/train/e"
            ],
            "{version:?}"
        );
        assert_eq!(
            messages(client.stream_step_logs(STEP)).await,
            "c d e",
            "{version:?}"
        );
        let of_run = client.stream_run_logs(RUN).without_steps();
        assert_eq!(messages(of_run).await, "a b", "{version:?}");
        let of_source = client.stream_run_logs(RUN).source("step");
        assert_eq!(messages(of_source).await, "c d e", "{version:?}");
    }
}

#[tokio::test]
async fn lists_are_requested_with_their_source_and_steps_with_their_project() {
    let (server, client) = server(&state(Version::Lists, "completed")).await;
    messages(client.stream_run_logs(RUN)).await;
    let received = server.received();
    let lines: Vec<_> = received.iter().map(|request| &*request.line).collect();
    let has = |line: String| assert!(lines.contains(&&*line), "{line} in {lines:?}");
    has(format!("GET /api/v1/runs/{RUN}?hydrate=false"));
    has(format!(
        "GET /api/v1/runs/{RUN}/steps?sort_by=asc%3Acreated&size=100&project={PROJECT}&page=1"
    ));
    has(format!("GET /api/v1/steps/{STEP}/logs?source=step"));
    let tried = lines.iter().filter(|line| line.contains("/entries"));
    assert_eq!(tried.count(), 1, "a missing route is tried once");
}

#[tokio::test(start_paused = true)]
async fn following_returns_new_lines_until_the_run_has_ended_and_none_twice() {
    for version in VERSIONS {
        let state = state(version, "running");
        let (_server, client) = server(&state).await;
        let mut logs = client.stream_run_logs(RUN).follow();
        let mut read = Vec::new();
        while let Some(line) = logs.next().await {
            let message = line.unwrap().message;
            let mut state = state.lock().unwrap();
            let log = state.entries.get_mut(&STEP_LOG).unwrap();
            match &*message {
                "e" => log.extend(["f", "g"].map(entry)),
                // The last lines may be written after the status.
                "g" => {
                    state.status = "failed";
                    state.entries.get_mut(&STEP_LOG).unwrap().push(entry("h"));
                }
                "h" => state.entries.get_mut(&RUN_LOG).unwrap().push(entry("i")),
                _ => {}
            }
            read.push(message);
        }
        assert_eq!(read.join(" "), "a b c d e f g h i", "{version:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn following_ends_after_the_run_even_if_a_step_never_ends() {
    for version in VERSIONS {
        let state = state(version, "failed");
        state.lock().unwrap().step_status = Some("running");
        let (_server, client) = server(&state).await;
        let begun = tokio::time::Instant::now();
        let mut logs = client.stream_run_logs(RUN).follow();
        let mut read = Vec::new();
        while let Some(line) = logs.next().await {
            let message = line.unwrap().message;
            if message == "e" {
                // The step may run on for a while.
                let state = state.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_secs(40)).await;
                    let mut state = state.lock().unwrap();
                    state.entries.get_mut(&STEP_LOG).unwrap().push(entry("f"));
                });
            }
            read.push(message);
        }
        assert_eq!(read.join(" "), "a b c d e f", "{version:?}");
        let took = begun.elapsed();
        assert!(took < Duration::from_secs(110), "{version:?}: {took:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_step_that_was_killed_before_its_first_line_has_an_empty_log() {
    let state = state(Version::Lists, "failed");
    {
        let mut state = state.lock().unwrap();
        state.step_status = Some("running");
        state.entries.remove(&STEP_LOG);
    }
    let (_server, client) = server(&state).await;
    let logs = client.stream_run_logs(RUN).follow();
    assert_eq!(messages(logs).await, "a b");
}

#[tokio::test]
async fn lines_are_filtered_by_level_and_time() {
    let state = state(Version::Lists, "completed");
    let times = ["10", "20", "30"].map(|second| format!("2026-01-01T00:00:{second}"));
    let levels = [json!(10), json!(null), json!(40)];
    let entries = ["early", "middle", "late"]
        .into_iter()
        .zip(times)
        .zip(levels);
    let entries = entries.map(
        |((message, time), level)| json!({"message": message, "level": level, "timestamp": time}),
    );
    let without_time = json!({"message": "timeless", "level": 20});
    let entries = entries.chain([without_time]).collect();
    state.lock().unwrap().entries.insert(STEP_LOG, entries);
    let (_server, client) = server(&state).await;
    let logs = || client.stream_step_logs(STEP);
    let time = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!(
        messages(logs().level(LogLevel::INFO)).await,
        "middle late timeless"
    );
    assert_eq!(messages(logs().level(LogLevel::ERROR)).await, "late");
    let since = logs().since(time("2026-01-01T00:00:20"));
    assert_eq!(messages(since).await, "middle late timeless");
    let until = logs().until(time("2026-01-01T00:00:20"));
    assert_eq!(messages(until).await, "early middle timeless");
}

#[tokio::test]
async fn the_parts_of_a_long_message_are_joined() {
    let state = state(Version::Lists, "completed");
    let part = |id: u128, index: u32, total: u32, text: &str| json!({"message": text, "chunk_index": index, "total_chunks": total, "id": Uuid::from_u128(id)});
    let entries = vec![
        part(1, 0, 2, "be"),
        part(2, 0, 2, "ot"),
        part(3, 0, 1, "short"),
        part(2, 1, 2, "her"),
        part(1, 1, 2, "gun"),
        part(4, 0, 3, "incom"),
        part(4, 1, 3, "plete"),
    ];
    state.lock().unwrap().entries.insert(STEP_LOG, entries);
    let (_server, client) = server(&state).await;
    let lines = messages(client.stream_step_logs(STEP)).await;
    assert_eq!(lines, "short other begun incomplete");
}

#[tokio::test]
async fn a_log_that_the_server_cuts_ends_with_an_error_after_its_lines() {
    let state = state(Version::Entries { page: None }, "completed");
    let line = entry("x");
    state
        .lock()
        .unwrap()
        .entries
        .insert(STEP_LOG, vec![line; 50_000]);
    let (_server, client) = server(&state).await;
    let mut logs = client.stream_step_logs(STEP);
    let mut count = 0;
    let error = loop {
        match logs.next().await.unwrap() {
            Ok(_) => count += 1,
            Err(error) => break error,
        }
    };
    assert_eq!((count, error.kind()), (50_000, ErrorKind::TooLarge));
    assert!(logs.next().await.is_none());
}

#[tokio::test]
async fn a_server_that_repeats_its_cursor_does_not_repeat_lines() {
    let (_server, client) = changed(|line, body| {
        if line.contains("/entries") {
            body["after"] = json!("1");
        }
    })
    .await;
    assert_eq!(messages(client.stream_step_logs(STEP)).await, "c d");
}

#[tokio::test]
async fn a_server_that_repeats_the_steps_does_not_repeat_lines() {
    let (_server, client) = changed(|line, body| {
        if line.contains("/steps?") {
            body["total_pages"] = json!(u64::MAX);
        }
    })
    .await;
    assert_eq!(messages(client.stream_run_logs(RUN)).await, "a b c d e");
}

#[tokio::test(start_paused = true)]
async fn an_outage_does_not_end_the_stream_and_a_missing_run_does() {
    let down = Arc::new(Mutex::new(3));
    let state = state(Version::Lists, "completed");
    let (_server, client) = serve(move |request| {
        let mut down = down.lock().unwrap();
        if *down > 0 && request.line.contains("/logs") {
            *down -= 1;
            return response(503, "", "{}");
        }
        state.lock().unwrap().respond(&request.line)
    })
    .await;
    assert_eq!(messages(client.stream_run_logs(RUN)).await, "a b c d e");
    let mut missing = client.stream_run_logs(Uuid::nil()).follow();
    let error = missing.next().await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
