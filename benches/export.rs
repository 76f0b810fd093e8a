//! How much does an export of all runs cost: time, CPU time and memory?
//!
//! `cargo xtask bench export` runs this with a real server. This client and the official Python client
//! write all runs, with all their parts, to a file of JSON lines. Each export is a process of its own,
//! and they take turns, so that other load on the machine affects them alike. The medians of the
//! ratios count.
//!
//! Afterwards, a list is read with a delay of each response, with and without requesting pages ahead. The
//! server is a single Python process, and its CPU time for each page limits what that brings. A copy of its
//! responses shows what the client can do.

use std::{
    env, fs,
    fs::File,
    io::{BufWriter, Write},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use zenml::{Credentials, WorkspaceClient};
use zenml_test_server::{Access, paths, peak_memory, relay::Relay};

/// The number of pages that this client requests ahead.
const PREFETCH: usize = 4;
/// Delay of each response, as of a server on another continent.
const DELAY: Duration = Duration::from_millis(50);
/// The number of runs that are read with a delay, and the number of them on a page.
const LIST: u64 = 1000;
const PAGE: i64 = 20;
/// Page sizes of the official client: its default, and that of this client.
const PAGE_SIZES: [&str; 2] = ["20", "100"];
/// The variable that makes a process export to the file that it names.
const EXPORT: &str = "ZENML_BENCH_EXPORT";

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    // `cargo test --benches` has no server for it.
    let Ok(access) = Access::from_env() else {
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    if let Some(path) = env::var_os(EXPORT) {
        let cost = runtime.block_on(export(&access, path.as_ref()))?;
        println!("{}", serde_json::to_string(&cost)?);
        return Ok(());
    }
    let rounds = env::var("ZENML_BENCH_ROUNDS")?.parse()?;
    compare(&access, rounds)?;
    runtime.block_on(compare_prefetch(&access))
}

/// What an export has cost, as its process reports it.
#[derive(Serialize, Deserialize)]
struct Cost {
    runs: u64,
    /// CPU seconds since the process started.
    cpu: f64,
    /// Peak memory in bytes.
    peak: u64,
    /// Seconds, measured by the process that waits for it.
    #[serde(default)]
    wall: f64,
}

fn client(url: &str, access: &Access) -> Result<WorkspaceClient> {
    Ok(WorkspaceClient::builder(url)
        .credentials(Credentials::password(&access.username, &*access.password))
        .build()?)
}

/// Exports all runs to a file.
async fn export(access: &Access, path: &Path) -> Result<Cost> {
    let runs = client(&access.url, access)?
        .list_runs()
        .project(&access.project)
        .sort_by("asc:created")
        .hydrate(true);
    let mut runs = runs.stream().prefetch(PREFETCH);
    let mut file = BufWriter::new(File::create(path)?);
    let mut count = 0;
    while let Some(run) = runs.next().await {
        serde_json::to_writer(&mut file, &run?)?;
        file.write_all(b"\n")?;
        count += 1;
    }
    file.flush()?;
    Ok(Cost {
        runs: count,
        cpu: cpu_time()?,
        peak: peak_memory()?,
        wall: 0.0,
    })
}

/// Returns the CPU seconds of this process.
fn cpu_time() -> Result<f64> {
    let statistics = fs::read_to_string("/proc/self/stat")?;
    // The second field is the program's name, which may contain spaces.
    let (_, fields) = statistics.rsplit_once(") ").ok_or("no name")?;
    let ticks = fields.split(' ').skip(11).take(2);
    let ticks = ticks
        .map(str::parse::<u32>)
        .sum::<std::result::Result<u32, _>>()?;
    // Linux reports hundredths of a second (USER_HZ).
    Ok(f64::from(ticks) / 100.0)
}

/// Lets the clients export in turn, and prints a table.
fn compare(access: &Access, rounds: u32) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let python = env::var("ZENML_BENCH_PYTHON")?;
    let mut ours = Vec::new();
    let mut official = PAGE_SIZES.map(|_| Vec::new());
    for round in 0..=rounds {
        let path = folder.path().join("ours.jsonl");
        let mut exporter = Command::new(env::current_exe()?);
        let cost = measure(exporter.env(EXPORT, &path).envs(access.variables()))?;
        // The first round fills caches: those of the disk, and of Python's modules.
        let counts = round > 0;
        ours.extend(counts.then_some(cost));
        for (size, costs) in PAGE_SIZES.iter().zip(&mut official) {
            let mut exporter = Command::new(&python);
            exporter
                .arg(paths::workspace().join("benches/export.py"))
                .arg(folder.path().join("official.jsonl"))
                .arg(size)
                .envs(access.variables())
                .env("ZENML_CONFIG_PATH", folder.path())
                .env("ZENML_ANALYTICS_OPT_IN", "false");
            let cost = measure(&mut exporter)?;
            costs.extend(counts.then_some(cost));
        }
    }
    let bytes = fs::metadata(folder.path().join("ours.jsonl"))?.len();
    let runs = ours.first().map_or(0, |cost| cost.runs);
    println!(
        "\n| {runs} runs, {} MB | wall | CPU | peak memory | wall, CPU, memory of this client as a ratio |",
        bytes / 1_000_000
    );
    println!("| --- | ---: | ---: | ---: | ---: |");
    row("this client", &ours, &ours);
    for (size, costs) in PAGE_SIZES.iter().zip(&official) {
        row(&format!("official client, pages of {size}"), costs, &ours);
    }
    Ok(())
}

