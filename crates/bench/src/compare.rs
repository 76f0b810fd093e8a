//! How many calls does each client make per second, and how much CPU time does a call take?
//!
//! Each client makes one call after the other on one thread. The Rust clients take many short turns,
//! one right after the other, so that other load on the machine affects them alike. The tables show the
//! medians of all turns; throughput is compared turn by turn.

use std::{
    fs,
    time::{Duration, Instant},
};

use zenml_bench::{
    Result,
    clients::{Call, Client},
    server::{ITEMS, Server},
};

/// Length of a turn.
pub const PERIOD: Duration = Duration::from_millis(100);

/// Turns of this client and of both that are written by hand, for one call.
pub type Turns = [Vec<Turn>; 3];

/// Measurements of one turn of a client.
#[derive(Debug, Clone, Copy)]
pub struct Turn {
    per_second: f64,
    /// CPU seconds per call, if the system reports them.
    cpu: Option<f64>,
}

impl Turn {
    pub fn new(calls: f64, wall: f64, cpu: Option<f64>) -> Self {
        Self {
            per_second: calls / wall,
            cpu: cpu.map(|cpu| cpu / calls),
        }
    }
}

/// Measures the Rust clients in turn. Returns their turns for the small call, and for the large one.
pub async fn turns(url: &str, rounds: u32) -> Result<[Turns; 2]> {
    let clients = [
        Client::ours(url)?,
        Client::by_hand(url).await?,
        Client::minimal(url).await?,
    ];
    let mut small = Turns::default();
    let mut large = Turns::default();
    for (call, turns) in [(Call::Small, &mut small), (Call::Large, &mut large)] {
        for round in 0..rounds as usize {
            let mut order = [0, 1, 2];
            // The first turn after another client's is slower: each client has it equally often.
            order.rotate_left(round % 3);
            for index in order {
                if let (Some(client), Some(turns)) = (clients.get(index), turns.get_mut(index)) {
                    turns.push(turn(client, call).await?);
                }
            }
        }
    }
    Ok([small, large])
}

/// Makes calls for the period.
async fn turn(client: &Client, call: Call) -> Result<Turn> {
    client.make(call).await?;
    let (started, cpu) = (Instant::now(), cpu_time());
    let mut calls = 0;
    while started.elapsed() < PERIOD {
        std::hint::black_box(client.make(call).await?);
        calls += 1;
    }
    let wall = started.elapsed().as_secs_f64();
    let cpu = cpu_time().zip(cpu).map(|(after, before)| after - before);
    Ok(Turn::new(f64::from(calls), wall, cpu))
}

/// Returns the CPU seconds of this thread, if the system reports them.
fn cpu_time() -> Option<f64> {
    let statistics = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = statistics.split(' ').next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}

fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// Prints a table for each call.
pub fn report(server: &Server, [small, large]: &[Turns; 2], official: Option<[Turn; 2]>) {
    let title = format!("a tag of {} bytes", server.small);
    table(&title, small, official.map(|[tag, _]| tag));
    let title = format!(
        "a page of {ITEMS} hydrated runs, {} kB",
        server.large / 1000
    );
    table(&title, large, official.map(|[_, page]| page));
    if official.is_none() {
        println!("The official client is not installed; `cargo xtask server` installs it.");
    }
}

fn table(title: &str, [ours, by_hand, minimal]: &Turns, official: Option<Turn>) {
    println!("\n| {title} | calls/s | CPU per call | throughput relative to by hand |");
    println!("| --- | ---: | ---: | ---: |");
    let row = |name: &str, turns: &[Turn], target: &str| {
        let ratios = turns.iter().zip(by_hand);
        let ratio = median(ratios.map(|(turn, by_hand)| turn.per_second / by_hand.per_second));
        let per_second = median(turns.iter().map(|turn| turn.per_second));
        let cpu = median(turns.iter().filter_map(|turn| turn.cpu))
            .map_or_else(|| "-".to_owned(), |cpu| format!("{:.1} µs", cpu * 1e6));
        let (per_second, ratio) = (per_second.unwrap_or_default(), ratio.unwrap_or_default());
        println!("| {name} | {per_second:.0} | {cpu} | {ratio:.2}{target} |");
    };
    row("this client", ours, " (target: 0.97)");
    row("by hand: reqwest and serde", by_hand, "");
    row(
        "by hand, without user agent, request id and timeout",
        minimal,
        "",
    );
    if let Some(official) = official {
        // It has a single long turn, which is compared with every turn of the hand-written client.
        row("official client", &vec![official; by_hand.len()], "");
    }
}
