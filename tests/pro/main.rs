//! ZenML Pro, end to end: with the fake control plane alone, and with a real server in Pro mode.

#![cfg(feature = "pro")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

mod access;
mod auto_clock;
mod chain;
mod connect;
mod denied;
mod direct_keys;
#[path = "../example_program/mod.rs"]
mod example_program;
mod examples;
mod fixture;
mod keys;
#[path = "../leak_probe/mod.rs"]
mod leak_probe;
mod org_fixture;
#[path = "../../examples/pro_demo/registered.rs"]
mod registered;
mod runs;
mod secret_leaks;
mod teams;
mod tenants;
mod troubleshooting;
