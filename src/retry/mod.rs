//! Retries of failed attempts: whether, when, and how often in all.
//!
//! | type | limits |
//! | --- | --- |
//! | [`RetryPolicy`] | the retries of one call: which failures, how often, after which delay |
//! | [`RetryBudget`] | the retries of all calls of a client together |
//!
//! The defaults suit most programs: transient failures are retried if a retry is safe.

// | module | question |
// | --- | --- |
// | run | how are the attempts of a call made (the retry loop) |
// | policy, budget | which limits do users set |
// | state | may another attempt follow the failed ones |
// | idempotency | may a request reach the server twice |
// | attempt_error, retry_after | why did an attempt fail, and which delay does the server ask for |

pub(crate) mod attempt_error;
pub(crate) mod budget;
pub(crate) mod idempotency;
pub(crate) mod policy;
pub(crate) mod retry_after;
pub(crate) mod run;
pub(crate) mod state;

pub use budget::RetryBudget;
#[doc(no_inline)]
pub use policy::RetryPolicy;
