//! Writes the report as the body of a pull request.

use super::changelog::changelog;
use super::headline::{counts, plural, release, title, verdict};
use super::outline::{Section, outline};
use super::signatures::diffs;
use crate::{Class, Effect, Report};

/// The length limit; GitHub rejects bodies of more than 65,536 characters.
const LIMIT: usize = 60_000;

/// Sections with more lines are folded.
const OPEN: usize = 40;

/// Returns the report in Markdown. Sections that are too long for a pull request are counted
/// instead of listed, the least severe first; [`json`](super::json()) always has everything.
pub fn markdown(report: &Report) -> String {
    let head = head(report);
    let sections = outline(report);
    let breaking = |section: &&Section| section.class == Class::Breaking;
    let (breaking_rust, other_rust): (Vec<Part>, Vec<Part>) =
        rust(report).into_iter().partition(|part| part.weight == 1);
    let mut parts: Vec<Part> = sections.iter().filter(breaking).map(http).collect();
    parts.extend(breaking_rust);
    let rest = sections.iter().filter(|section| !breaking(section));
    parts.extend(rest.map(http));
    parts.extend(other_rust);
    parts.extend(proposal(report));
    let length =
        |parts: &[Part]| head.len() + parts.iter().map(|part| part.text.len()).sum::<usize>();
    while length(&parts) > LIMIT {
        let heaviest = parts
            .iter_mut()
            .filter(|part| part.text.len() > part.short.len());
        let Some(part) = heaviest.max_by_key(|part| part.weight) else {
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
    weight: u8,
    text: String,
    /// The shortened form.
    short: String,
}

fn proposal(report: &Report) -> Option<Part> {
    let entries = changelog(report);
    let text = format!("```markdown\n{entries}```");
    (!entries.is_empty()).then(|| Part {
        weight: 2,
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
    lines.extend(release(report).map(|release| format!("- release of the crate: {release}")));
    lines.extend(counts(report).into_iter().map(|line| format!("- {line}")));
    for notice in &report.notices {
        lines.push(format!("\n## {}\n", notice.heading));
        lines.extend(notice.lines.iter().map(|line| format!("- {line}")));
    }
    lines.join("\n") + "\n"
}

fn http(section: &Section) -> Part {
    let (weight, name) = match section.class {
        Class::Breaking => (0, "Breaking over HTTP"),
        Class::Compatible => (3, "Compatible"),
        Class::Deprecated => (2, "Deprecated"),
        Class::Undeprecated => (2, "No longer deprecated"),
        Class::MetadataOnly => (5, "Metadata only"),
    };
    let mut text = String::new();
    let mut count = 0;
    for group in &section.groups {
        text.push_str(&format!("### {}\n\n", group.name));
        for entry in &group.entries {
            count += entry.lines.len();
            match &entry.lines[..] {
                [only] => text.push_str(&format!("- {}: {only}\n", entry.heading)),
                several => {
                    text.push_str(&format!("- {}\n", entry.heading));
                    several
                        .iter()
                        .for_each(|line| text.push_str(&format!("  - {line}\n")));
                }
            }
        }
        text.push('\n');
    }
    let folded = section.class == Class::MetadataOnly
        || (section.class != Class::Breaking && text.lines().count() > OPEN);
    part(weight, name, count, text.trim_end(), folded)
}

fn rust(report: &Report) -> Vec<Part> {
    let Some(rust) = &report.rust else {
        return Vec::new();
    };
    let parts = diffs(rust).into_iter().map(|diff| {
        let (weight, name) = match diff.effect {
            Effect::Breaking => (1, "Breaking for Rust callers"),
            Effect::Addition => (4, "New for Rust callers"),
            Effect::Deprecation => (2, "Deprecated for Rust callers"),
        };
        let folded = diff.effect != Effect::Breaking && diff.lines.len() > OPEN;
        let text = format!("```diff\n{}\n```", diff.lines.join("\n"));
        part(weight, name, diff.count, &text, folded)
    });
    parts.collect()
}

fn part(weight: u8, name: &str, count: usize, text: &str, folded: bool) -> Part {
    let text = match folded {
        true => format!(
            "## {name}\n\n<details><summary>{}</summary>\n\n{text}\n\n</details>\n",
            plural(count, "entry").replace("entrys", "entries"),
        ),
        false => format!("## {name}\n\n{text}\n"),
    };
    Part {
        weight,
        text,
        short: format!(
            "## {name}\n\n{count} entries, too many to list here: see the JSON report.\n"
        ),
    }
}
