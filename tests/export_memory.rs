//! Does an export of thousands of runs return each once, without holding them in memory?
//!
//! The test measures the peak memory of the whole process, so it needs a test binary of its own.

#![allow(clippy::unwrap_used, reason = "tests may panic")]
#![cfg(target_os = "linux")]

use std::{
    collections::HashSet,
    fs::File,
    io::{BufWriter, Write},
};

use zenml::{Credentials, WorkspaceClient};
use zenml_test_server::{Options, Server, peak_memory};

const RUNS: u32 = 5_000;
/// The number of runs after which memory must grow no more.
const FIRST: usize = 500;
const MEMORY_LIMIT: u64 = 10_000_000;

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn an_export_of_5000_runs_has_each_once_and_needs_no_more_memory_than_one_of_500() {
    let server = Server::start(Options::default().runs(RUNS)).await.unwrap();
    let access = server.access();
    let client = WorkspaceClient::builder(server.url())
        .credentials(Credentials::password(&access.username, &*access.password))
        .build()
        .unwrap();
    let runs = client.list_runs().project(&access.project).hydrate(true);
    assert_eq!(runs.clone().count().await.unwrap(), u64::from(RUNS));

    let folder = tempfile::tempdir().unwrap();
    let mut file = BufWriter::new(File::create(folder.path().join("runs.jsonl")).unwrap());
    let mut stream = runs.sort_by("asc:created").stream().prefetch(4);
    let mut ids = HashSet::new();
    let mut memory = 0;
    while let Some(run) = stream.next().await {
        let run = run.unwrap();
        serde_json::to_writer(&mut file, &run).unwrap();
        file.write_all(b"\n").unwrap();
        assert!(ids.insert(run.id), "{} twice", run.id);
        if ids.len() == FIRST {
            memory = peak_memory().unwrap();
        }
    }
    let growth = peak_memory().unwrap() - memory;

    assert_eq!(ids.len(), RUNS as usize);
    println!("{} kB more for {RUNS} runs than for {FIRST}", growth / 1000);
    assert!(growth < MEMORY_LIMIT, "{growth} bytes");
    server.stop().await.unwrap();
}
