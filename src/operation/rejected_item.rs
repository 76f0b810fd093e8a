//! What is kept of an item that does not match its type?

use std::fmt;
use std::sync::Arc;

use serde_core::ser::{Serialize, SerializeSeq, Serializer};

use crate::{Error, Json, Result};

/// An item of a list that does not match its type.
///
/// A server that is newer or older than this crate may send an item that the crate cannot read. The
/// other items of the list are unaffected.
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
/// let page = client.list_runs().send().await?;
/// for item in &page.rejected {
///     println!("run {} of the page: {}", item.json["id"], item.error);
/// }
/// # Ok(())
/// # }
/// ```
///
/// `Debug` shows the position and the error without the JSON, which may contain secrets.
#[derive(Clone)]
#[non_exhaustive]
pub struct RejectedItem {
    /// The index of the item in the list of the response, counted from 0.
    pub position: usize,
    /// The item as the server sent it.
    pub json: Json,
    /// The mismatch: an error of the kind [`Decode`](crate::ErrorKind::Decode).
    pub error: Arc<Error>,
}

impl RejectedItem {
    /// Adds a hint to the error, which is not shared yet.
    pub(crate) fn explain(&mut self, hint: &str) {
        if let Some(error) = Arc::get_mut(&mut self.error) {
            error.add_hint(hint);
        }
    }

    pub(crate) fn into_error(self) -> Error {
        Arc::try_unwrap(self.error).unwrap_or_else(Error::shared)
    }
}

impl PartialEq for RejectedItem {
    /// Compares the positions and the JSON, which the errors follow from.
    fn eq(&self, other: &Self) -> bool {
        self.position == other.position && self.json == other.json
    }
}

impl fmt::Debug for RejectedItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RejectedItem")
            .field("position", &self.position)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}

/// Returns all items, or the error of the first rejected one.
pub(crate) fn complete<T>(items: Vec<T>, rejected: Vec<RejectedItem>) -> Result<Vec<T>> {
    match rejected.into_iter().next() {
        Some(item) => Err(item.into_error()),
        None => Ok(items),
    }
}

/// The items of a list, with the rejected ones in their places.
pub(crate) struct AllItems<'a, T>(pub &'a [T], pub &'a [RejectedItem]);

impl<T: Serialize> Serialize for AllItems<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(items, rejected) = self;
        let mut rejected = rejected.iter().peekable();
        let length = items.len() + rejected.len();
        let mut all = serializer.serialize_seq(Some(length))?;
        let mut position = 0;
        for item in *items {
            while let Some(rejected) = rejected.next_if(|rejected| rejected.position <= position) {
                all.serialize_element(&rejected.json)?;
                position += 1;
            }
            all.serialize_element(item)?;
            position += 1;
        }
        for rejected in rejected {
            all.serialize_element(&rejected.json)?;
        }
        all.end()
    }
}
