//! How are the parts of a long message joined?

use std::collections::BTreeMap;

use uuid::Uuid;

use super::line::Entry;

/// The messages that are not complete yet.
///
/// The server stores a message of more than 5 KiB in parts with the same id
/// (`log_stores/artifact/artifact_log_exporter.py` of ZenML 0.98.0).
#[derive(Debug, Default)]
pub(super) struct Chunks(Vec<Message>);

#[derive(Debug)]
struct Message {
    id: Option<Uuid>,
    first: Entry,
    parts: BTreeMap<u32, String>,
}

impl Chunks {
    /// Adds an entry, and returns the message that it completes.
    pub fn add(&mut self, entry: Entry) -> Option<Entry> {
        let total = entry.total_chunks.unwrap_or(1);
        if total <= 1 {
            return Some(entry);
        }
        let index = entry.chunk_index.unwrap_or(0);
        let known = self.0.iter().position(|message| message.id == entry.id);
        let at = known.unwrap_or_else(|| {
            self.0.push(Message {
                id: entry.id,
                first: entry.clone(),
                parts: BTreeMap::new(),
            });
            self.0.len() - 1
        });
        let message = self.0.get_mut(at)?;
        message.parts.insert(index, entry.message);
        (message.parts.len() >= total as usize).then(|| self.0.remove(at).join())
    }

    /// Returns what there is of the messages that will not become complete.
    pub fn rest(&mut self) -> impl Iterator<Item = Entry> {
        self.0.drain(..).map(Message::join)
    }
}

impl Message {
    fn join(self) -> Entry {
        Entry {
            message: self.parts.into_values().collect(),
            ..self.first
        }
    }
}
