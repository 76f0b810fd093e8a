//! May a request reach the server twice (RFC 9110, section 9.2.2)?

/// Effect of a second attempt of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Idempotency {
    /// The same as that of one attempt.
    Idempotent,
    /// The same as that of one attempt for a while: the server deduplicates by `Idempotency-Key`.
    ByKey,
    /// The server may carry out the request twice.
    NonIdempotent,
}

impl Idempotency {
    pub fn new(idempotent: bool, deduplicated: bool) -> Self {
        match (idempotent, deduplicated) {
            (true, _) => Self::Idempotent,
            (false, true) => Self::ByKey,
            (false, false) => Self::NonIdempotent,
        }
    }
}
