//! Calls per second, and processor time per call: this client, hand-written reqwest and serde, and
//! the official Python client. `cargo xtask bench calls` runs it.
//!
//! One server on loopback answers recorded bodies from memory. Each client asks one call after the
//! other, on one thread, and decodes into types; the hand-written side decodes into the same ones.

#![allow(clippy::indexing_slicing, reason = "indices are constants")]

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::{Uuid, uuid};
use zenml::{
    Credentials, Page, WorkspaceClient,
    workspace::types::{PipelineRunResponse, TagResponse},
};

const TAG: Uuid = uuid!("0c9e1b0e-7a9e-4c7c-9d5f-3d3f5f7a4b11");
const ITEMS: usize = 100;
/// Short and often, so that each client meets moments when the machine does nothing else.
const PERIOD: Duration = Duration::from_millis(100);

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    // `cargo test --benches` asks whether it runs, not how fast.
    let measures = env::args().any(|argument| argument == "--bench");
    let rounds = match env::var("ZENML_BENCH_ROUNDS") {
        Ok(rounds) => rounds.parse()?,
        Err(_) => 50,
    };
    let (rounds, period) = match measures {
        true => (rounds, PERIOD),
        false => (1, Duration::from_millis(1)),
    };
    let bodies = Arc::new(Bodies::recorded()?);
    let (tag, page) = (bodies.tag.len(), bodies.page.len());
    let url = serve(bodies)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;

    let mut small = [Best::default(), Best::default()];
    let mut large = [Best::default(), Best::default()];
    for _ in 0..rounds {
        // In turns, so that what else the machine does meets all alike.
        runtime.block_on(async {
            let ws = WorkspaceClient::builder(&url)
                .credentials(Credentials::password("default", ""))
                .build()?;
            let hand = Hand::log_in(&url).await?;
            small[0]
                .take(period, async || tag_by_client(&ws).await)
                .await?;
            small[1].take(period, async || hand.tag().await).await?;
            large[0]
                .take(period, async || page_by_client(&ws).await)
                .await?;
            large[1].take(period, async || hand.page().await).await?;
            Ok::<_, Failure>(())
        })?;
    }
    let official = official(&url, if measures { rounds } else { 0 })?;
    report(
        &format!("one tag, {tag} bytes"),
        &small,
        official.as_ref().map(|o| &o[0]),
    );
    report(
        &format!("page of {ITEMS} hydrated runs, {} kB", page / 1000),
        &large,
        official.as_ref().map(|o| &o[1]),
    );
    if measures && official.is_none() {
        println!("The official client is not installed: `cargo xtask server` does that.");
    }
    Ok(())
}

async fn tag_by_client(ws: &WorkspaceClient) -> Result<Uuid, Failure> {
    Ok(ws.get_tag().tag_id(TAG).hydrate(true).send().await?.id)
}

async fn page_by_client(ws: &WorkspaceClient) -> Result<Uuid, Failure> {
    let page = ws
        .list_runs()
        .size(ITEMS as i64)
        .hydrate(true)
        .send()
        .await?;
    Ok(page.items.first().ok_or("an empty page")?.id)
}

/// What one writes without a client.
struct Hand {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Hand {
    async fn log_in(url: &str) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Login {
            access_token: String,
        }
        let http = reqwest::Client::new();
        let login = http
            .post(format!("{url}/api/v1/login"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("username=default&password=")
            .send()
            .await?
            .error_for_status()?;
        let login: Login = serde_json::from_slice(&login.bytes().await?)?;
        Ok(Self {
            http,
            url: url.to_owned(),
            token: login.access_token,
        })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let answer = self
            .http
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .send()
            .await?
            .error_for_status()?;
        Ok(serde_json::from_slice(&answer.bytes().await?)?)
    }

    async fn tag(&self) -> Result<Uuid, Failure> {
        let path = format!("/api/v1/tags/{TAG}?hydrate=true");
        Ok(self.get::<TagResponse>(&path).await?.id)
    }

    async fn page(&self) -> Result<Uuid, Failure> {
        let path = format!("/api/v1/runs?size={ITEMS}&hydrate=true");
        let page: Page<PipelineRunResponse> = self.get(&path).await?;
        Ok(page.items.first().ok_or("an empty page")?.id)
    }
}

/// The best of several measurements.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
struct Best {
    per_second: f64,
    /// Seconds.
    cpu: Option<f64>,
}

impl Best {
    async fn take(
        &mut self,
        period: Duration,
        call: impl AsyncFn() -> Result<Uuid, Failure>,
    ) -> Result<(), Failure> {
        call().await?;
        let (begun, cpu) = (Instant::now(), processor_time());
        let mut calls = 0;
        while begun.elapsed() < period {
            std::hint::black_box(call().await?);
            calls += 1;
        }
        let wall = begun.elapsed().as_secs_f64();
        let cpu = processor_time()
            .zip(cpu)
            .map(|(after, before)| after - before);
        self.improve(f64::from(calls), wall, cpu);
        Ok(())
    }

