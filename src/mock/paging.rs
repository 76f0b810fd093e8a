//! Which part of a list does a request ask for?

use bytes::Bytes;
use serde_json::json;
use serde_json::value::RawValue;

use super::received::Received;

/// The page size of a server, unless the request names another one.
const SIZE: usize = 20;

/// Returns the page of a list.
pub(super) fn page(items: &[Box<RawValue>], received: &Received) -> Bytes {
    let size = received.number("size").unwrap_or(SIZE).max(1);
    let index = received.number("page").unwrap_or(1).max(1);
    // The server counts one page in an empty list too.
    let pages = items.len().div_ceil(size).max(1);
    let start = (index - 1).saturating_mul(size);
    let text = json!({
        "index": index,
        "max_size": size,
        "total_pages": pages,
        "total": items.len(),
        "items": part(items, start, size),
    });
    text.to_string().into()
}

/// Returns the items of a list without pages, from `offset` on and up to `limit`.
pub(super) fn array(items: &[Box<RawValue>], received: &Received) -> Bytes {
    let start = received.number("offset").unwrap_or(0);
    let limit = received.number("limit").unwrap_or(usize::MAX);
    json!(part(items, start, limit)).to_string().into()
}

fn part(items: &[Box<RawValue>], start: usize, length: usize) -> &[Box<RawValue>] {
    let rest = items.get(start..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}
