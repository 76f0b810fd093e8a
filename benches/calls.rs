//! Calls per second, and processor time per call: this client, hand-written reqwest and serde, and
//! the official Python client. `cargo xtask bench calls` runs it.
//!
//! One server on loopback answers recorded bodies from memory. Each client asks one call after the
//! other, on one thread, and decodes into types. The hand-written side decodes into the same ones,
//! sends the same request, and gives up after a while, as whoever writes it for a service has to;
//! beside it, to show what those cost, stands one without user agent, request id and timeout.
//! All take many short turns, one right after the other, so that what else the machine does meets
//! them alike; their throughput is compared turn by turn, and the median counts.

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

const TAG: Uuid = uuid!("0c9e1b0e-7a9e-4c7c-9d5f-3d3f5f7a4b11");
const ITEMS: usize = 100;
/// One turn.
const PERIOD: Duration = Duration::from_millis(100);
/// As this client's own for an attempt.
const TIMEOUT: Duration = Duration::from_secs(120);

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
    let answers = Arc::new(Answers::recorded()?);
    let (tag, page) = (answers.tag.len(), answers.page.len());
    let url = serve(answers)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;

    let mut small = [Vec::new(), Vec::new(), Vec::new()];
    let mut large = [Vec::new(), Vec::new(), Vec::new()];
    runtime.block_on(async {
        let ws = WorkspaceClient::builder(&url)
            .credentials(Credentials::password("default", ""))
            .build()?;
        let hand = Hand::log_in(&url).await?;
        let bare = Hand {
            http: reqwest::Client::builder().no_proxy().build()?,
            headers: HeaderMap::new(),
            ..hand.clone()
        };
        for _ in 0..rounds {
            small[0].push(turn(period, async || tag_by_client(&ws).await).await?);
            small[1].push(turn(period, async || hand.tag().await).await?);
            small[2].push(turn(period, async || bare.tag().await).await?);
            large[0].push(turn(period, async || page_by_client(&ws).await).await?);
            large[1].push(turn(period, async || hand.page().await).await?);
            large[2].push(turn(period, async || bare.page().await).await?);
        }
        Ok::<_, Failure>(())
    })?;
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
#[derive(Clone)]
struct Hand {
    http: reqwest::Client,
    url: String,
    token: String,
    /// Of each request.
    headers: HeaderMap,
}

impl Hand {
    async fn log_in(url: &str) -> Result<Self, Failure> {
        #[derive(Deserialize)]
        struct Login {
            access_token: String,
        }
        let http = reqwest::Client::builder()
            .timeout(TIMEOUT)
            .no_proxy()
            .build()?;
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

    async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        let answer = self
            .http
            .get(format!("{}{path}", self.url))
            .bearer_auth(&self.token)
            .headers(self.headers.clone())
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

/// What one client did in one turn.
#[derive(Debug, Clone, Copy)]
struct Turn {
    per_second: f64,
    /// Seconds of a processor for each call, where the system says that.
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

async fn turn(
    period: Duration,
    call: impl AsyncFn() -> Result<Uuid, Failure>,
) -> Result<Turn, Failure> {
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
    Ok(Turn::new(f64::from(calls), wall, cpu))
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// What this thread has used of a processor, in seconds, where the system says that.
fn processor_time() -> Option<f64> {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = statistics.split(' ').next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}

/// The official client's measurements: tag and page. None if it is not installed.
fn official(url: &str, rounds: u32) -> Result<Option<[Turn; 2]>, Failure> {
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
    // The library may print beside it.
    let lines = String::from_utf8(output.stdout)?;
    let mut lines = lines
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let mut next = |call: &str| {
        let line: Line = lines.find(|line: &Line| line.call == call)?;
        Some(Turn::new(line.calls, line.wall, Some(line.cpu)))
    };
    let turns = next("tag").zip(next("runs"));
    let (tag, page) = turns.ok_or("the official client measured nothing")?;
    Ok(Some([tag, page]))
}

fn report(what: &str, [ours, hand, bare]: &[Vec<Turn>; 3], official: Option<&Turn>) {
    println!("\n| {what} | calls/s | CPU per call | throughput to hand-written |");
    println!("| --- | ---: | ---: | ---: |");
    let row = |name: &str, turns: &[Turn], target: &str| {
        let ratios = turns.iter().zip(hand);
        let ratio = median(ratios.map(|(turn, hand)| turn.per_second / hand.per_second));
        let per_second = median(turns.iter().map(|turn| turn.per_second));
        let cpu = median(turns.iter().filter_map(|turn| turn.cpu))
            .map_or_else(|| "-".to_owned(), |cpu| format!("{:.0} µs", cpu * 1e6));
        let (per_second, ratio) = (per_second.unwrap_or_default(), ratio.unwrap_or_default());
        println!("| {name} | {per_second:.0} | {cpu} | {ratio:.2}{target} |");
    };
    row("this client", ours, " (to reach: 0.95)");
    row("reqwest and serde by hand", hand, "");
    row("by hand, without agent, request id and timeout", bare, "");
    if let Some(official) = official {
        // It has one long turn of its own: compared with what was usual.
        row("official client", &vec![*official; hand.len()], "");
    }
}

/// What the server answers, head and body.
struct Answers {
    tag: Vec<u8>,
    page: Vec<u8>,
    info: Vec<u8>,
    login: Vec<u8>,
    other: Vec<u8>,
}

impl Answers {
    fn recorded() -> Result<Self, Failure> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/workspace");
        let read = |name: &str| fs::read(folder.join(name));
        let mut page: Value = serde_json::from_slice(&read("list_runs-hydrated-1.json")?)?;
        let items = page["items"].as_array().ok_or("no items")?.clone();
        let items: Vec<Value> = items.into_iter().cycle().take(ITEMS).collect();
        page["items"] = items.into();
        page["max_size"] = ITEMS.into();
        page["total"] = ITEMS.into();
        let token = json!({"access_token": "e30.e30.c2ln", "token_type": "bearer"});
        Ok(Self {
            tag: answer_of(&read("get_tag-hydrated-1.json")?),
            page: answer_of(&serde_json::to_vec(&page)?),
            info: answer_of(&read("server_info-1.json")?),
            login: answer_of(&serde_json::to_vec(&token)?),
            other: answer_of(b"null"),
        })
    }

    fn to(&self, request: &[u8]) -> &[u8] {
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

fn answer_of(body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

fn serve(answers: Arc<Answers>) -> Result<String, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", listener.local_addr()?);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answers = answers.clone();
            thread::spawn(move || answer(stream, &answers));
        }
    });
    Ok(url)
}

/// Answers one connection's requests, one after the other, until the client hangs up.
fn answer(mut stream: TcpStream, answers: &Answers) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut request, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut piece)?;
        if length == 0 {
            return Ok(());
        }
        request.extend_from_slice(&piece[..length]);
        if is_whole(&request) {
            stream.write_all(answers.to(&request))?;
            request.clear();
        }
    }
}

/// Whether a request, and its body if it has one, has arrived.
fn is_whole(request: &[u8]) -> bool {
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
