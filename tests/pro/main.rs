//! ZenML Pro, end to end: the double of the control plane alone, and with a real server in Pro mode.

#![cfg(feature = "pro")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may panic"
)]

mod access;
mod acme;
mod canary;
mod chain;
mod connect;
mod direct_keys;
mod examples;
mod fixture;
#[path = "../heard/mod.rs"]
mod heard;
mod keys;
mod leaping;
mod refusals;
#[path = "../../examples/pro_demo/registered.rs"]
mod registered;
mod runs;
mod teams;
mod tenants;
mod troubleshooting;
