//! What is said, and the files that it is said in.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};
use tempfile::{Builder, NamedTempFile};
use zenml_api_diff::{Report, json, markdown, terminal};

use crate::compile::Compiled;
use crate::sync::{Mode, Outcome};
use crate::transaction::Recovery;

/// What `sync-spec` says on a terminal.
pub fn synced(outcome: &Outcome, mode: Mode, command: &str, color: bool) -> String {
    let mut text = String::new();
    let mut paragraph = |more: &str| {
        if !text.is_empty() && !more.is_empty() {
            text.push('\n');
        }
        text.push_str(more);
    };
    paragraph(match outcome.recovery {
        Some(Recovery::Completed) => "An earlier run was interrupted: it has been completed.\n",
        Some(Recovery::RolledBack) => "An earlier run was interrupted: it has been undone.\n",
        None => "",
    });
    for plan in &outcome.plans {
        let report = &plan.report;
        if plan.is_empty() && report.notices.is_empty() {
            let (api, origin) = (plan.api.name(), &plan.origin);
            paragraph(&format!("specs/{api}.json says what {origin} says.\n"));
        } else {
            paragraph(&terminal(report, color));
        }
    }
    paragraph(&files(outcome, mode, command));
    text
}

/// Which files, and what to do next.
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
        let listings = outcome.plans.iter().any(|plan| plan.asks.accept);
        let review = if listings {
            ", then `cargo insta review`"
        } else {
            ""
        };
        lines.push(format!("To bring them up to date: {command}{review}"));
    }
    let of = |list: fn(&crate::plan::Plan) -> &Vec<String>| -> Vec<String> {
        let plans = outcome.plans.iter();
        plans
            .flat_map(|plan| {
                list(plan)
                    .iter()
                    .map(|group| format!("{}/{group}", plan.api.name()))
            })
            .collect()
    };
    let pending = of(|plan| &plan.pending);
    if !pending.is_empty() {
        lines.push(format!(
            "{} listings wait for a review: `cargo insta review`, or the same command with --accept",
            pending.len()
        ));
    }
    let orphans = of(|plan| &plan.orphans);
    if !orphans.is_empty() {
        lines.push(format!(
            "No group has these listings any more, --accept deletes them: {}",
            orphans.join(", ")
        ));
    }
    lines.extend(match &outcome.compiled {
        Some(Compiled::Yes) => Some("The crate compiles.".to_owned()),
        Some(Compiled::No(errors)) => Some(format!(
            "The crate does not compile with it: {} places, listed above.",
            errors.len()
        )),
        Some(Compiled::Unknown(error)) => Some(format!(
            "Whether the crate compiles with it could not be checked: {error}"
        )),
        None => None,
    });
    lines.join("\n") + "\n"
}

/// The reports as the body of a pull request.
pub fn body<'r>(reports: impl Iterator<Item = &'r Report>) -> String {
    reports.map(markdown).collect::<Vec<_>>().join("\n")
}

/// What `sync-spec` says to machines:
///
/// | member | is |
/// | --- | --- |
/// | `schema` | the version of this form, 1 |
/// | `title` | of all reports that have changes or another version |
/// | `changed` | whether files change |
/// | `breaking` | whether anything breaks, over HTTP or in Rust |
/// | `compiles` | whether the crate compiles; `null` if that is not known |
/// | `files` | the paths of the files that change |
/// | `reports` | by name of the API, what [`json`](compare::json) says |
pub fn machine(outcome: &Outcome) -> Value {
    let reports = || outcome.plans.iter().map(|plan| &plan.report);
    let titles: Vec<String> = reports()
        .filter(|report| !report.is_empty() || report.old.version != report.new.version)
        .map(Report::title)
        .collect();
    let by_api: Map<String, Value> = outcome
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
            Some(Compiled::Yes) => Some(true),
            Some(Compiled::No(_)) => Some(false),
            Some(Compiled::Unknown(_)) | None => None,
        },
        "files": files,
        "reports": by_api,
    })
}

/// Writes a report to a file, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let mut file = draft(path).with_context(cannot)?;
    file.write_all(text.as_bytes()).with_context(cannot)?;
    file.persist(path).with_context(cannot)?;
    Ok(())
}

/// Makes sure that a report can be written to a file, before there is something to report.
///
/// # Errors
/// When it cannot.
pub fn can_write(path: &Path) -> Result<()> {
    if path.is_dir() {
        bail!("cannot write {}: it is a folder", path.display());
    }
    draft(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

/// A file that can take the place of another, beside it. It goes with the value.
fn draft(path: &Path) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::create_dir_all(folder)?;
    Builder::new()
        // As any new file: the umask decides.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)
}

/// Says something on standard output, to whoever still listens.
///
/// # Errors
/// When it cannot be written, for another reason than that nobody listens.
pub fn say(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(error).context("everything is done, but standard output cannot be written to")
        }
        _ => Ok(()),
    }
}
