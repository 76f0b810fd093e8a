//! Which part of a list does a request ask for?

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::value::RawValue;

use super::received::Received;
use super::reply::encoded;
use crate::client::environment::is_true;
use crate::{Page, UnknownFields};

/// The page size of a server, unless the request names another one.
const SIZE: usize = 20;

/// Returns the page of a list. Without `hydrate`, its items have no metadata, if the operation has that
/// parameter.
///
/// # Errors
/// Returns the message of a server (`filter_and_paginate` in `sql_zen_store.py` of ZenML 0.98.0) if the
/// list has fewer pages.
pub(super) fn page(
    items: &[Box<RawValue>],
    received: &Received,
    has_hydrate: bool,
) -> Result<Bytes, String> {
    let size = received.number("size").unwrap_or(SIZE).max(1);
    let index = received.number("page").unwrap_or(1).max(1);
    // The server counts one page in an empty list too.
    let total_pages = items.len().div_ceil(size).max(1);
    if index > total_pages {
        return Err(format!(
            "Invalid page {index}. The requested page size is {size} and there are a total of {} items for \
             this query. The maximum page value therefore is {total_pages}.",
            items.len()
        ));
    }
    let is_plain = has_hydrate && !received.values("hydrate").any(is_true);
    let of_page = part(items, (index - 1).saturating_mul(size), size).iter();
    let of_page = of_page.map(|item| {
        let plain = is_plain.then(|| without_metadata(item)).flatten();
        plain.unwrap_or_else(|| item.clone())
    });
    let page = Page {
        index: index as u64,
        max_size: size as u64,
        total_pages: total_pages as u64,
        total: items.len() as u64,
        items: of_page.collect(),
        rejected: Vec::new(),
        unknown_fields: UnknownFields::default(),
    };
    Ok(encoded(&page).into())
}

/// Returns the items of a list without pages, from `offset` on and up to `limit`.
pub(super) fn array(items: &[Box<RawValue>], received: &Received) -> Bytes {
    let start = received.number("offset").unwrap_or(0);
    let limit = received.number("limit").unwrap_or(usize::MAX);
    encoded(part(items, start, limit)).into()
}

fn part(items: &[Box<RawValue>], start: usize, length: usize) -> &[Box<RawValue>] {
    let rest = items.get(start..).unwrap_or_default();
    rest.get(..length).unwrap_or(rest)
}

/// Returns an item that has parts, without the part `metadata`.
fn without_metadata(item: &RawValue) -> Option<Box<RawValue>> {
    let mut members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(item.get()).ok()?;
    if !members.contains_key("body") {
        return None;
    }
    RawValue::NULL.clone_into(members.get_mut("metadata")?);
    serde_json::value::to_raw_value(&members).ok()
}
