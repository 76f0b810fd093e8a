//! Checks a folder of recorded answers.

use std::path::Path;

use anyhow::Result;

use crate::check::{Verdict, check};
use crate::operation::Api;
use crate::recording::{self, Entry};
use crate::report::Report;

/// Checks every answer of the folder.
///
/// Without `api` it is the one that knows more of the recorded operations.
///
/// # Errors
/// When the index or a file that it names cannot be read.
pub fn replay(folder: &Path, api: Option<Api>) -> Result<Report> {
    let entries = recording::index(folder)?;
    let api = api.unwrap_or_else(|| likely(&entries));
    let mut report = Report::default();
    for entry in &entries {
        let body = entry.body(folder)?;
        let status = entry.status()?;
        match api.operation(&entry.operation_id) {
            Some(operation) => {
                report.add(&operation.call, check(api, operation, status, &body));
            }
            None => {
                let reason = "the library has no operation of this id".to_owned();
                let route = format!("{} {}", entry.method, entry.path);
                report.add_to(&entry.operation_id, route, Verdict::Skipped(reason));
            }
        }
    }
    Ok(report)
}

fn likely(entries: &[Entry]) -> Api {
    let known = |api: Api| {
        let ids = entries.iter().map(|entry| &entry.operation_id);
        ids.filter(|id| api.operation(id).is_some()).count()
    };
    match known(Api::Pro) > known(Api::Workspace) {
        true => Api::Pro,
        false => Api::Workspace,
    }
}
