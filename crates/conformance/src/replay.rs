//! Do the responses of a recorded folder survive the library?

use std::path::Path;

use anyhow::Result;

use crate::check::{Verdict, check};
use crate::operation::Api;
use crate::recording::{self, Entry};
use crate::report::Report;

/// Checks every response of the folder.
///
/// `api` defaults to the one that has more of the recorded operations.
///
/// # Errors
/// Returns an error if the index or one of its files cannot be read.
pub fn replay(folder: &Path, api: Option<Api>) -> Result<Report> {
    let entries = recording::index(folder)?;
    let api = api.unwrap_or_else(|| likely_api(&entries));
    let mut report = Report::default();
    for entry in &entries {
        let body = entry.body(folder)?;
        let status = entry.status()?;
        if let Some(operation) = api.operation(&entry.operation_id) {
            let verdict = check(api, operation, status, &body);
            report.add(&operation.call, verdict);
        } else {
            let reason = "the library has no operation with this id".to_owned();
            let route = format!("{} {}", entry.method, entry.path);
            report.add_unknown(&entry.operation_id, route, Verdict::Skipped(reason));
        }
    }
    Ok(report)
}

fn likely_api(entries: &[Entry]) -> Api {
    let known = |api: Api| {
        let ids = entries.iter().map(|entry| &entry.operation_id);
        ids.filter(|id| api.operation(id).is_some()).count()
    };
    if known(Api::Pro) > known(Api::Workspace) {
        Api::Pro
    } else {
        Api::Workspace
    }
}
