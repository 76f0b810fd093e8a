//! How much does a call cost: calls per second, and CPU time per call?
//!
//! `cargo xtask bench calls` runs this. It compares this client with the official Python client and
//! with two hand-written clients on reqwest and serde. The first of these sends the same headers as
//! this client and has a timeout, as a service needs; the second shows what these cost.
//!
//! A server on the loopback interface sends recorded bodies from memory. Each client makes one call
//! after the other on one thread, and decodes the responses into the same types. The Rust clients take
//! many short turns, one right after the other, so that other load on the machine affects them alike.
//! The table shows the medians of all turns; throughput is compared turn by turn.

#![allow(clippy::indexing_slicing, reason = "indices are constants")]

use std::{
    env, fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use reqwest::header::{ACCEPT, HeaderMap, HeaderName, USER_AGENT};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::{Uuid, uuid};
use zenml::{
    Credentials, Page, WorkspaceClient,
    workspace::types::{PipelineRunResponse, TagResponse},
};
use zenml_test_server::paths;

const TAG: Uuid = uuid!("0c9e1b0e-7a9e-4c7c-9d5f-3d3f5f7a4b11");
const ITEMS: usize = 100;
/// Length of a turn.
const PERIOD: Duration = Duration::from_millis(100);
/// Timeout of a request; equals this client's default for an attempt.
const TIMEOUT: Duration = Duration::from_secs(120);

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    // `cargo test --benches` checks only that the benchmark runs.
    let is_benchmark = env::args().any(|argument| argument == "--bench");
    let rounds = match env::var("ZENML_BENCH_ROUNDS") {
        Ok(rounds) => rounds.parse()?,
        Err(_) => 50,
    };
    let (rounds, period) = if is_benchmark {
        (rounds, PERIOD)
    } else {
        (1, Duration::from_millis(1))
    };
    let responses = Arc::new(Responses::recorded()?);
    let (tag, page) = (responses.tag.len(), responses.page.len());
    let url = serve(responses)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;

    let clients = measure_rust_clients(&url, rounds, period);
    let [small, large] = runtime.block_on(clients)?;
    let official = official_client(&url, if is_benchmark { rounds } else { 0 })?;
    report(
        &format!("a tag of {tag} bytes"),
        &small,
        official.as_ref().map(|o| &o[0]),
    );
    report(
        &format!("a page of {ITEMS} hydrated runs, {} kB", page / 1000),
        &large,
        official.as_ref().map(|o| &o[1]),
    );
    if is_benchmark && official.is_none() {
        println!(
            "The official client is not installed; run `cargo xtask server` once to install it."
        );
    }
    Ok(())
}

/// Measures the Rust clients in turn: this one, and both that are written by hand. Returns the turns
/// of each client for the small response, and for the large one.
async fn measure_rust_clients(
    url: &str,
    rounds: u32,
    period: Duration,
) -> Result<[[Vec<Turn>; 3]; 2]> {
    let client = WorkspaceClient::builder(url)
        .credentials(Credentials::password("default", ""))
        .build()?;
    let by_hand = HandWritten::log_in(url).await?;
    let minimal = HandWritten {
        http: http_client_builder(url)?.build()?,
        headers: HeaderMap::new(),
        ..by_hand.clone()
    };
    let [mut small, mut large] = <[[Vec<Turn>; 3]; 2]>::default();
    for _ in 0..rounds {
        small[0].push(measure(period, async || get_tag(&client).await).await?);
        small[1].push(measure(period, async || by_hand.get_tag().await).await?);
        small[2].push(measure(period, async || minimal.get_tag().await).await?);
        large[0].push(measure(period, async || list_runs(&client).await).await?);
        large[1].push(measure(period, async || by_hand.list_runs().await).await?);
        large[2].push(measure(period, async || minimal.list_runs().await).await?);
    }
    Ok([small, large])
}

/// Returns the same settings of reqwest that this client has.
fn http_client_builder(url: &str) -> Result<reqwest::ClientBuilder> {
    Ok(WorkspaceClient::builder(url).http_client_builder()?)
}

async fn get_tag(client: &WorkspaceClient) -> Result<Uuid> {
    Ok(client.get_tag().tag_id(TAG).hydrate(true).send().await?.id)
}

