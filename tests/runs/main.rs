//! Runs of real pipelines: are they waited for, what do their errors say, and are their logs complete?
//!
//! The version of the server is that of the document, or that in `ZENML_TEST_VERSION`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

use std::{
    env,
    net::TcpListener,
    path::Path,
    process::ExitStatus,
    sync::atomic::{AtomicU16, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tempfile::TempDir;
use tokio::{process::Child, time::timeout};
use uuid::Uuid;
use zenml::{
    Credentials, ErrorKind, WorkspaceClient,
    workflows::{LogLevel, LogLine, RunFailure},
    workspace::types::{ExecutionStatus, PipelineRunRequest, PipelineRunUpdate},
};
use zenml_test_server::{Options, Server, default_version};

/// The next port to try. Tests run side by side, and each needs another one.
static NEXT_PORT: AtomicU16 = AtomicU16::new(20_000);

/// The longest time that a test waits for what comes next.
const PATIENCE: Duration = Duration::from_secs(120);

/// A server of its own, whose artifact store the pipelines share.
struct Fixture {
    server: Server,
    options: Options,
    /// The server's files.
    _folder: TempDir,
    client: WorkspaceClient,
}

impl Fixture {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let version = env::var("ZENML_TEST_VERSION").or_else(|_| default_version());
        let version = version.unwrap();
        // Outside the range of outgoing connections, which could take the port during a restart.
        let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
        let mut ports = std::iter::repeat_with(|| NEXT_PORT.fetch_add(1, Ordering::Relaxed));
        let port = ports.find(is_free).unwrap();
        let options = Options::default()
            .version(version)
            .data(folder.path())
            .port(port);
        let server = Server::start(options.clone()).await.unwrap();
        let access = server.access();
        let client = WorkspaceClient::builder(server.url())
            .credentials(Credentials::password(&access.username, &*access.password))
            .build()
            .unwrap();
        Self {
            server,
            options,
            _folder: folder,
            client,
        }
    }

    /// Starts a pipeline of `pipelines.py`.
    fn start_pipeline(&self, arguments: &[&str]) -> Child {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runs/pipelines.py");
        self.server
            .python()
            .arg(script)
            .args(arguments)
            // The log is written each 0.2 seconds; the default is 5.
            .env("ZENML_LOGS_OTEL_SCHEDULE_DELAY_MILLIS", "200")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap()
    }

    async fn run_pipeline(&self, arguments: &[&str]) -> ExitStatus {
        let mut child = self.start_pipeline(arguments);
        child.wait().await.unwrap()
    }

    /// Returns the newest run of a pipeline, as soon as there is one.
    async fn newest_run(&self, pipeline: &str) -> Uuid {
        let runs = self.client.list_runs().project("default");
        let runs = runs.pipeline_name(pipeline).sort_by("desc:created");
        let newest = async {
            loop {
                if let Some(run) = runs.clone().first().await.unwrap() {
                    return run.id;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        timeout(PATIENCE, newest).await.unwrap()
    }
}

fn messages<'l>(lines: &'l [LogLine], beginning: &str) -> Vec<&'l str> {
    let messages = lines.iter().map(|line| &*line.message);
    messages
        .filter(|message| message.starts_with(beginning))
        .collect()
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn the_logs_of_a_run_with_ten_thousand_lines_are_complete_and_in_order() {
    let fixture = Fixture::start().await;
    assert!(fixture.run_pipeline(&["talk", "10000"]).await.success());
    let run = fixture.newest_run("talking").await;
    let lines: Vec<LogLine> = fixture
        .client
        .stream_run_logs(run)
        .try_collect()
        .await
        .unwrap();
    let expected: Vec<_> = (0..10_000).map(|number| format!("line {number}")).collect();
    assert!(
        messages(&lines, "line ") == expected,
        "{} lines",
        lines.len()
    );
    // The server stores this message in parts.
    let warnings = fixture.client.stream_run_logs(run).source("step");
    let warnings: Vec<LogLine> = warnings
        .level(LogLevel::WARNING)
        .try_collect()
        .await
        .unwrap();
    let long = "x".repeat(20_000);
    assert!(warnings.iter().any(|line| line.message.contains(&long)));
    assert_eq!(warnings[0].step.as_deref(), Some("talk"));
    fixture.server.stop().await.unwrap();
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn following_a_running_step_shows_each_line_soon_and_ends_by_itself() {
    const SECONDS: usize = 8;
    let fixture = Fixture::start().await;
    let mut pipeline = fixture.start_pipeline(&["talk_slowly", &SECONDS.to_string()]);
    let run = fixture.newest_run("talking_slowly").await;
    let mut logs = fixture.client.stream_run_logs(run).source("step").follow();
    let mut delays = Vec::new();
    while let Some(line) = timeout(PATIENCE, logs.next()).await.unwrap() {
        let line = line.unwrap();
        if let Some(written) = line.message.strip_prefix("now ") {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            delays.push(now.as_secs_f64() - written.parse::<f64>().unwrap());
        }
    }
    assert!(pipeline.wait().await.unwrap().success());
    assert_eq!(delays.len(), 2 * SECONDS, "each line once: {delays:?}");
    delays.sort_by(f64::total_cmp);
    println!("delays in seconds: {delays:.1?}");
    // A busy machine may hold up single lines.
    assert!(delays[delays.len() / 2] < 2.0, "{delays:?}");
    fixture.server.stop().await.unwrap();
}

#[tokio::test]
#[ignore = "starts a server of its own: cargo xtask test"]
async fn waiting_survives_a_restart_and_a_failed_run_says_why() {
    let fixture = Fixture::start().await;
    assert!(!fixture.run_pipeline(&["fail"]).await.success());
    let client = &fixture.client;
    let run = fixture.newest_run("failing").await;
    let failed = client.wait_for_run(run).await.unwrap();
    let error = failed.clone().into_result().await.unwrap_err();
    println!("{error}");
    assert_eq!(error.kind(), ErrorKind::RunFailed);
    let shown = error.to_string();
    for part in ["step \"fail\"", "there is no data", "pipelines.py, line "] {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    let failure = RunFailure::from_error(&error).unwrap();
    let (file, line) = failure.exception.as_ref().unwrap().location().unwrap();
    let script = std::fs::read_to_string(file).unwrap();
    let code = script.lines().nth(line as usize - 1).unwrap();
    assert!(code.trim_start().starts_with("raise ValueError"), "{code}");
    assert!(!messages(&failure.log_lines, "about to fail").is_empty());

    // Another run of the same snapshot, which this test leads.
    let project = failed.project_id().unwrap();
    let snapshot = failed.snapshot().unwrap().id;
    let request =
        PipelineRunRequest::new("led-by-a-test", project, snapshot, ExecutionStatus::Running);
    let led = client.get_or_create_pipeline_run().body(request);
    let led = led.send().await.unwrap().into_inner().0.id;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let waited = client
        .wait_for_run(led)
        .interval(Duration::from_millis(200))
        .deadline(2 * PATIENCE)
        .on_status(move |status| tell.send(status.to_string()).unwrap());
    let waiting = tokio::spawn(waited.wait());
    let status = timeout(PATIENCE, told.recv()).await.unwrap();
    assert_eq!(status.as_deref(), Some("running"));
    fixture.server.stop().await.unwrap();
    // The wait meets a server that is down.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let server = Server::start(fixture.options.clone()).await.unwrap();
    // The server does not let a run complete whose steps have not run.
    let failed = PipelineRunUpdate::new().status(ExecutionStatus::Failed);
    let update = client.update_run().run_id(led).body(failed);
    update.send().await.unwrap();
    let run = waiting.await.unwrap().unwrap();
    assert_eq!(run.final_status().as_str(), "failed");
    server.stop().await.unwrap();
}
