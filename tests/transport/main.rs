//! The transport against a real server, on a network that breaks.

mod chaos;
mod logins;
mod proxy;
mod stored;

/// Text that no other run uses.
fn unique(name: &str) -> String {
    format!("{name}-{}", uuid::Uuid::new_v4().simple())
}
