//! Which port can a server have for as long as a test takes?

use std::net::TcpListener;

/// Returns a free port outside the range of outgoing connections, which could take it while the server
/// is stopped.
///
/// # Panics
/// Panics if there is no free port.
#[must_use]
pub fn unused_port() -> u16 {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    #[allow(
        clippy::expect_used,
        reason = "a test may panic, and so may its helpers"
    )]
    (20_000..30_000).find(is_free).expect("no port is free")
}
