//! How many retries may all calls of a client make together?

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Number of retries that a client and all its clones may spend.
///
/// A retry withdraws one from the budget; a successful call deposits a half, up to the capacity.
/// While a server is down, the budget runs out and each call has one attempt only, so that retries do
/// not make the outage worse.
///
/// Defaults to 100 retries for each client. Clones share one budget: pass a clone to each of several
/// clients to limit their retries together.
///
/// ```
/// use zenml::{WorkspaceClient, retry::RetryBudget};
///
/// let client = WorkspaceClient::builder("https://zenml.example.com")
///     .retry_budget(RetryBudget::new(20))
///     .build()?;
/// # Ok::<(), zenml::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct RetryBudget(Option<Arc<Bucket>>);

/// Balance of a budget, in half retries.
#[derive(Debug)]
struct Bucket {
    balance: AtomicU64,
    capacity: u64,
}

impl RetryBudget {
    /// Creates a budget of this number of retries.
    #[must_use]
    pub fn new(retries: u32) -> Self {
        Self::with_capacity(u64::from(retries) * 2)
    }

    /// Creates a budget that never runs out: only the [`RetryPolicy`](crate::RetryPolicy) limits
    /// the retries of a call.
    #[must_use]
    pub fn unlimited() -> Self {
        Self(None)
    }

    fn with_capacity(capacity: u64) -> Self {
        Self(Some(Arc::new(Bucket {
            balance: AtomicU64::new(capacity),
            capacity,
        })))
    }

    /// Creates a budget of the same size for another server.
    pub(crate) fn fresh(&self) -> Self {
        match &self.0 {
            Some(bucket) => Self::with_capacity(bucket.capacity),
            None => Self(None),
        }
    }

    /// Withdraws one retry. Returns whether the budget had one.
    pub(crate) fn withdraw(&self) -> bool {
        self.0.as_ref().is_none_or(|bucket| {
            bucket
                .balance
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| {
                    balance.checked_sub(2)
                })
                .is_ok()
        })
    }

    /// Deposits half a retry, up to the capacity.
    pub(crate) fn deposit(&self) {
        if let Some(bucket) = &self.0 {
            let _is_full = bucket
                .balance
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |balance| {
                    (balance < bucket.capacity).then_some(balance + 1)
                })
                .is_err();
        }
    }
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self::new(100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_runs_out_and_successes_fill_it_up_to_its_capacity() {
        let budget = RetryBudget::new(2);
        let clone = budget.clone();
        assert!(budget.withdraw() && clone.withdraw() && !budget.withdraw());
        budget.deposit();
        assert!(!budget.withdraw());
        budget.deposit();
        assert!(clone.withdraw() && !budget.withdraw());
        for _ in 0..100 {
            budget.deposit();
        }
        assert!(budget.withdraw() && budget.withdraw() && !budget.withdraw());
    }

    #[test]
    fn an_unlimited_budget_never_runs_out() {
        assert!((0..1_000).all(|_| RetryBudget::unlimited().withdraw()));
    }

    #[test]
    fn a_fresh_budget_is_full_and_independent() {
        let budget = RetryBudget::new(1);
        assert!(budget.withdraw());
        assert!(budget.fresh().withdraw() && !budget.withdraw());
    }
}
