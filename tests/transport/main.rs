//! The transport against a real server, on a network that breaks.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may panic"
)]

mod chaos;
mod device_login;
mod logins;
mod outage;
mod stored;

/// Text that no other run uses.
fn unique(name: &str) -> String {
    format!("{name}-{}", uuid::Uuid::new_v4().simple())
}
