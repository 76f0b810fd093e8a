//! How much does a call cost? `cargo xtask bench calls` runs this.
//!
//! `compare ROUNDS PYTHON` prints calls per second and CPU time of all clients. `repeat CLIENT CALLS`
//! makes this number of small calls, for tools that count instructions.

mod compare;
mod official;

use std::{env, path::Path};

use zenml_bench::{
    Result,
    clients::{Call, Client},
    server::Server,
};

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = Server::start()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    match *arguments {
        ["compare", rounds, python] => {
            let rounds = rounds.parse()?;
            let ours = runtime.block_on(compare::turns(&server.url, rounds))?;
            let official =
                official::turns(&server.url, compare::PERIOD * rounds, Path::new(python))?;
            compare::report(&server, &ours, official);
            Ok(())
        }
        ["repeat", client, calls] => {
            let calls = calls.parse()?;
            runtime.block_on(repeat(&server.url, client, calls))
        }
        _ => Err("use `cargo xtask bench calls`".into()),
    }
}

/// Makes small calls, one after the other.
async fn repeat(url: &str, client: &str, calls: u32) -> Result<()> {
    let client = match client {
        "ours" => Client::ours(url)?,
        "by-hand" => Client::by_hand(url).await?,
        _ => return Err("the clients are `ours` and `by-hand`".into()),
    };
    for _ in 0..calls {
        std::hint::black_box(client.make(Call::Small).await?);
    }
    Ok(())
}
