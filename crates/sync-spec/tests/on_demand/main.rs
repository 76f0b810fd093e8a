//! Tests that take minutes: `cargo xtask test --only on-demand`, and a workflow once a week.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

mod checkout;
#[path = "../support/compiles.rs"]
mod compiles;
mod examples;
mod old_client;
mod older_documents;
mod other_servers;
mod pro;
#[path = "../support/stand_in.rs"]
mod stand_in;
