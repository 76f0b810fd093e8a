//! The transport against a real server: logins, outages, and a network that fails.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

mod chaos;
mod device_login;
mod logins;
mod outage;
#[cfg(feature = "cli-login")]
mod stored_login;

/// Returns a name that no other run of the tests uses.
fn unique(name: &str) -> String {
    format!("{name}-{}", uuid::Uuid::new_v4().simple())
}
