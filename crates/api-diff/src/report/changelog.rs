//! Proposes changelog entries for users of the crate, in the form of <https://keepachangelog.com>.

use std::collections::BTreeMap;

use super::outline::{Topic, outline};
use crate::describe::and;
use crate::{Class, Effect, Item, ItemKind, Report, Rust};

/// The sections of a changelog, in the order in which they are written.
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
    let silent = outline(report).into_iter();
    let silent = silent.filter(|section| section.topic == Topic::Silent);
    for entry in silent.flat_map(|section| section.entries) {
        for line in entry.lines {
            let line = line.split(" [").next().unwrap_or(&line).to_owned();
            let line = format!("**Breaking:** on the server, {}: {line}.", entry.heading);
            sections.entry(Heading::Changed).or_default().push(line);
        }
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
    for (sort, noun) in [(ItemKind::Method, "methods"), (ItemKind::Type, "types")] {
        let names = |is: &dyn Fn(&&Item) -> bool| {
            let items = rust.items.iter().filter(|item| item.kind == sort);
            let names = items.filter(is).map(|item| format!("`{}`", item.owner));
            and(&names.collect::<Vec<_>>())
        };
        let added = names(&|item| item.before.is_none());
        if !added.is_empty() {
            entries.push((Heading::Added, format!("New {noun}: {added}.")));
        }
        let removed = names(&|item| item.after.is_none());
        if !removed.is_empty() {
            entries.push((Heading::Removed, format!("**Breaking:** {noun} {removed}.")));
        }
    }
    let whole = |item: &Item| {
        matches!(item.kind, ItemKind::Method | ItemKind::Type)
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
        let is_call = matches!(item.kind, ItemKind::Method | ItemKind::Setter);
        parts
            .entry((heading, &item.owner, item.effect, is_call))
            .or_default()
            .push(item);
    }
    // Owners with the same change share a line.
    let mut merged: BTreeMap<(Heading, bool, String), Vec<String>> = BTreeMap::new();
    for ((heading, owner, effect, is_call), items) in parts {
        let parts: Vec<String> = items.iter().map(|item| part(item)).collect();
        let call = if is_call { "()" } else { "" };
        merged
            .entry((heading, effect != Effect::Breaking, and(&parts)))
            .or_default()
            .push(format!("`{owner}{call}`"));
    }
    let mut lines: Vec<(Heading, bool, String)> = merged
        .into_iter()
        .map(|((heading, compatible, parts), owners)| {
            (heading, compatible, format!("{}: {parts}.", and(&owners)))
        })
        .collect();
    lines.sort();
    entries.extend(lines.into_iter().map(|(heading, compatible, line)| {
        let mark = if compatible { "" } else { "**Breaking:** " };
        (heading, format!("{mark}{line}"))
    }));
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
