//! How often does a small call allocate memory?

#![allow(clippy::unwrap_used, reason = "tests and their helpers may panic")]

use std::collections::BTreeMap;
use std::fs;

use tokio::runtime::{Builder, Runtime};
use zenml_bench::clients::{Call, Client};
use zenml_bench::{server::Server, workspace};

/// Returns how often a call allocates once the connection is open. The least of several calls counts,
/// because a response may arrive in more than one piece.
fn allocations(runtime: &Runtime, client: &Client) -> u64 {
    let call = || {
        let call = || runtime.block_on(client.make(Call::Small)).map(drop);
        allocation_counter::measure(|| call().unwrap()).count_total
    };
    call();
    (0..20).map(|_| call()).min().unwrap()
}

#[test]
fn a_small_call_allocates_as_often_as_one_by_hand_and_not_more_than_its_ceiling() {
    let server = Server::start().unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let ours = Client::ours(&server.url).unwrap();
    let by_hand = runtime.block_on(Client::by_hand(&server.url)).unwrap();
    let ours = allocations(&runtime, &ours);
    let by_hand = allocations(&runtime, &by_hand);
    println!("this client {ours}, by hand {by_hand}");
    assert!(
        ours * 100 <= by_hand * 105,
        "{ours} allocations are more than 1.05 times {by_hand}, those of a request by hand"
    );
    let ceilings = fs::read_to_string(workspace().join("xtask/ceilings.json")).unwrap();
    let ceilings: BTreeMap<String, u64> = serde_json::from_str(&ceilings).unwrap();
    let ceiling = ceilings.get("allocations of a small call").unwrap();
    assert!(
        ours <= *ceiling,
        "{ours} allocations are more than the ceiling in xtask/ceilings.json, {ceiling}"
    );
}
