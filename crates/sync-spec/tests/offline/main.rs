//! What `sync-spec` and `diff` do to a checkout, and what they leave alone. These tests need
//! neither a network nor Python, except for the one that needs a server.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

mod accepted;
mod availability;
mod checkout;
mod command;
mod diff;
mod interruption;
mod pro;
mod served;
mod server;
mod sources;
#[path = "../support/stand_in.rs"]
mod stand_in;
mod sync;