    fn improve(&mut self, calls: f64, wall: f64, cpu: Option<f64>) {
        if calls / wall > self.per_second {
            self.per_second = calls / wall;
            self.cpu = cpu.map(|cpu| cpu / calls);
        }
    }
}

/// What this thread has used of a processor, in seconds, where the system says that.
fn processor_time() -> Option<f64> {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = statistics.split(' ').next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}

/// The official client's measurements: tag and page. None if it is not installed.
fn official(url: &str, rounds: u32) -> Result<Option<[Best; 2]>, Failure> {
    #[derive(Deserialize)]
    struct Line {
        call: String,
        calls: f64,
        wall: f64,
        cpu: f64,
    }
    let python = env::var("ZENML_BENCH_PYTHON").unwrap_or_default();
    if rounds == 0 || !Path::new(&python).exists() {
        return Ok(None);
    }
    let seconds = (PERIOD * rounds).as_secs_f64();
    let folder = tempfile::tempdir()?;
    let mut best = [Best::default(); 2];
    let output = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/calls.py"))
        .args([url, &TAG.to_string(), &seconds.to_string()])
        .env("ZENML_CONFIG_PATH", folder.path())
        .env("ZENML_ANALYTICS_OPT_IN", "false")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the official client failed".into());
    }
    for line in String::from_utf8(output.stdout)?.lines() {
        let Ok(line) = serde_json::from_str::<Line>(line) else {
            continue;
        };
        let best = &mut best[usize::from(line.call == "runs")];
        best.improve(line.calls, line.wall, Some(line.cpu));
    }
    Ok(Some(best))
}

fn report(what: &str, [ours, hand]: &[Best; 2], official: Option<&Best>) {
    println!("\n| {what} | calls/s | CPU per call | throughput to hand-written |");
    println!("| --- | ---: | ---: | ---: |");
    let row = |name: &str, best: &Best, target: &str| {
        let cpu = best
            .cpu
            .map_or_else(|| "-".to_owned(), |cpu| format!("{:.0} µs", cpu * 1e6));
        let ratio = best.per_second / hand.per_second;
        println!(
            "| {name} | {:.0} | {cpu} | {ratio:.2}{target} |",
            best.per_second
        );
    };
    row("this client", ours, " (to reach: 0.95)");
    row("reqwest and serde by hand", hand, "");
    if let Some(official) = official {
        row("official client", official, "");
    }
}

/// What the server answers.
struct Bodies {
    tag: Vec<u8>,
    page: Vec<u8>,
    info: Vec<u8>,
}

impl Bodies {
    fn recorded() -> Result<Self, Failure> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/workspace");
        let read = |name: &str| fs::read(folder.join(name));
        let mut page: Value = serde_json::from_slice(&read("list_runs-hydrated-1.json")?)?;
        let items = page["items"].as_array().ok_or("no items")?.clone();
        let items: Vec<Value> = items.into_iter().cycle().take(ITEMS).collect();
        page["items"] = items.into();
        page["max_size"] = ITEMS.into();
        page["total"] = ITEMS.into();
        Ok(Self {
            tag: read("get_tag-hydrated-1.json")?,
            page: serde_json::to_vec(&page)?,
            info: read("server_info-1.json")?,
        })
    }

    fn of(&self, path: &str) -> Vec<u8> {
        match path {
            _ if path.starts_with("/api/v1/tags/") => self.tag.clone(),
            _ if path.starts_with("/api/v1/runs") => self.page.clone(),
            "/api/v1/info" => self.info.clone(),
            "/api/v1/login" => {
                json!({"access_token": "e30.e30.c2ln", "token_type": "bearer", "expires_in": null})
                    .to_string()
                    .into_bytes()
            }
            _ => b"null".to_vec(),
        }
    }
}

fn serve(bodies: Arc<Bodies>) -> Result<String, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let bodies = bodies.clone();
            thread::spawn(move || answer(stream, &bodies));
        }
    });
    Ok(url)
}

/// Answers one connection's requests until the client hangs up.
fn answer(mut stream: TcpStream, bodies: &Bodies) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut length = 0;
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().unwrap_or(0);
            }
        }
        reader.read_exact(&mut vec![0; length])?;
        let body = bodies.of(&path);
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(&[head.as_bytes(), &body].concat())?;
    }
}
