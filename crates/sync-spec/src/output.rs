//! What does a run print and report?

use std::io::{self, Write as _};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use zenml_api_diff::{Report, json, markdown, terminal};

use crate::availability::{PATH, Rebuild};
use crate::compile::Compiled;
use crate::sync::{Mode, Outcome};

/// Returns what `sync-spec` prints.
pub fn terminal_text(outcome: &Outcome, mode: Mode, command: &str, color: bool) -> String {
    let mut text = String::new();
    let mut paragraph = |more: &str| {
        if !text.is_empty() && !more.is_empty() {
            text.push('\n');
        }
        text.push_str(more);
    };
    if outcome.rolled_back {
        paragraph("An earlier run was interrupted; its changes were undone first.\n");
    }
    for plan in &outcome.plans {
        let report = &plan.report;
        if plan.is_empty() && report.notices.is_empty() {
            let (api, origin) = (plan.api.name(), &plan.origin);
            paragraph(&format!("specs/{api}.json matches {origin}.\n"));
        } else {
            paragraph(&terminal(report, color));
        }
    }
    paragraph(&files(outcome, mode, command));
    text
}

/// Returns the changed files and the next step.
fn files(outcome: &Outcome, mode: Mode, command: &str) -> String {
    let mut lines = Vec::new();
    let paths: Vec<String> = outcome
        .changes
        .iter()
        .map(|change| {
            let what = if change.content.is_some() {
                ""
            } else {
                " (deleted)"
            };
            format!("  {}{what}", change.path.display())
        })
        .collect();
    let heading = match (mode, paths.is_empty()) {
        (Mode::Check, true) => "Everything is up to date.",
        (_, true) => "Nothing has changed.",
        (Mode::Write { .. }, false) => "Written:",
        (Mode::DryRun, false) => "Would be written:",
        (Mode::Check, false) => "Out of date:",
    };
    lines.push(heading.to_owned());
    lines.extend(paths);
    if mode == Mode::Check && !outcome.changes.is_empty() {
        let has_new_snapshots = outcome.plans.iter().any(|plan| plan.required.accept);
        let review = if has_new_snapshots {
            ", then `cargo insta review`"
        } else {
            ""
        };
        lines.push(format!("To bring them up to date: {command}{review}"));
    }
    let groups = |list: fn(&crate::plan::Plan) -> &Vec<String>| -> Vec<String> {
        let plans = outcome.plans.iter();
        plans
            .flat_map(|plan| {
                list(plan)
                    .iter()
                    .map(|group| format!("{}/{group}", plan.api.name()))
            })
            .collect()
    };
    let pending = groups(|plan| &plan.pending);
    if !pending.is_empty() {
        lines.push(format!(
            "{} snapshots await review: run `cargo insta review`, or the same command with --accept",
            pending.len()
        ));
    }
    let orphans = groups(|plan| &plan.orphans);
    if !orphans.is_empty() {
        lines.push(format!(
            "Snapshots of groups that no longer exist (delete them with --accept): {}",
            orphans.join(", ")
        ));
    }
    lines.extend(match &outcome.compiled {
        Some(Compiled::Succeeded) => Some("The crate compiles.".to_owned()),
        Some(Compiled::Failed(errors)) => Some(format!(
            "The crate does not compile with this document: {} errors, listed above.",
            errors.len()
        )),
        Some(Compiled::NotRun(error)) => Some(format!(
            "Could not check whether the crate compiles: {error}"
        )),
        None => None,
    });
    lines.join("\n") + "\n"
}

/// Returns what `availability` prints.
pub fn rebuild_text(rebuilt: &Rebuild, check: bool) -> String {
    let Rebuild {
        after, versions, ..
    } = rebuilt;
    let result = match (rebuilt.changed, check) {
        (false, _) => "is up to date",
        (true, true) => "is out of date",
        (true, false) => "was written",
    };
    let (floor, newest, count) = (&after.floor, &after.newest, versions.len());
    let mut text = format!("{PATH} {result}: {count} versions, from {floor} to {newest}.\n");
    if let Some(effect) = &rebuilt.effect {
        text.push_str(&format!("\n{}:\n", effect.heading));
        for line in &effect.lines {
            text.push_str(&format!("- {line}\n"));
        }
    }
    if let (false, Some(before)) = (rebuilt.pages.is_empty(), &rebuilt.before) {
        let (floor, pages) = (&before.floor, rebuilt.pages.join(", "));
        text.push_str(&format!(
            "\nThese pages name ZenML {floor}; adapt them: {pages}\n"
        ));
    }
    text
}

/// Returns the reports as the body of a pull request.
pub fn pull_request_body<'r>(reports: impl Iterator<Item = &'r Report>) -> String {
    reports.map(markdown).collect::<Vec<_>>().join("\n")
}

/// Returns the report of `sync-spec` for programs:
///
/// | member | is |
/// | --- | --- |
/// | `schema` | the version of this format, 1 |
/// | `title` | the titles of all reports with changes or another version |
/// | `changed` | whether files change |
/// | `breaking` | whether anything breaks, over HTTP or in Rust |
/// | `compiles` | whether the crate compiles; `null` if unknown |
/// | `files` | the paths of the files that change |
/// | `reports` | the report of [`json()`] by name of the API |
pub fn to_json(outcome: &Outcome) -> Value {
    let reports = || outcome.plans.iter().map(|plan| &plan.report);
    let titles: Vec<String> = reports()
        .filter(|report| !report.is_empty() || report.old.version != report.new.version)
        .map(Report::title)
        .collect();
    let reports_by_api: Map<String, Value> = outcome
        .plans
        .iter()
        .map(|plan| (plan.api.name().to_owned(), json(&plan.report)))
        .collect();
    let files: Vec<String> = outcome
        .changes
        .iter()
        .map(|change| change.path.display().to_string())
        .collect();
    json!({
        "schema": 1,
        "title": titles.join(", "),
        "changed": !files.is_empty(),
        "breaking": reports().any(Report::is_breaking),
        "compiles": match outcome.compiled {
            Some(Compiled::Succeeded) => Some(true),
            Some(Compiled::Failed(_)) => Some(false),
            Some(Compiled::NotRun(_)) | None => None,
        },
        "files": files,
        "reports": reports_by_api,
    })
}

/// Prints a text on standard output. A closed pipe is not an error.
///
/// # Errors
/// Returns an error if standard output cannot be written for another reason.
pub fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("everything else is done, but standard output cannot be written")
        }
        _ => Ok(()),
    }
}
