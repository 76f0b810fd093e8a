//! Writes the report for a terminal.

use super::changelog::changelog;
use super::headline::{counts, release, title, verdict};
use super::outline::{Entry, outline};
use super::signatures::diffs;
use crate::{Class, Effect, Report};

const RED: &str = "31";
const GREEN: &str = "32";
const YELLOW: &str = "33";
const BOLD: &str = "1";
const DIM: &str = "2";

/// Returns the report as text. With `color`, escape sequences mark severity.
pub fn terminal(report: &Report, color: bool) -> String {
    let paint = |style: &str, text: &str| match color {
        true => format!("\u{1b}[{style}m{text}\u{1b}[0m"),
        false => text.to_owned(),
    };
    let mut lines = vec![paint(BOLD, &title(report))];
    let verdict_style = if report.is_breaking() { RED } else { GREEN };
    lines.push(paint(verdict_style, &verdict(report)));
    lines.extend(release(report).map(|release| format!("Release: {release}")));
    lines.extend(counts(report).into_iter().map(|line| paint(DIM, &line)));
    for notice in &report.notices {
        lines.push(String::new());
        lines.push(paint(RED, &notice.heading.to_uppercase()));
        lines.extend(notice.lines.iter().map(|line| format!("  {}", plain(line))));
    }
    for section in outline(report) {
        let style = match section.class {
            Class::Breaking => RED,
            Class::Compatible | Class::Undeprecated => GREEN,
            Class::Deprecated => YELLOW,
            Class::MetadataOnly => DIM,
        };
        lines.push(String::new());
        lines.push(paint(style, &section.class.name().to_uppercase()));
        for group in section.groups {
            lines.push(format!("  {}", paint(BOLD, &group.name)));
            for Entry {
                heading,
                lines: entry,
            } in group.entries
            {
                lines.push(format!("    {}", plain(&heading)));
                lines.extend(entry.iter().map(|line| format!("      {}", plain(line))));
            }
        }
    }
    if let Some(rust) = report.rust.as_ref().filter(|rust| !rust.items.is_empty()) {
        lines.push(String::new());
        lines.push(paint(BOLD, "FOR RUST CALLERS"));
        for diff in diffs(rust) {
            lines.push(format!("  {} ({})", diff.effect.name(), diff.count));
            let style = |line: &str| match (line.starts_with('-'), diff.effect) {
                (true, _) => RED,
                (false, Effect::Deprecation) => YELLOW,
                (false, Effect::Breaking | Effect::Addition) => GREEN,
            };
            lines.extend(
                diff.lines
                    .iter()
                    .map(|line| format!("    {}", paint(style(line), line))),
            );
        }
    }
    let entries = changelog(report);
    if !entries.is_empty() {
        lines.push(String::new());
        lines.push(paint(BOLD, "PROPOSED CHANGELOG ENTRIES"));
        lines.extend(entries.lines().map(|line| format!("  {line}")));
    }
    lines.join("\n") + "\n"
}

/// Removes Markdown's backticks.
fn plain(text: &str) -> String {
    text.replace('`', "")
}
