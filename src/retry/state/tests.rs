//! Which failures may be followed by another attempt?

use http::StatusCode;

use super::*;

fn status(status: u16, message: &str) -> Error {
    let status = StatusCode::from_u16(status).unwrap();
    Error::new(ErrorKind::of_status(status), message).with_status(status)
}

fn local(kind: ErrorKind) -> Error {
    Error::new(kind, "x")
}

fn is_retried(idempotency: Idempotency, policy: &RetryPolicy, error: Error) -> bool {
    let now = Instant::now();
    let mut state = RetryState::default();
    state.record(now, &error);
    let delay = state.delay(&error.into(), idempotency, policy, now, 0.5);
    delay.is_some()
}

#[test]
fn transient_failures_of_idempotent_requests_are_retried() {
    let policy = RetryPolicy::default();
    for idempotency in [Idempotency::Idempotent, Idempotency::ByKey] {
        for transient in [408, 429, 502, 503, 504] {
            assert!(
                is_retried(idempotency, &policy, status(transient, "x")),
                "{transient}"
            );
        }
        for kind in [
            ErrorKind::Connect,
            ErrorKind::Timeout,
            ErrorKind::Interrupted,
        ] {
            assert!(is_retried(idempotency, &policy, local(kind)), "{kind:?}");
        }
        for permanent in [400, 401, 403, 404, 409, 413, 422, 500, 501] {
            assert!(
                !is_retried(idempotency, &policy, status(permanent, "x")),
                "{permanent}"
            );
        }
        assert!(!is_retried(idempotency, &policy, local(ErrorKind::Decode)));
    }
}

#[test]
fn non_idempotent_requests_are_retried_only_if_the_server_did_nothing() {
    let policy = RetryPolicy::default();
    let retried = |error| is_retried(Idempotency::NonIdempotent, &policy, error);
    assert!(retried(local(ErrorKind::Connect)));
    assert!(retried(status(408, "x")) && retried(status(429, "x")));
    for unknown in [502, 503, 504] {
        assert!(!retried(status(unknown, "x")), "{unknown}");
    }
    assert!(!retried(local(ErrorKind::Timeout)));
    assert!(!retried(local(ErrorKind::Interrupted)));
}

#[test]
fn the_policy_can_allow_retries_of_non_idempotent_requests() {
    let policy = RetryPolicy::default().retry_non_idempotent(true);
    assert!(is_retried(
        Idempotency::NonIdempotent,
        &policy,
        local(ErrorKind::Interrupted)
    ));
    assert!(!is_retried(
        Idempotency::NonIdempotent,
        &policy,
        status(500, "x")
    ));
}

#[test]
fn a_later_attempt_without_effect_leaves_an_earlier_unknown_effect_unknown() {
    let (now, mut state) = (Instant::now(), RetryState::default());
    state.record(now, &local(ErrorKind::Interrupted));
    state.record(now, &local(ErrorKind::Connect));
    let failed = AttemptError::from(local(ErrorKind::Connect));
    let policy = RetryPolicy::default();
    let delay = state.delay(&failed, Idempotency::NonIdempotent, &policy, now, 0.5);
    assert_eq!(delay, None);
}

#[test]
fn a_call_with_a_key_is_retried_while_the_server_remembers_the_key() {
    let policy = RetryPolicy::default();
    let (started, mut state) = (Instant::now(), RetryState::default());
    let may = |state: &RetryState, seconds| {
        let failed = AttemptError::from(local(ErrorKind::Connect));
        let now = started + Duration::from_secs(seconds);
        let delay = state.delay(&failed, Idempotency::ByKey, &policy, now, 0.0);
        delay.is_some()
    };
    assert!(may(&state, 10_000));
    state.record(started, &local(ErrorKind::Interrupted));
    assert!(may(&state, 284) && !may(&state, 285));
    state.record(
        started + Duration::from_secs(200),
        &local(ErrorKind::Timeout),
    );
    assert!(!may(&state, 285));
    let in_progress = status(429, "Server too busy. Please try again later.");
    state.record(started + Duration::from_secs(200), &in_progress);
    assert!(may(&state, 484) && !may(&state, 485));
}

#[test]
fn retries_are_counted() {
    let policy = RetryPolicy::default().max_retries(1);
    let failed = AttemptError::from(local(ErrorKind::Interrupted));
    let mut state = RetryState::default();
    let delay = |state: &RetryState| {
        state.delay(
            &failed,
            Idempotency::Idempotent,
            &policy,
            Instant::now(),
            0.5,
        )
    };
    assert_eq!(delay(&state), Some(Duration::from_millis(500)));
    state.retries = 1;
    assert_eq!(delay(&state), None);
    let never = RetryPolicy::never();
    assert!(!is_retried(
        Idempotency::Idempotent,
        &never,
        status(503, "x")
    ));
}

#[test]
fn retries_of_failed_connections_outlast_a_restart_of_the_server() {
    let (policy, now) = (RetryPolicy::default(), Instant::now());
    let total = |jitter| {
        let mut state = RetryState::default();
        let mut total = Duration::ZERO;
        loop {
            let error = local(ErrorKind::Connect);
            state.record(now, &error);
            let idempotency = Idempotency::NonIdempotent;
            match state.delay(&error.into(), idempotency, &policy, now, jitter) {
                Some(delay) => total += delay,
                None => return total.as_secs_f64(),
            }
            state.retries += 1;
        }
    };
    assert_eq!(total(0.0), 15.5);
    assert_eq!(total(1.0), 31.0);
}
