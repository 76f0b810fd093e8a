//! Which events has the caller seen?

use std::collections::{HashSet, VecDeque};

/// The number of positions that are remembered. A server that resumes at the position that it was
/// given repeats none.
const LIMIT: usize = 4096;

/// The positions of the last events.
#[derive(Debug, Default)]
pub(crate) struct Replay {
    positions: HashSet<String>,
    order: VecDeque<String>,
    /// Set until a new connection has sent the first new event.
    is_replaying: bool,
}

impl Replay {
    /// Notes that a new connection begins, which may repeat events.
    pub fn begin(&mut self) {
        self.is_replaying = true;
    }

    /// Returns whether an event with this position is new, and remembers it.
    pub fn is_new(&mut self, position: &str) -> bool {
        if self.is_replaying && self.positions.contains(position) {
            return false;
        }
        self.is_replaying = false;
        if self.positions.insert(position.to_owned()) {
            self.order.push_back(position.to_owned());
            if self.order.len() > LIMIT
                && let Some(oldest) = self.order.pop_front()
            {
                self.positions.remove(&oldest);
            }
        }
        true
    }
}
