//! Which version does the server have, as far as the client knows? It remembers the version for five
//! minutes.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::server_version::ServerVersion;

/// Time after which a version may have changed: the server was upgraded or rolled back.
const MAX_AGE: Duration = Duration::from_secs(300);

/// The version of the server that all clones of a client have learned.
#[derive(Debug, Default)]
pub(crate) struct VersionCache {
    learned: Mutex<Option<LearnedVersion>>,
    /// Held while a call asks for the version, so that others wait for its response.
    pub(super) turn: tokio::sync::Mutex<()>,
}

/// A version that a server has reported.
#[derive(Debug, Clone)]
pub(crate) struct LearnedVersion {
    pub version: ServerVersion,
    at: Instant,
    /// Distinguishes it from versions learned earlier.
    pub(super) number: u64,
}

impl VersionCache {
    fn learned(&self) -> MutexGuard<'_, Option<LearnedVersion>> {
        // No code panics while it holds the lock.
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, version: ServerVersion, at: Instant) -> LearnedVersion {
        let mut learned = self.learned();
        let number = learned.as_ref().map_or(0, |earlier| earlier.number + 1);
        learned
            .insert(LearnedVersion {
                version,
                at,
                number,
            })
            .clone()
    }

    pub(super) fn get(&self, now: Instant) -> Option<LearnedVersion> {
        let learned = self.learned();
        let is_current =
            |learned: &&LearnedVersion| now.saturating_duration_since(learned.at) < MAX_AGE;
        learned.as_ref().filter(is_current).cloned()
    }
}
