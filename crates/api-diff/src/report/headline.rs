//! Writes the first lines of a report: title, verdict, release step and counts.

use crate::describe::generic;
use crate::{Change, Class, Effect, Kind, Report, Subject};

/// Returns the title, such as `ZenML 0.97.0 → 0.98.0`.
pub(crate) fn title(report: &Report) -> String {
    let (old, new) = (&report.old, &report.new);
    if old.title == new.title {
        format!("{} {} → {}", new.title, old.version, new.version)
    } else {
        format!(
            "{} {} → {} {}",
            old.title, old.version, new.title, new.version
        )
    }
}

/// Returns the verdict in one or two sentences.
pub(crate) fn verdict(report: &Report) -> String {
    if report.is_empty() && report.old.version != report.new.version {
        return "Only the version changed.".to_owned();
    }
    if report.is_empty() {
        return "Nothing changed.".to_owned();
    }
    let breaking = report
        .changes
        .iter()
        .filter(|change| change.class == Class::Breaking);
    let (wire, names): (Vec<&Change>, Vec<&Change>) =
        breaking.partition(|change| change.kind.on_the_wire());
    let http = match (wire.len(), names.len()) {
        (0, 0) => None,
        (wire, 0) => Some(format!("{} over HTTP", plural(wire, "change"))),
        (0, names) => Some(format!(
            "{}, while requests stay as they were",
            plural(names, "name")
        )),
        (wire, names) => Some(format!(
            "{} over HTTP and {}",
            plural(wire, "change"),
            plural(names, "name")
        )),
    };
    let items = report.rust.as_ref().map(|rust| {
        let items = rust.items.iter();
        items.filter(|item| item.effect == Effect::Breaking).count()
    });
    match (http, items) {
        (None, None | Some(0)) => "Nothing breaks.".to_owned(),
        (None, Some(items)) => format!(
            "Breaking for Rust callers only: {}. Nothing breaks over HTTP.",
            plural(items, "item")
        ),
        (Some(http), None) => format!("Breaking: {http}."),
        (Some(http), Some(0)) => format!("Breaking: {http}. Nothing breaks for Rust callers."),
        (Some(http), Some(items)) => {
            format!(
                "Breaking: {http}; {} for Rust callers.",
                plural(items, "item")
            )
        }
    }
}

/// Returns the release that the crate needs, if that is known.
pub(super) fn release(report: &Report) -> Option<String> {
    let rust = report.rust.as_ref().filter(|_| !report.is_empty())?;
    let words = rust.step.words();
    Some(match rust.next_version() {
        Some(next) => format!("{} → {next} ({words})", rust.version),
        None => words.to_owned(),
    })
}

/// Counts operations, schemas and the changes of each class.
pub(super) fn counts(report: &Report) -> Vec<String> {
    let of = |kind: Kind| {
        report
            .changes
            .iter()
            .filter(move |change| change.kind == kind)
            .count()
    };
    let (added, removed) = (of(Kind::OperationAdded), of(Kind::OperationRemoved));
    let mut reached: Vec<&str> = report
        .changes
        .iter()
        .filter(|change| !matches!(change.kind, Kind::OperationAdded | Kind::OperationRemoved))
        .filter(|change| change.class != Class::MetadataOnly)
        .flat_map(|change| {
            change
                .uses
                .iter()
                .map(|reached| reached.operation.id.as_str())
        })
        .collect();
    reached.sort_unstable();
    reached.dedup();
    let (old, new) = (&report.old, &report.new);
    let mut lines = vec![
        format!(
            "operations: {} → {} ({added} added, {removed} removed; {} of {} with a change or a \
             changed schema)",
            old.operations,
            new.operations,
            reached.len(),
            new.operations
        ),
        format!("schemas: {} → {}", old.schemas, new.schemas),
    ];
    let classes: Vec<String> = Class::ALL
        .iter()
        .filter(|class| report.count(**class) > 0)
        .map(|class| format!("{} {}", report.count(*class), class.name()))
        .collect();
    if !classes.is_empty() {
        lines.push(format!("changes: {}", classes.join(", ")));
    }
    lines
}

/// Returns a count with its noun: `1 change`, `2 changes`.
pub(super) fn plural(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

/// Returns the heading that a change is listed under.
pub(super) fn heading(change: &Change) -> String {
    match &change.subject {
        Subject::Operation(operation) => {
            format!(
                "`{}` · `{} {}`",
                operation.name, operation.method, operation.path
            )
        }
        Subject::Schema(name) => generic(name),
        Subject::Document => "The document".to_owned(),
    }
}
