//! Retries of failed attempts: whether, when, and how often in all.
//!
//! A [`RetryPolicy`] limits the retries of one call. A [`RetryBudget`] limits those of all calls of a
//! client, which protects a server that is down. [`CallOptions`](crate::CallOptions) sets another
//! policy for some calls.

// | module | has |
// | --- | --- |
// | `run` | the loop: one attempt after the other until one succeeds or none may follow |
// | `policy` | `RetryPolicy`: how often and how soon one call is retried |
// | `budget` | `RetryBudget`: how many retries all calls may spend together |
// | `state` | what the failed attempts of a call say about the next one |
// | `idempotency` | what a second attempt of an operation does |
// | `attempt_error` | an attempt that failed, and what the server asks for |
// | `retry_after` | the `Retry-After` header |

pub(crate) mod attempt_error;
pub(crate) mod budget;
pub(crate) mod idempotency;
pub(crate) mod policy;
pub(crate) mod retry_after;
pub(crate) mod run;
pub(crate) mod state;

#[doc(no_inline)]
pub use crate::RetryPolicy;
pub use budget::RetryBudget;
