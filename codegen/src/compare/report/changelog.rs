//! Entries for the changelog, in the form of <https://keepachangelog.com>, for people who use the
//! crate. Empty if nothing changes for them.

use std::collections::BTreeMap;

use crate::compare::words::and;
use crate::compare::{Class, Effect, Item, Report, Rust, Sort};

/// The sections, in the order that they are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Heading {
    Added,
    Changed,
    Deprecated,
    Removed,
}

pub(super) fn changelog(report: &Report) -> String {
    let Some(rust) = &report.rust else {
        return String::new();
    };
    let mut sections: BTreeMap<Heading, Vec<String>> = BTreeMap::new();
    let wire = report
        .changes
        .iter()
        .any(|change| change.class != Class::MetadataOnly);
    if wire || !rust.items.is_empty() {
        let (title, version) = (&report.new.title, &report.new.version);
        let line = format!(
            "Generated from the API of {title} {version} (was: {}).",
            report.old.version
        );
        sections.entry(Heading::Changed).or_default().push(line);
    }
    for (heading, line) in entries(rust) {
        sections.entry(heading).or_default().push(line);
    }
    let sections = sections.into_iter().map(|(heading, lines)| {
        let lines: String = lines.iter().map(|line| format!("- {line}\n")).collect();
        format!("### {heading:?}\n\n{lines}")
    });
    sections.collect::<Vec<_>>().join("\n")
}

fn entries(rust: &Rust) -> Vec<(Heading, String)> {
    let mut entries = Vec::new();
    for (sort, noun) in [(Sort::Method, "Methods"), (Sort::Type, "Types")] {
        for (heading, effect) in [
            (Heading::Added, Effect::Addition),
            (Heading::Removed, Effect::Breaking),
        ] {
            let items = rust
                .items
                .iter()
                .filter(|item| item.sort == sort && item.effect == effect);
            let items = items.filter(|item| match heading {
                Heading::Added => item.before.is_none(),
                _ => item.after.is_none(),
            });
            let names: Vec<String> = items.map(|item| format!("`{}`", item.owner)).collect();
            if !names.is_empty() {
                let mark = if effect == Effect::Breaking {
                    "**Breaking:** "
                } else {
                    ""
                };
                entries.push((heading, format!("{mark}{noun} {}.", and(&names))));
            }
        }
    }
    let whole = |item: &Item| {
        matches!(item.sort, Sort::Method | Sort::Type)
            && (item.before.is_none() || item.after.is_none())
    };
    let mut parts: BTreeMap<(Heading, &str, Effect, bool), Vec<&Item>> = BTreeMap::new();
    for item in rust.items.iter().filter(|item| !whole(item)) {
        let heading = match (item.effect, &item.before, &item.after) {
            (Effect::Deprecation, ..) => Heading::Deprecated,
            (_, None, Some(_)) => Heading::Added,
            (_, Some(_), None) => Heading::Removed,
            _ => Heading::Changed,
        };
        let is_call = matches!(item.sort, Sort::Method | Sort::Setter);
        parts
            .entry((heading, &item.owner, item.effect, is_call))
            .or_default()
            .push(item);
    }
    for ((heading, owner, effect, is_call), items) in parts {
        let mark = if effect == Effect::Breaking {
            "**Breaking:** "
        } else {
            ""
        };
        let parts: Vec<String> = items.iter().map(|item| part(item)).collect();
        let call = if is_call { "()" } else { "" };
        entries.push((heading, format!("{mark}`{owner}{call}`: {}.", and(&parts))));
    }
    entries
}

fn part(item: &Item) -> String {
    let note = item
        .note
        .map(|note| format!(" ({note})"))
        .unwrap_or_default();
    let short = |signature: &String| {
        let short = signature.strip_prefix(item.owner.as_str());
        let short = short.map(|rest| rest.trim_start_matches(['(', ')', '.', ':']));
        format!(
            "`{}`",
            short.filter(|_| item.part.is_some()).unwrap_or(signature)
        )
    };
    let name = item.part.as_ref().map(|part| format!("`{part}`"));
    match (&item.before, &item.after) {
        (Some(before), Some(after)) if before == after => match name {
            Some(name) => format!("{name}{note}"),
            None => item.note.unwrap_or_default().to_owned(),
        },
        (Some(before), Some(after)) => format!("{} is now {}{note}", short(before), short(after)),
        (Some(only), None) | (None, Some(only)) => {
            format!("{}{note}", name.unwrap_or_else(|| short(only)))
        }
        (None, None) => String::new(),
    }
}
