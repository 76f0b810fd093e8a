//! The mock server in the hands of a program that uses this crate, and what it shows about the client.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and so may its helpers"
)]

mod faults;
mod lists;
mod logins;
mod matching;
mod reports;
mod responses;
mod time;
mod trigger;
mod waiting;
mod workflows;
mod wrong;

use std::panic::{AssertUnwindSafe, catch_unwind};

use uuid::{Uuid, uuid};
use zenml::mock::Server;
use zenml::workspace::types::{ExecutionStatus, PipelineRunResponse};

const ID: Uuid = uuid!("00000000-0000-4000-8000-00000000000a");

/// Returns a run with this status.
fn run(status: ExecutionStatus) -> PipelineRunResponse {
    let mut run = PipelineRunResponse::sample();
    run.id = ID;
    run.name = "nightly-1".to_owned();
    run.body.as_mut().unwrap().status = status;
    run
}

/// Returns the message with which the server fails the test.
fn problems(server: &Server) -> String {
    let failed = catch_unwind(AssertUnwindSafe(|| server.verify())).unwrap_err();
    *failed.downcast().unwrap()
}
