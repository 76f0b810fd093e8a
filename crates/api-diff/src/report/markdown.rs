//! Writes the report as the body of a pull request.

use super::changelog::changelog;
use super::headline::{counts, plural, release, title, verdict};
use super::outline::{Section, Topic, outline};
use super::rust_items::RustItems;
use super::worst::worst;
use crate::{Class, Report};

/// The length limit; GitHub rejects bodies of more than 65,536 characters.
const LIMIT: usize = 60_000;

/// Sections with more lines are folded.
const OPEN: usize = 40;

/// Returns the report in Markdown. Sections that are too long for a pull request are counted
/// instead of listed, the least severe first; [`json`](super::json()) always has everything.
pub fn markdown(report: &Report) -> String {
    let head = head(report);
    let mut parts: Vec<Part> = outline(report).iter().map(http).collect();
    let compatible = parts.iter().position(|part| part.order > 1);
    let at = compatible.unwrap_or(parts.len());
    parts.splice(at..at, rust(report));
    parts.extend(ignored(report));
    parts.extend(proposal(report));
    let length =
        |parts: &[Part]| head.len() + parts.iter().map(|part| part.text.len()).sum::<usize>();
    while length(&parts) > LIMIT {
        let heaviest = parts
            .iter_mut()
            .filter(|part| part.text.len() > part.short.len());
        let Some(part) = heaviest.max_by_key(|part| part.order) else {
            break;
        };
        part.text = part.short.clone();
    }
    let mut text = head;
    for part in parts {
        text.push('\n');
        text.push_str(&part.text);
    }
    text
}

/// A section of the report.
struct Part {
    /// The order of shortening if the whole is too long: the greatest first.
    order: u8,
    text: String,
    /// The shortened form.
    short: String,
}

fn proposal(report: &Report) -> Option<Part> {
    let entries = changelog(report);
    let text = format!("```markdown\n{entries}```");
    (!entries.is_empty()).then(|| Part {
        order: 2,
        text: format!("## Proposed CHANGELOG entries\n\n{text}\n"),
        short: String::new(),
    })
}

fn head(report: &Report) -> String {
    let mut lines = vec![
        format!("# {}", title(report)),
        String::new(),
        format!("**{}**", verdict(report)),
        String::new(),
    ];
    if let Some(release) = release(report) {
        lines.push(format!("Release of the crate: {release}"));
        lines.push(String::new());
    }
    let worst = worst(report);
    if !worst.is_empty() {
        lines.push("Worst first:\n".to_owned());
        let worst = worst.iter().enumerate();
        lines.extend(worst.map(|(index, line)| format!("{}. {line}", index + 1)));
        lines.push(String::new());
    }
    lines.extend(counts(report).into_iter().map(|line| format!("- {line}")));
    for notice in &report.notices {
        lines.push(format!("\n## {}\n", notice.heading));
        lines.extend(notice.lines.iter().map(|line| format!("- {line}")));
    }
    lines.join("\n") + "\n"
}

fn http(section: &Section) -> Part {
    let order = match section.topic {
        Topic::Silent | Topic::Class(Class::Breaking) => 0,
        Topic::Class(Class::Deprecated | Class::Undeprecated) => 2,
        Topic::Class(Class::Compatible) => 3,
        Topic::Class(Class::MetadataOnly) => 5,
    };
    let mut text = String::new();
    let mut count = 0;
    for entry in &section.entries {
        count += entry.lines.len();
        match &entry.lines[..] {
            [only] => text.push_str(&format!("- {}: {only}\n", entry.heading)),
            several => {
                text.push_str(&format!("- {}\n", entry.heading));
                let lines = several.iter();
                lines.for_each(|line| text.push_str(&format!("  - {line}\n")));
            }
        }
    }
    let folded = order == 5 || (order != 0 && text.lines().count() > OPEN);
    part(order, section.topic.title(), count, text.trim_end(), folded)
}

fn rust(report: &Report) -> Option<Part> {
    let items = RustItems::of(report);
    if items.is_empty() {
        return None;
    }
    let mut blocks = Vec::new();
    if !items.lines.is_empty() {
        let lines: Vec<String> = items.lines.iter().map(|line| format!("- {line}")).collect();
        blocks.push(lines.join("\n"));
    }
    if !items.diff.is_empty() {
        blocks.push(format!("```diff\n{}\n```", items.diff.join("\n")));
    }
    let count = items.lines.len() + items.diff.len();
    let title = "For Rust callers, in addition to what follows from the changes over HTTP";
    Some(part(1, title, count, &blocks.join("\n\n"), false))
}

fn ignored(report: &Report) -> Option<Part> {
    let lines = report.ignored.iter().map(|ignored| {
        let (at, line, reason) = (&ignored.at, &ignored.line, &ignored.reason);
        format!("- `{at}`: {line} [{}] — {reason}", ignored.rule)
    });
    let lines: Vec<String> = lines.collect();
    let title = "Accepted, and not counted";
    (!lines.is_empty()).then(|| part(2, title, lines.len(), &lines.join("\n"), false))
}

fn part(order: u8, name: &str, count: usize, text: &str, folded: bool) -> Part {
    let text = if folded {
        format!(
            "## {name}\n\n<details><summary>{}</summary>\n\n{text}\n\n</details>\n",
            plural(count, "entry").replace("entrys", "entries"),
        )
    } else {
        format!("## {name}\n\n{text}\n")
    };
    Part {
        order,
        text,
        short: format!(
            "## {name}\n\n{count} entries, too many to list here: see the JSON report.\n"
        ),
    }
}
