//! Which pages of a list are requested, how many at a time, and when does the list end?

use std::collections::VecDeque;
use std::fmt;
use std::hash::{DefaultHasher, Hasher};
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::operation::listing::{Fetched, PartDecoder, Totals, fetch};
use crate::{Call, Error, Result};

/// The pages of a list, independent of the type of their items.
pub(crate) struct Pages {
    /// `None` after the end of the list.
    call: Option<Call>,
    paging: Paging,
    size: u64,
    /// Whether the builder sets the size.
    is_size_set: bool,
    decode: PartDecoder,
    /// Index in the list of the first item of the next request.
    next: u64,
    /// The pages that have been requested, in order.
    in_flight: VecDeque<InFlight>,
    /// The maximum number of pages in flight while the items of a page are read.
    prefetch: usize,
    /// The number of pages according to the newest response, if the list has pages.
    total: Option<u64>,
    seen: Seen,
}

/// The pages that have been read, in constant memory.
#[derive(Default)]
struct Seen {
    /// The number of pages.
    pages: u64,
    /// Fingerprints of the first page, of the previous page, and of the last page whose number is a power of
    /// two. The last one finds each cycle (R. P. Brent, "An improved Monte Carlo factorization algorithm",
    /// 1980), the others the usual ones without delay.
    kept: Option<(u64, u64, u64)>,
}

impl Seen {
    /// Adds a page, and returns whether it repeats another one.
    fn repeats(&mut self, fingerprint: u64) -> bool {
        self.pages += 1;
        let Some((first, previous, marked)) = self.kept else {
            self.kept = Some((fingerprint, fingerprint, fingerprint));
            return false;
        };
        let marks = self.pages.is_power_of_two();
        let newly_marked = if marks { fingerprint } else { marked };
        self.kept = Some((first, fingerprint, newly_marked));
        [first, previous, marked].contains(&fingerprint)
    }
}

/// The maximum page size of the Pro API, and the default page size of all streams.
pub(crate) const LIMIT: u64 = 100;

/// The parameters that select a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Paging {
    /// `offset` and `limit`.
    Offset,
    /// `page` and `size`.
    Number,
}

/// A page that was requested.
struct InFlight {
    start: u64,
    state: State,
}

enum State {
    Running(Pin<Box<dyn Future<Output = Result<Fetched>> + Send>>),
    Done(Result<Fetched>),
}

impl Pages {
    pub fn new(call: Call, paging: Paging, size: Option<u64>, decode: PartDecoder) -> Self {
        Self {
            call: Some(call),
            paging,
            size: size.unwrap_or(LIMIT).max(1),
            is_size_set: size.is_some(),
            decode,
            next: 0,
            in_flight: VecDeque::new(),
            prefetch: 0,
            total: None,
            seen: Seen::default(),
        }
    }

    /// Sets the number of pages to request ahead.
    pub fn set_prefetch(&mut self, pages: usize) {
        self.prefetch = pages;
    }

    /// Lowers the number of items of a request, unless the builder sets it or a page was requested
    /// already.
    pub fn limit_size(&mut self, size: u64) {
        if self.next == 0 && self.in_flight.is_empty() && !self.is_size_set {
            self.size = self.size.min(size.max(1));
        }
    }

    /// Starts with the page that contains the item with this index. Returns the number of items before
    /// the item on its page.
    pub fn start_at(&mut self, index: u64) -> u64 {
        let skipped = match self.paging {
            Paging::Offset => 0,
            Paging::Number => index % self.size,
        };
        self.next = index - skipped;
        skipped
    }

    /// Ends the list.
    pub fn stop(&mut self) {
        self.call = None;
        self.in_flight.clear();
    }

