//! Prints a table of run time and cost by pipeline.
//!
//! ```text
//! cargo run --package zenml-examples --example run_costs -- --days 30 --price 2.40
//! ```

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};
use clap::{Parser, value_parser};
use zenml::{Filter, Timestamp, WorkspaceClient};

/// Prints a table of run time and cost by pipeline
///
/// The cost of a run is the number that it has logged as metadata `cost`, and otherwise its duration
/// at the price of an hour.
#[derive(Parser)]
#[command(after_help = "\
The server is that of `zenml login`, or ZENML_STORE_URL with ZENML_STORE_API_KEY. The project is that
of `zenml project set`, or ZENML_ACTIVE_PROJECT_ID.")]
struct Arguments {
    /// How many days to look back
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = value_parser!(u64).range(1..=3_650))]
    days: u64,

    /// Price of an hour of run time
    #[arg(long, value_name = "AMOUNT", default_value_t = 1.0)]
    price: f64,
}

#[derive(Default)]
struct Total {
    runs: u64,
    time: Duration,
    cost: f64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let client = WorkspaceClient::from_env()?;
    let since = SystemTime::now().checked_sub(Duration::from_hours(24 * arguments.days));
    let since = Timestamp::from(since.context("the clock of this machine is wrong")?);

    let mut totals: BTreeMap<String, Total> = BTreeMap::new();
    let runs = client.list_runs().start_time(Filter::gte(since));
    let mut runs = runs.hydrate(true).stream().prefetch(4);
    while let Some(run) = runs.next().await {
        let run = run?;
        let pipeline = run
            .pipeline()
            .map_or("(deleted)", |pipeline| &pipeline.name);
        let time = run.duration().unwrap_or_default();
        let logged = run
            .run_metadata()
            .and_then(|metadata| metadata.get("cost")?.as_f64());

        let total = totals.entry(pipeline.to_owned()).or_default();
        total.runs += 1;
        total.time += time;
        total.cost += logged.unwrap_or(time.as_secs_f64() / 3600.0 * arguments.price);
    }

    println!(
        "{:<32} {:>6} {:>12} {:>12}",
        "PIPELINE", "RUNS", "HOURS", "COST"
    );
    for (pipeline, Total { runs, time, cost }) in totals {
        let hours = time.as_secs_f64() / 3600.0;
        println!("{pipeline:<32} {runs:>6} {hours:>12.3} {cost:>12.2}");
    }
    Ok(())
}