async fn list_runs(client: &WorkspaceClient) -> Result<Uuid> {
    let page = client
        .list_runs()
        .size(ITEMS as i64)
        .hydrate(true)
        .send()
        .await?;
    Ok(page.items.first().ok_or("the page is empty")?.id)
}

/// A client on reqwest and serde, as one writes it by hand.
#[derive(Clone)]
struct HandWritten {
    http: reqwest::Client,
    url: String,
    token: String,
    /// Headers of every request.
    headers: HeaderMap,
}

impl HandWritten {
    async fn log_in(url: &str) -> Result<Self> {
        #[derive(Deserialize)]
        struct Login {
            access_token: String,
        }
        let http = http_client_builder(url)?.timeout(TIMEOUT).build()?;
        let login = http
            .post(format!("{url}/api/v1/login"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("username=default&password=")
            .send()
            .await?
            .error_for_status()?;
        let login: Login = serde_json::from_slice(&login.bytes().await?)?;
        let agent = format!("zenml-rust/{} (by hand)", env!("CARGO_PKG_VERSION"));
        let id = "0c9e1b0e7a9e4c7c9d5f3d3f5f7a4b11";
        Ok(Self {
            http,
            url: url.to_owned(),
            token: login.access_token,
            headers: HeaderMap::from_iter([
                (ACCEPT, "application/json".parse()?),
                (USER_AGENT, agent.parse()?),
                (HeaderName::from_static("x-request-id"), id.parse()?),
            ]),
        })
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        let response = self
            .http
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .headers(self.headers.clone())
            .send()
            .await?
            .error_for_status()?;
        Ok(serde_json::from_slice(&response.bytes().await?)?)
    }

    async fn get_tag(&self) -> Result<Uuid> {
        let path = format!("/api/v1/tags/{TAG}?hydrate=true");
        Ok(self.get::<TagResponse>(&path).await?.id)
    }

    async fn list_runs(&self) -> Result<Uuid> {
        let path = format!("/api/v1/runs?size={ITEMS}&hydrate=true");
        let page: Page<PipelineRunResponse> = self.get(&path).await?;
        Ok(page.items.first().ok_or("the page is empty")?.id)
    }
}

/// Measurements of one turn of a client.
#[derive(Debug, Clone, Copy)]
struct Turn {
    per_second: f64,
    /// CPU seconds per call, if the system reports them.
    cpu: Option<f64>,
}

impl Turn {
    fn new(calls: f64, wall: f64, cpu: Option<f64>) -> Self {
        Self {
            per_second: calls / wall,
            cpu: cpu.map(|cpu| cpu / calls),
        }
    }
}

/// Makes calls for the period.
async fn measure(period: Duration, call: impl AsyncFn() -> Result<Uuid>) -> Result<Turn> {
    call().await?;
    let (started, cpu) = (Instant::now(), cpu_time());
    let mut calls = 0;
    while started.elapsed() < period {
        std::hint::black_box(call().await?);
        calls += 1;
    }
    let wall = started.elapsed().as_secs_f64();
    let cpu = cpu_time().zip(cpu).map(|(after, before)| after - before);
    Ok(Turn::new(f64::from(calls), wall, cpu))
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Returns the CPU seconds of this thread, if the system reports them.
fn cpu_time() -> Option<f64> {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = statistics.split(' ').next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}

/// Returns the measurements of the official client: tag and page. `None` if it is not installed.
fn official_client(url: &str, rounds: u32) -> Result<Option<[Turn; 2]>> {
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
    let output = Command::new(python)
        .arg(paths::workspace().join("benches/calls.py"))
        .args([url, &TAG.to_string(), &seconds.to_string()])
        .env("ZENML_CONFIG_PATH", folder.path())
        .env("ZENML_ANALYTICS_OPT_IN", "false")
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the official client failed".into());
    }
    // The Python library may print other lines.
    let lines = String::from_utf8(output.stdout)?;
    let mut lines = lines
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let mut next = |call: &str| {
        let line: Line = lines.find(|line: &Line| line.call == call)?;
        Some(Turn::new(line.calls, line.wall, Some(line.cpu)))
    };
    let turns = next("tag").zip(next("runs"));
    let (tag, page) = turns.ok_or("the official client printed no measurements")?;
    Ok(Some([tag, page]))
}

/// Prints a table of the measurements.
fn report(title: &str, [ours, by_hand, minimal]: &[Vec<Turn>; 3], official: Option<&Turn>) {
    println!("\n| {title} | calls/s | CPU per call | throughput relative to by hand |");
    println!("| --- | ---: | ---: | ---: |");
    let row = |name: &str, turns: &[Turn], target: &str| {
        let ratios = turns.iter().zip(by_hand);
        let ratio = median(ratios.map(|(turn, by_hand)| turn.per_second / by_hand.per_second));
        let per_second = median(turns.iter().map(|turn| turn.per_second));
        let cpu = median(turns.iter().filter_map(|turn| turn.cpu))
            .map_or_else(|| "-".to_owned(), |cpu| format!("{:.0} µs", cpu * 1e6));
        let (per_second, ratio) = (per_second.unwrap_or_default(), ratio.unwrap_or_default());
        println!("| {name} | {per_second:.0} | {cpu} | {ratio:.2}{target} |");
    };
    row("this client", ours, " (target: 0.95)");
    row("by hand: reqwest and serde", by_hand, "");
    row(
        "by hand, without user agent, request id and timeout",
        minimal,
        "",
    );
    if let Some(official) = official {
        // It has a single long turn, which is compared with every turn of the hand-written client.
        row("official client", &vec![*official; by_hand.len()], "");
    }
}

/// The responses of the server, head and body.
struct Responses {
    tag: Vec<u8>,
    page: Vec<u8>,
    info: Vec<u8>,
    login: Vec<u8>,
    other: Vec<u8>,
}

impl Responses {
    fn recorded() -> Result<Self> {
        let folder = paths::workspace().join("tests/recordings/workspace");
        let read = |name: &str| fs::read(folder.join(name));
        let mut page: Value = serde_json::from_slice(&read("list_runs-hydrated-1.json")?)?;
        let items = page["items"].as_array().ok_or("no items")?.clone();
        let items: Vec<Value> = items.into_iter().cycle().take(ITEMS).collect();
        page["items"] = items.into();
        page["max_size"] = ITEMS.into();
        page["total"] = ITEMS.into();
        let token = json!({"access_token": "e30.e30.c2ln", "token_type": "bearer"});
        Ok(Self {
            tag: response(&read("get_tag-hydrated-1.json")?),
            page: response(&serde_json::to_vec(&page)?),
            info: response(&read("server_info-1.json")?),
            login: response(&serde_json::to_vec(&token)?),
            other: response(b"null"),
        })
    }

    fn for_request(&self, request: &[u8]) -> &[u8] {
        let path = request.split(|byte| *byte == b' ').nth(1);
        match path.unwrap_or_default() {
            path if path.starts_with(b"/api/v1/tags/") => &self.tag,
            path if path.starts_with(b"/api/v1/runs") => &self.page,
            b"/api/v1/info" => &self.info,
            b"/api/v1/login" => &self.login,
            _ => &self.other,
        }
    }
}

fn response(body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Starts the server and returns its URL.
fn serve(responses: Arc<Responses>) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let responses = responses.clone();
            thread::spawn(move || respond(stream, &responses));
        }
    });
    Ok(url)
}

/// Responds to the requests of one connection, one after the other, until the client closes it.
fn respond(mut stream: TcpStream, responses: &Responses) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut chunk)?;
        if length == 0 {
            return Ok(());
        }
        request.extend_from_slice(&chunk[..length]);
        if is_complete(&request) {
            stream.write_all(responses.for_request(&request))?;
            request.clear();
        }
    }
}

/// Returns whether a request has arrived with its whole body.
fn is_complete(request: &[u8]) -> bool {
    const END: &str = "\r\n\r\n";
    if request.starts_with(b"GET ") {
        return request.ends_with(END.as_bytes());
    }
    let request = String::from_utf8_lossy(request);
    let Some((head, body)) = request.split_once(END) else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok())?
    });
    body.len() >= length.unwrap_or(0)
}
