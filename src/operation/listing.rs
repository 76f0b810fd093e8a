//! How is one part of a list fetched, independent of the type of its items?

use std::any::Any;
use std::vec;

use bytes::Bytes;
use serde_core::de::DeserializeOwned;

use crate::operation::decoding::{Decoding, ItemByItem, explained};
use crate::operation::offload::{is_large, off_thread, typed};
use crate::operation::rejected_item::RejectedItem;
use crate::transport::call_response::RawResponse;
use crate::transport::context::CallContext;
use crate::transport::request::Accept;
use crate::{Call, List, Page, Result};

/// The numbers of all items and pages of a list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Totals {
    pub items: u64,
    pub pages: u64,
}

/// The query parameters that select a part of a list.
pub(crate) const PAGING: [&str; 4] = ["page", "size", "offset", "limit"];

/// A decoded part of a list, without the type of its items.
pub(crate) struct Part {
    items: Box<dyn Any + Send>,
    rejected: Vec<RejectedItem>,
    totals: Option<Totals>,
}

/// Decoder of a part of a list.
pub(crate) type PartDecoder = fn(RawResponse) -> Result<Part>;

/// A response with decoded items.
pub(crate) struct Fetched {
    part: Part,
    pub body: Bytes,
    pub context: CallContext,
}

impl Fetched {
    /// Returns the items with their type, and what a [`Page`] says about the whole list.
    pub fn items<T: 'static>(self) -> Result<(InOrder<T>, Option<Totals>)> {
        let items = InOrder::new(typed(self.part.items)?, self.part.rejected);
        Ok((items, self.part.totals))
    }
}

/// The items of a response in their order, with errors in the places of those that were rejected.
pub(crate) struct InOrder<T> {
    items: vec::IntoIter<T>,
    rejected: vec::IntoIter<RejectedItem>,
    position: usize,
}

impl<T> InOrder<T> {
    fn new(items: Vec<T>, rejected: Vec<RejectedItem>) -> Self {
        Self {
            items: items.into_iter(),
            rejected: rejected.into_iter(),
            position: 0,
        }
    }

    /// Returns the number of items that are left.
    pub fn len(&self) -> usize {
        self.items.len() + self.rejected.len()
    }
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self::new(Vec::new(), Vec::new())
    }
}

impl<T> Iterator for InOrder<T> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Result<T>> {
        let next = self.rejected.as_slice().first();
        let item = if next.is_some_and(|next| next.position == self.position) {
            Err(self.rejected.next()?.into_error())
        } else {
            Ok(self.items.next()?)
        };
        self.position += 1;
        Some(item)
    }
}

/// Decodes a list without totals.
pub(crate) fn array<T: DeserializeOwned + Send + 'static>(response: RawResponse) -> Result<Part> {
    let list = ItemByItem::<List<T>>::decode(response)?.into_inner();
    Ok(Part {
        items: Box::new(list.items),
        rejected: list.rejected,
        totals: None,
    })
}

/// Decodes a [`Page`].
pub(crate) fn page<T: DeserializeOwned + Send + 'static>(response: RawResponse) -> Result<Part> {
    let page = ItemByItem::<Page<T>>::decode(response)?.into_inner();
    Ok(Part {
        items: Box::new(page.items),
        rejected: page.rejected,
        totals: Some(Totals {
            items: page.total,
            pages: page.total_pages,
        }),
    })
}

/// Sends a request of a list and decodes its items.
pub(crate) async fn fetch(call: Call, decode: PartDecoder) -> Result<Fetched> {
    let mut response = call.execute(Accept::Json).await?;
    let (body, context) = (response.body.clone(), response.context.clone());
    let transport = response.transport.take();
    let part = if is_large(&response) {
        off_thread(response, decode).await
    } else {
        decode(response)
    };
    let part = match explained(part, |part| &mut part.rejected, transport, context.deadline) {
        Ok(part) => part,
        Err(explained) => explained.await?,
    };
    Ok(Fetched {
        part,
        body,
        context,
    })
}
