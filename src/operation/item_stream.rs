//! How is a list read item by item?

use std::any::Any;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use bytes::Bytes;
use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::operation::decoding::{Decoding, ItemByItem};
use crate::operation::offload::{Decoder, is_large, off_thread, typed};
use crate::operation::rejected_item::RejectedItem;
use crate::transport::request::Accept;
use crate::{Call, List, Page, Result};

/// All items of a list, returned by the `stream` method of a list's builder.
///
/// The stream is a [`Stream`] and requests each page when the items of the previous page are
/// consumed. It ends after the last page, or after the error of the first page that could not be
/// fetched. The builder's `limit` or `size` sets the number of items per request. It defaults to 100,
/// which is also the maximum of the Pro API.
///
/// An item that does not match its type is an error of the kind
/// [`Decode`](crate::ErrorKind::Decode), and the stream goes on with the next item.
/// [`Error::body`](crate::Error::body) returns the JSON of the item.
///
/// Items that are created or deleted while the list is read may be missed or returned twice. Sorting
/// by `created` reduces the risk.
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
/// let mut runs = client.list_runs().project("default").sort_by("asc:created").stream();
/// while let Some(run) = runs.next().await {
///     println!("{}", run?.name);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a stream sends no request until it is polled"]
pub struct ItemStream<T> {
    items: vec::IntoIter<T>,
    rejected: vec::IntoIter<RejectedItem>,
    /// Position of the next item on its page.
    position: usize,
    pages: Pages,
}

/// The items of a page, and the number of pages if the response contains it.
type Items<T> = (List<T>, Option<u64>);

/// The maximum page size of the Pro API, and the default page size of all streams.
const LIMIT: u64 = 100;

impl Call {
    /// Returns the items of a list with `offset` and `limit`, which ends with a page that is not full.
    pub fn items<T: DeserializeOwned + Send + 'static>(self) -> ItemStream<T> {
        let number = |name| self.query_value(name).and_then(|text| text.parse().ok());
        let paging = Paging::Offset {
            offset: number("offset").unwrap_or(0),
            limit: number("limit").map_or(LIMIT, |limit: u64| limit.clamp(1, LIMIT)),
        };
        ItemStream::new(self, paging, |response| {
            let list = ItemByItem::<List<T>>::decode(response)?.into_inner();
            let page: Items<T> = (list, None);
            Ok(Box::new(page))
        })
    }

    /// Returns the items of a list of [`Page`]s.
    pub fn paged_items<T: DeserializeOwned + Send + 'static>(self) -> ItemStream<T> {
        let number = |name| self.query_value(name).and_then(|text| text.parse().ok());
        let paging = Paging::Number {
            page: number("page").unwrap_or(1),
            size: number("size").unwrap_or(LIMIT),
        };
        ItemStream::new(self, paging, |response| {
            let page = ItemByItem::<Page<T>>::decode(response)?.into_inner();
            let (items, rejected) = (page.items, page.rejected);
            let page: Items<T> = (List { items, rejected }, Some(page.total_pages));
            Ok(Box::new(page))
        })
    }
}

