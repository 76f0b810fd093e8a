//! How are bodies read and sent?

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::task::yield_now;

/// Reads the body of a request.
pub(super) async fn read(mut body: Incoming) -> io::Result<Bytes> {
    let mut whole = Vec::new();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        if let Ok(data) = frame.map_err(io::Error::other)?.into_data() {
            whole.extend_from_slice(&data);
        }
    }
    Ok(whole.into())
}

pub(super) type Pause = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The body of a response.
pub(super) struct Pieces {
    pieces: VecDeque<Piece>,
    length: u64,
}

enum Piece {
    Data(Bytes),
    Pause(Pause),
    /// The connection breaks.
    Cut,
}

impl Pieces {
    pub fn whole(body: Bytes) -> Self {
        Self {
            length: body.len() as u64,
            pieces: VecDeque::from([Piece::Data(body)]),
        }
    }

    /// Sends the first half, pauses, and sends the rest.
    pub fn slow(body: &Bytes, pause: Pause) -> Self {
        let (first, rest) = halves(body);
        Self {
            length: body.len() as u64,
            pieces: VecDeque::from([Piece::Data(first), Piece::Pause(pause), Piece::Data(rest)]),
        }
    }

    /// Sends the first half, and breaks the connection.
    pub fn cut(body: &Bytes) -> Self {
        let (first, _) = halves(body);
        // Data is sent before the body is polled again.
        let sent = Box::pin(yield_now());
        Self {
            length: body.len() as u64,
            pieces: VecDeque::from([Piece::Data(first), Piece::Pause(sent), Piece::Cut]),
        }
    }
}

fn halves(body: &Bytes) -> (Bytes, Bytes) {
    let middle = body.len() / 2;
    (body.slice(..middle), body.slice(middle..))
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        loop {
            match self.pieces.front_mut() {
                Some(Piece::Pause(pause)) => ready!(pause.as_mut().poll(cx)),
                Some(Piece::Data(data)) => {
                    let data = std::mem::take(data);
                    self.pieces.pop_front();
                    self.length -= data.len() as u64;
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                Some(Piece::Cut) => {
                    return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
                }
                None => return Poll::Ready(None),
            }
            self.pieces.pop_front();
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() || self.length == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.length)
    }
}