    /// Returns the next page with the index of its first item, or `None` at the end of the list.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<(u64, Result<Fetched>)>> {
        if self.in_flight.is_empty() && !self.request_next() {
            return Poll::Ready(None);
        }
        self.poll_in_flight(cx);
        match self.in_flight.pop_front() {
            Some(InFlight {
                state: State::Done(Err(error)),
                ..
            }) if is_after_the_end(&error) => {
                self.stop();
                Poll::Ready(None)
            }
            Some(InFlight {
                start,
                state: State::Done(page),
            }) => Poll::Ready(Some((start, page))),
            Some(running) => {
                self.in_flight.push_front(running);
                Poll::Pending
            }
            None => Poll::Ready(None),
        }
    }

    /// Requests pages ahead, as long as items are missing beyond those that have been requested, and
    /// lets all requests proceed.
    pub fn poll_ahead(&mut self, cx: &mut Context<'_>, missing: u64) {
        let needed = missing.div_ceil(self.size);
        let ahead = self
            .prefetch
            .min(usize::try_from(needed).unwrap_or(usize::MAX));
        while self.total.is_some() && self.in_flight.len() < ahead && self.request_next() {}
        self.poll_in_flight(cx);
    }

    fn poll_in_flight(&mut self, cx: &mut Context<'_>) {
        for page in &mut self.in_flight {
            if let State::Running(response) = &mut page.state
                && let Poll::Ready(response) = response.as_mut().poll(cx)
            {
                page.state = State::Done(response);
            }
        }
    }

    /// Requests the next page, and returns whether there is one.
    fn request_next(&mut self) -> bool {
        let page = self.number(self.next);
        let Some(call) = &self.call else {
            return false;
        };
        let (start, size) = (self.next, self.size);
        let call = call.clone();
        let call = match self.paging {
            Paging::Offset => call.query("offset", start).query("limit", size),
            Paging::Number if self.total.is_some_and(|total| page > total) => return false,
            Paging::Number => call.query("page", page).query("size", size),
        };
        if self.paging == Paging::Number {
            self.next = start.saturating_add(size);
        }
        self.in_flight.push_back(InFlight {
            start,
            state: State::Running(Box::pin(fetch(call, self.decode))),
        });
        true
    }

    /// Returns the number of the page that starts with this item.
    fn number(&self, start: u64) -> u64 {
        (start / self.size).saturating_add(1)
    }

    /// Takes note of a page that was read. Returns `false` if the page repeats another one and does
    /// not count.
    pub fn advance(&mut self, start: u64, items: u64, totals: Option<Totals>, body: &[u8]) -> bool {
        // A server that ignores the position returns the same page forever. One that counts pages
        // modulo their number starts again with the first.
        let fingerprint = self.fingerprint(body);
        let is_repeated = self.seen.repeats(fingerprint) && items > 0;
        self.total = totals.map(|totals| totals.pages);
        let is_last = match self.paging {
            Paging::Offset => {
                self.next = start.saturating_add(items);
                items != self.size
            }
            Paging::Number => {
                let page = self.number(start);
                items == 0 || self.total.is_none_or(|total| page >= total)
            }
        };
        if is_last || is_repeated {
            self.stop();
        }
        !is_repeated
    }

    /// Returns a hash of a response without the number of the page, which a server may count up while
    /// it repeats the items.
    fn fingerprint(&self, body: &[u8]) -> u64 {
        const INDEX: &[u8] = b"\"index\":";
        let mut hasher = DefaultHasher::new();
        let index = body.windows(INDEX.len()).position(|part| part == INDEX);
        match index.filter(|_| self.paging == Paging::Number) {
            Some(at) => {
                let (before, number) = body.split_at(at + INDEX.len());
                let is_number = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_whitespace();
                let end = number.iter().position(|byte| !is_number(byte));
                hasher.write(before);
                hasher.write(
                    number
                        .get(end.unwrap_or(number.len())..)
                        .unwrap_or_default(),
                );
            }
            None => hasher.write(body),
        }
        hasher.finish()
    }

    /// Describes the page that starts with this item, for errors.
    pub fn describe(&self, start: u64) -> String {
        match self.paging {
            Paging::Offset => format!("items from offset {start}"),
            Paging::Number => format!("page {} (size {})", self.number(start), self.size),
        }
    }
}

/// Returns whether a page does not exist, because the list has become shorter in the meantime
/// (`filter_and_paginate` in `sql_zen_store.py` of ZenML 0.98.0).
fn is_after_the_end(error: &Error) -> bool {
    error.server_exception() == Some("ValueError") && error.message().starts_with("Invalid page ")
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("call", &self.call)
            .field("paging", &self.paging)
            .field("size", &self.size)
            .field("next", &self.next)
            .field("in_flight", &self.in_flight.len())
            .finish_non_exhaustive()
    }
}