impl<T: 'static> ItemStream<T> {
    fn new(call: Call, paging: Paging, decode: Decoder) -> Self {
        Self {
            items: Vec::new().into_iter(),
            rejected: Vec::new().into_iter(),
            position: 0,
            pages: Pages {
                call: Some(call),
                paging,
                decode,
                pending: None,
                previous: Bytes::new(),
            },
        }
    }

    /// Returns the next item, or `None` at the end.
    ///
    /// The method has the name and meaning of `StreamExt::next` of the stream crates, so that
    /// importing such a trait changes nothing.
    ///
    /// # Errors
    /// The item is the error of a page that could not be fetched, and the stream ends after it. Or it
    /// is the error of an item that does not match its type, and the stream goes on.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// Collects all remaining items.
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
    /// let stacks = client.list_stacks().stream().try_collect::<Vec<_>>().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Returns the first error of a page or an item, and drops the items before it.
    pub async fn try_collect<C: Default + Extend<T>>(mut self) -> Result<C> {
        let mut all = C::default();
        while let Some(item) = self.next().await {
            all.extend([item?]);
        }
        Ok(all)
    }

    /// Returns the next item of the current page, rejected ones in their places.
    fn next_of_page(&mut self) -> Option<Result<T>> {
        let next = self.rejected.as_slice().first();
        let item = if next.is_some_and(|next| next.position == self.position) {
            let rejected = self.rejected.next()?;
            Err(rejected.into_error())
        } else {
            Ok(self.items.next()?)
        };
        self.position += 1;
        Some(item)
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(item) = self.next_of_page() {
                return Poll::Ready(Some(item));
            }
            let Some(page) = ready!(self.pages.poll(cx)) else {
                return Poll::Ready(None);
            };
            let read = page.and_then(|(page, body)| {
                let (list, total) = typed::<Items<T>>(page)?;
                Ok((list, total, body))
            });
            match read {
                Ok((list, total, body)) => {
                    let length = list.items.len() + list.rejected.len();
                    let is_repeated = self.pages.advance(length as u64, total, body);
                    if !is_repeated {
                        self.items = list.items.into_iter();
                        self.rejected = list.rejected.into_iter();
                        self.position = 0;
                    }
                }
                Err(error) => {
                    self.pages.call = None;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

// Items are moved out of the stream, never pinned in it.
impl<T> Unpin for ItemStream<T> {}

impl<T: 'static> Stream for ItemStream<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_item(cx)
    }
}

impl<T> fmt::Debug for ItemStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemStream")
            .field("call", &self.pages.call)
            .field("paging", &self.pages.paging)
            .finish_non_exhaustive()
    }
}

/// The pages of a list, independent of the type of their items.
struct Pages {
    /// `None` after the last page.
    call: Option<Call>,
    paging: Paging,
    decode: Decoder,
    pending: Option<Pin<Box<dyn Future<Output = Result<Decoded>> + Send>>>,
    previous: Bytes,
}

/// The decoded items of a page, and its body.
type Decoded = (Box<dyn Any + Send>, Bytes);

/// The position of the next page.
#[derive(Debug, Clone, Copy)]
enum Paging {
    Offset { offset: u64, limit: u64 },
    Number { page: u64, size: u64 },
}

impl Pages {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Decoded>>> {
        let Some(call) = &self.call else {
            return Poll::Ready(None);
        };
        let pending = self.pending.get_or_insert_with(|| {
            let call = match self.paging {
                Paging::Offset { offset, limit } => {
                    call.clone().query("offset", offset).query("limit", limit)
                }
                Paging::Number { page, size } => {
                    call.clone().query("page", page).query("size", size)
                }
            };
            let decode = self.decode;
            Box::pin(async move {
                let response = call.execute(Accept::Json).await?;
                let body = response.body.clone();
                let page = if is_large(&response) {
                    off_thread(response, decode).await?
                } else {
                    decode(response)?
                };
                Ok((page, body))
            })
        });
        let page = ready!(pending.as_mut().poll(cx));
        self.pending = None;
        Poll::Ready(Some(page))
    }

    /// Moves on to the next page, and returns whether this page repeats the previous one.
    fn advance(&mut self, items: u64, total: Option<u64>, body: Bytes) -> bool {
        // A server that ignores the position returns the same page forever.
        let is_repeated = items > 0 && body == self.previous;
        let is_last = match &mut self.paging {
            Paging::Offset { offset, limit } => {
                *offset += items;
                items != *limit || is_repeated
            }
            Paging::Number { page, .. } => {
                *page += 1;
                items == 0 || is_repeated || total.is_none_or(|total| *page > total)
            }
        };
        self.previous = body;
        if is_last {
            self.call = None;
        }
        is_repeated
    }
}

#[cfg(test)]
mod tests;
