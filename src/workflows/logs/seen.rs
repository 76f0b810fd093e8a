//! Which entries of a response are new?

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::line::Entry;

/// The entries of a log that have been read.
///
/// Servers without cursors return a log from its beginning each time. Nearly always, the response
/// begins with the entries that are known already. A store that merges its files may move them, so
/// that they are counted too. Ids are not compared: the server invents one for each entry of an old
/// log, and another each time.
#[derive(Debug, Default)]
pub(super) struct Seen {
    counts: HashMap<u64, u32>,
    total: usize,
    last: Option<u64>,
}

/// The reading of a log from one position to its end, page by page.
#[derive(Debug)]
pub(super) enum Pass {
    /// All entries are new.
    New,
    /// The response begins where the log begins.
    FromBeginning,
    /// The response begins somewhere, with entries that may be known.
    FromSomewhere(HashMap<u64, u32>),
}

impl Seen {
    /// Starts to read the log again, from its beginning or from somewhere later.
    pub fn pass(&self, from_beginning: bool) -> Pass {
        match (self.total, from_beginning) {
            (0, _) => Pass::New,
            (_, true) => Pass::FromBeginning,
            (_, false) => Pass::FromSomewhere(self.counts.clone()),
        }
    }

    /// Returns the new entries of a page, and remembers them.
    pub fn new_of(&mut self, mut page: Vec<Entry>, pass: &mut Pass) -> Vec<Entry> {
        if matches!(pass, Pass::FromBeginning) {
            let last = self.total.checked_sub(1).and_then(|index| page.get(index));
            if last.map(fingerprint) == self.last {
                page.drain(..self.total);
                *pass = Pass::New;
            } else {
                *pass = Pass::FromSomewhere(self.counts.clone());
            }
        }
        if let Pass::FromSomewhere(known) = pass {
            page.retain(|entry| match known.get_mut(&fingerprint(entry)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            });
        }
        for entry in &page {
            let fingerprint = fingerprint(entry);
            *self.counts.entry(fingerprint).or_default() += 1;
            self.total += 1;
            self.last = Some(fingerprint);
        }
        page
    }
}

fn fingerprint(entry: &Entry) -> u64 {
    let mut hasher = DefaultHasher::new();
    entry.timestamp.hash(&mut hasher);
    entry.level.hash(&mut hasher);
    entry.message.hash(&mut hasher);
    entry.chunk_index.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(messages: &str) -> Vec<Entry> {
        let entry = |message: &str| {
            let entry = serde_json::json!({"message": message, "timestamp": "2026-01-01T00:00:00"});
            serde_json::from_value(entry).unwrap()
        };
        messages.split_whitespace().map(entry).collect()
    }

    fn messages(entries: &[Entry]) -> String {
        let messages: Vec<_> = entries.iter().map(|entry| &*entry.message).collect();
        messages.join(" ")
    }

    /// Reads the responses one after the other, and returns what is new in each.
    fn new_in(responses: &[&str], from_beginning: bool) -> Vec<String> {
        let mut seen = Seen::default();
        let read = responses.iter().map(|response| {
            let mut pass = seen.pass(from_beginning);
            messages(&seen.new_of(entries(response), &mut pass))
        });
        read.collect()
    }

    #[test]
    fn what_follows_the_known_beginning_is_new_even_if_it_repeats() {
        assert_eq!(
            new_in(&["", "a b", "a b", "a b a b"], true),
            ["", "a b", "", "a b"]
        );
    }

    #[test]
    fn a_log_that_is_written_again_in_another_order_repeats_nothing() {
        assert_eq!(
            new_in(&["a b c", "b", "c a b d a"], true),
            ["a b c", "", "d a"]
        );
    }

    #[test]
    fn a_response_that_begins_somewhere_repeats_nothing() {
        assert_eq!(
            new_in(&["a b c", "b c d", "d e"], false),
            ["a b c", "d", "e"]
        );
    }

    #[test]
    fn the_pages_of_one_reading_follow_each_other() {
        let mut seen = Seen::default();
        let mut pass = seen.pass(false);
        seen.new_of(entries("a b"), &mut pass);
        assert_eq!(messages(&seen.new_of(entries("b c"), &mut pass)), "b c");
        let mut pass = seen.pass(false);
        assert_eq!(messages(&seen.new_of(entries("a b"), &mut pass)), "");
        assert_eq!(messages(&seen.new_of(entries("b c b"), &mut pass)), "b");
    }
}