/// Runs an export, and returns its cost.
fn measure(exporter: &mut Command) -> Result<Cost> {
    let started = Instant::now();
    let output = exporter
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    let wall = started.elapsed().as_secs_f64();
    if !output.status.success() {
        return Err(format!("the export failed ({})", output.status).into());
    }
    // The Python library may print other lines.
    let lines = String::from_utf8(output.stdout)?;
    let last = lines.lines().last().ok_or("the export printed nothing")?;
    let cost: Cost = serde_json::from_str(last)?;
    Ok(Cost { wall, ..cost })
}

fn row(name: &str, costs: &[Cost], ours: &[Cost]) {
    let columns: [fn(&Cost) -> f64; 3] = [|c| c.wall, |c| c.cpu, |c| c.peak as f64 / 1e6];
    let [wall, cpu, peak] = columns.map(|column| median(costs.iter().map(column)));
    let ratios = columns.map(|column| {
        let pairs = ours.iter().zip(costs);
        median(pairs.map(|(ours, cost)| column(ours) / column(cost)))
    });
    let ratios = ratios.map(|ratio| format!("{ratio:.2}")).join(", ");
    println!("| {name} | {wall:.1} s | {cpu:.2} s | {peak:.0} MB | {ratios} |");
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Reads a list with a delay of each response, and prints the times with and without requesting pages
/// ahead.
async fn compare_prefetch(access: &Access) -> Result<()> {
    let relay = Relay::start(&access.url).await;
    let client = client(&relay.url(), access)?;
    let delay = DELAY.as_millis();
    println!(
        "\n| a list of {LIST} runs, each page {delay} ms late | one page at a time | prefetch(8) | ratio |"
    );
    println!("| --- | ---: | ---: | ---: |");
    for (source, is_copy) in [("the server", false), ("a copy of its responses", true)] {
        if is_copy {
            relay.record();
        }
        // The first time fills the caches of the server, or the copy.
        relay.delay(Duration::ZERO);
        read(&client, access, 0).await?;
        relay.delay(DELAY);
        let one = read(&client, access, 0).await?;
        let ahead = read(&client, access, 8).await?;
        println!(
            "| from {source} | {one:.1} s | {ahead:.1} s | {:.1} |",
            one / ahead
        );
    }
    Ok(())
}

/// Reads a list, and returns the seconds that it took.
async fn read(client: &WorkspaceClient, access: &Access, prefetch: usize) -> Result<f64> {
    let started = Instant::now();
    let runs = client.list_runs().project(&access.project);
    let runs = runs.sort_by("asc:created").size(PAGE);
    let mut runs = runs.stream().prefetch(prefetch).max_items(LIST);
    while let Some(run) = runs.next().await {
        run?;
    }
    Ok(started.elapsed().as_secs_f64())
}
