use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use bytes::Bytes;
use futures_core::Stream;
use serde::de::DeserializeOwned;

use crate::operation::call::decoded;
use crate::transport::request::Accept;
use crate::transport::response::RawResponse;
use crate::{Call, Page, Result};

/// The items of a list, page after page: each page is asked for when the one before is used up.
///
/// A [`Stream`]; [`next`](Self::next) does without a stream library. It ends after the last page, or
/// with the error of the page that could not be had.
///
/// A page holds as many items as the builder's `limit` or `size` says, 100 if that is not set, and
/// never more of the Pro API, which gives out no more at once. Items that come or go while the
/// list is being read may be missed or seen twice; sorting by `created` helps against the former.
///
/// ```no_run
/// # async fn example(zenml: zenml::WorkspaceClient) -> zenml::Result<()> {
/// let mut runs = zenml.list_runs().project("default").sort_by("asc:created").stream();
/// while let Some(run) = runs.next().await {
///     println!("{}", run?.name);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is asked for before the first item is"]
pub struct ItemStream<T> {
    items: vec::IntoIter<T>,
    pages: Pages,
    read: Read<T>,
}

/// The items of a page, and how many pages there are, if it says so.
type Read<T> = fn(RawResponse) -> Result<(Vec<T>, Option<u64>)>;

/// The most that the Pro API gives out at once, and what is asked for otherwise.
const LIMIT: u64 = 100;

impl Call {
    /// The items of a list that is read by offset and limit until a page is not full.
    pub fn items<T: DeserializeOwned>(self) -> ItemStream<T> {
        let number = |name| self.query_value(name).and_then(|text| text.parse().ok());
        let paging = Paging::Offset {
            offset: number("offset").unwrap_or(0),
            limit: number("limit").map_or(LIMIT, |limit: u64| limit.clamp(1, LIMIT)),
        };
        ItemStream::new(self, paging, |answer| {
            Ok((decoded::<Vec<T>>(answer)?.into_inner(), None))
        })
    }

    /// The items of a list that says how many pages it has.
    pub fn paged_items<T: DeserializeOwned>(self) -> ItemStream<T> {
        let number = |name| self.query_value(name).and_then(|text| text.parse().ok());
        let paging = Paging::Number {
            page: number("page").unwrap_or(1),
            size: number("size").unwrap_or(LIMIT),
        };
        ItemStream::new(self, paging, |answer| {
            let page = decoded::<Page<T>>(answer)?.into_inner();
            Ok((page.items, Some(page.total_pages)))
        })
    }
}

impl<T> ItemStream<T> {
    fn new(call: Call, paging: Paging, read: Read<T>) -> Self {
        Self {
            items: Vec::new().into_iter(),
            pages: Pages {
                call: Some(call),
                paging,
                coming: None,
                previous: Bytes::new(),
            },
            read,
        }
    }

    /// The next item; none at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    /// All items, or the first error.
    pub async fn collect(mut self) -> Result<Vec<T>> {
        let mut all = Vec::new();
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            let Some(answer) = ready!(self.pages.poll(cx)) else {
                return Poll::Ready(None);
            };
            let read = answer.and_then(|answer| {
                let body = answer.body.clone();
                let (items, total) = (self.read)(answer)?;
                Ok((items, total, body))
            });
            match read {
                Ok((items, total, body)) => {
                    let is_repeated = self.pages.advance(items.len() as u64, total, body);
                    if !is_repeated {
                        self.items = items.into_iter();
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

// Items are moved out of it, never pinned in it.
impl<T> Unpin for ItemStream<T> {}

impl<T> Stream for ItemStream<T> {
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

/// The pages of a list, whatever is on them.
struct Pages {
    /// None after the last page.
    call: Option<Call>,
    paging: Paging,
    coming: Option<Pin<Box<dyn Future<Output = Result<RawResponse>> + Send>>>,
    previous: Bytes,
}

/// Which page comes next.
#[derive(Debug, Clone, Copy)]
enum Paging {
    Offset { offset: u64, limit: u64 },
    Number { page: u64, size: u64 },
}

impl Pages {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<RawResponse>>> {
        let Some(call) = &self.call else {
            return Poll::Ready(None);
        };
        let coming = self.coming.get_or_insert_with(|| {
            let call = match self.paging {
                Paging::Offset { offset, limit } => {
                    call.clone().query("offset", offset).query("limit", limit)
                }
                Paging::Number { page, size } => {
                    call.clone().query("page", page).query("size", size)
                }
            };
            Box::pin(call.execute(Accept::Json))
        });
        let answer = ready!(coming.as_mut().poll(cx));
        self.coming = None;
        Poll::Ready(Some(answer))
    }

    /// Goes on to the next page; says whether this one is the one before, once more.
    fn advance(&mut self, items: u64, total: Option<u64>, body: Bytes) -> bool {
        // Of some lists it is not known whether they heed the offset.
        let is_repeated =
            matches!(self.paging, Paging::Offset { .. }) && items > 0 && body == self.previous;
        let is_last = match &mut self.paging {
            Paging::Offset { offset, limit } => {
                *offset += items;
                items != *limit || is_repeated
            }
            Paging::Number { page, .. } => {
                *page += 1;
                total.is_none_or(|total| *page > total)
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
