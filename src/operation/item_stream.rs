//! How is a list read item by item?

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use serde_core::de::DeserializeOwned;

use crate::operation::listing::{Fetched, InOrder, PartDecoder, array, page};
use crate::operation::pages::{LIMIT, Pages, Paging};
use crate::{Call, Result};

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
///
/// [`prefetch`](Self::prefetch) requests pages ahead, and [`position`](Self::position) lets another
/// stream continue where this one stopped.
#[must_use = "a stream sends no request until it is polled"]
pub struct ItemStream<T> {
    /// The rest of the current page.
    items: InOrder<T>,
    /// Index in the list of the next item.
    position: u64,
    /// The number of items to skip on the next page.
    skipped: u64,
    /// The maximum number of items that are still to be returned.
    left: u64,
    pages: Pages,
}

impl Call {
    /// Returns the items of a list with `offset` and `limit`, which ends with a page that is not full.
    pub fn items<T: DeserializeOwned + Send + 'static>(self) -> ItemStream<T> {
        let limit = self.number("limit").map(|n| n.clamp(1, LIMIT));
        let offset = self.number("offset").unwrap_or(0);
        ItemStream::new(self, Paging::Offset, limit, array::<T>).start_at(offset)
    }

    /// Returns the items of a list of [`Page`](crate::Page)s.
    pub fn paged_items<T: DeserializeOwned + Send + 'static>(self) -> ItemStream<T> {
        let size = self.number("size").map(|n| n.max(1));
        let pages_before = self.number("page").unwrap_or(1).saturating_sub(1);
        let first = pages_before.saturating_mul(size.unwrap_or(LIMIT));
        ItemStream::new(self, Paging::Number, size, page::<T>).start_at(first)
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.query_value(name).and_then(|text| text.parse().ok())
    }
}

impl<T: 'static> ItemStream<T> {
    fn new(call: Call, paging: Paging, size: Option<u64>, decode: PartDecoder) -> Self {
        Self {
            items: InOrder::default(),
            position: 0,
            skipped: 0,
            left: u64::MAX,
            pages: Pages::new(call, paging, size, decode),
        }
    }

    /// Sets the number of pages to request ahead while the items of a page are read. Defaults to 0: a
    /// page is requested when its first item is needed.
    ///
    /// The pages are requested concurrently once the first page has told how many there are, and their
    /// items are returned in order. The requests proceed while the stream is polled. A list without
    /// page numbers, as those of the Pro API are, does not tell; it is read page by page.
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
    /// let runs = client.list_runs().stream().prefetch(4);
    /// # Ok(())
    /// # }
    /// ```
    pub fn prefetch(mut self, pages: usize) -> Self {
        self.pages.set_prefetch(pages);
        self
    }

    /// Sets the maximum number of items to return. Defaults to no limit.
    ///
    /// It is also the size of the pages, unless the builder sets one or the stream starts later in the list.
    pub fn max_items(mut self, items: u64) -> Self {
        self.left = items;
        // Another size would move the items before the first one to other pages.
        if self.position == 0 {
            self.pages.limit_size(items);
        }
        self
    }

    /// Starts with the item that has this index in the list, counted from 0: the
    /// [`position`](Self::position) of another stream. Overrides `page` and `offset` of the builder.
    ///
    /// Call it before the first item is read.
    pub fn start_at(mut self, position: u64) -> Self {
        self.skipped = self.pages.start_at(position);
        self.position = position;
        self
    }

    /// Returns the index of the next item in the list, counted from 0.
    ///
    /// After an error, this is the position of the first item that was not returned. Give it to
    /// [`start_at`](Self::start_at) of a stream with the same filters and the same page size.
    ///
    /// ```no_run
    /// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
    /// let runs = client.list_runs().sort_by("asc:created");
    /// let mut stream = runs.clone().stream();
    /// while let Some(run) = stream.next().await {
    ///     match run {
    ///         Ok(run) => println!("{}", run.name),
    ///         Err(error) if error.is_retryable() => {
    ///             stream = runs.clone().stream().start_at(stream.position());
    ///         }
    ///         Err(error) => return Err(error),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Returns the next item, or `None` at the end.
    ///
    /// The method has the name and meaning of `StreamExt::next` of the stream crates, so that
    /// importing such a trait changes nothing.
    ///
    /// # Errors
    /// The item is the error of a page that could not be fetched; it names the page, and the stream
    /// ends after it. Or it is the error of an item that does not match its type, and the stream goes
    /// on.
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

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        loop {
            if self.left == 0 {
                self.pages.stop();
                return Poll::Ready(None);
            }
            self.pages.poll_ahead(cx, self.missing());
            if let Some(item) = self.items.next() {
                self.position = self.position.saturating_add(1);
                self.left -= 1;
                return Poll::Ready(Some(item));
            }
            let Some((start, page)) = ready!(self.pages.poll(cx)) else {
                return Poll::Ready(None);
            };
            if let Err(error) = page.and_then(|page| self.read(start, page)) {
                let place = self.pages.describe(start);
                self.pages.stop();
                return Poll::Ready(Some(Err(error.at(place))));
            }
        }
    }

    /// Returns the number of items to return beyond those of the current page.
    fn missing(&self) -> u64 {
        self.left.saturating_sub(self.items.len() as u64)
    }

    /// Makes a page the current one.
    fn read(&mut self, start: u64, page: Fetched) -> Result<()> {
        let body = page.body.clone();
        let (mut items, totals) = page.items::<T>()?;
        let length = items.len() as u64;
        if self.pages.advance(start, length, totals, &body) {
            let skipped = std::mem::take(&mut self.skipped).min(length);
            self.position = start.saturating_add(skipped);
            for _ in 0..skipped {
                items.next();
            }
            self.items = items;
        }
        Ok(())
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
            .field("position", &self.position)
            .field("pages", &self.pages)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod prefetch_tests;
#[cfg(test)]
mod tests;
