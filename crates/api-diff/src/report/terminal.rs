//! Writes the report for a terminal.

use super::changelog::changelog;
use super::headline::{counts, release, title, verdict};
use super::outline::{Entry, Topic, outline};
use super::rust_items::RustItems;
use super::worst::worst;
use crate::{Class, Report};

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const BOLD: &str = "1";
const DIM: &str = "2";

/// Returns the report as text. With `color`, escape sequences mark severity.
pub fn terminal(report: &Report, color: bool) -> String {
    let paint = |style: &str, text: &str| {
        if color {
            format!("\u{1b}[{style}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    };
    let mut lines = vec![paint(BOLD, &title(report))];
    let verdict_style = if report.is_breaking() { RED } else { GREEN };
    lines.push(paint(verdict_style, &verdict(report)));
    lines.extend(release(report).map(|release| format!("Release: {release}")));
    let worst = worst(report);
    let worst = worst.iter().enumerate();
    lines.extend(worst.map(|(index, line)| format!("{}. {}", index + 1, plain(line))));
    lines.extend(counts(report).into_iter().map(|line| paint(DIM, &line)));
    for notice in &report.notices {
        lines.push(String::new());
        lines.push(paint(RED, &notice.heading.to_uppercase()));
        lines.extend(notice.lines.iter().map(|line| format!("  {}", plain(line))));
    }
    for section in outline(report) {
        let style = match section.topic {
            Topic::Silent | Topic::Class(Class::Breaking) => RED,
            Topic::Class(Class::Compatible | Class::Undeprecated) => GREEN,
            Topic::Class(Class::Deprecated) => YELLOW,
            Topic::Class(Class::MetadataOnly) => DIM,
        };
        lines.push(String::new());
        lines.push(paint(style, &section.topic.title().to_uppercase()));
        for Entry {
            heading,
            lines: entry,
        } in section.entries
        {
            lines.push(format!("  {}", paint(BOLD, &plain(&heading))));
            lines.extend(entry.iter().map(|line| format!("    {}", plain(line))));
        }
    }
    let items = RustItems::of(report);
    if !items.is_empty() {
        lines.push(String::new());
        let title = "FOR RUST CALLERS, IN ADDITION TO WHAT FOLLOWS FROM THE CHANGES OVER HTTP";
        lines.push(paint(BOLD, title));
        lines.extend(items.lines.iter().map(|line| format!("  {}", plain(line))));
        lines.extend(items.diff.iter().map(|line| {
            let style = if line.starts_with('-') { RED } else { GREEN };
            format!("  {}", paint(style, line))
        }));
    }
    if !report.ignored.is_empty() {
        lines.push(String::new());
        lines.push(paint(DIM, "ACCEPTED, AND NOT COUNTED"));
        lines.extend(report.ignored.iter().map(|ignored| {
            let (at, line, reason) = (&ignored.at, plain(&ignored.line), &ignored.reason);
            format!("  {at}: {line} [{}] — {reason}", ignored.rule)
        }));
    }
    let entries = changelog(report);
    if !entries.is_empty() {
        lines.push(String::new());
        lines.push(paint(BOLD, "PROPOSED CHANGELOG ENTRIES"));
        lines.extend(
            entries
                .lines()
                .map(|line| format!("  {line}").trim_end().to_owned()),
        );
    }
    lines.join("\n") + "\n"
}

/// Removes Markdown's backticks.
fn plain(text: &str) -> String {
    text.replace('`', "")
}
