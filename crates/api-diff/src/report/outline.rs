//! Orders the changes by class, group and subject, and merges similar ones.

use std::collections::{BTreeMap, BTreeSet};

use super::headline::{heading, plural};
use crate::describe::and;
use crate::{Change, Class, Kind, Place, Report, Subject, Use};

/// A change shared by at least this many operations is listed once.
const SHARED: usize = 3;

/// More operations than this are counted instead of named.
const NAMED: usize = 4;

/// The changes of one class.
pub(super) struct Section {
    pub class: Class,
    pub groups: Vec<Group>,
}

/// The changes of one tag group.
pub(super) struct Group {
    pub name: String,
    pub entries: Vec<Entry>,
}

/// The changes of one operation or schema.
pub(super) struct Entry {
    pub heading: String,
    pub lines: Vec<String>,
}

pub(super) fn outline(report: &Report) -> Vec<Section> {
    let section = |class: Class| {
        let changes = report.changes.iter().filter(|change| change.class == class);
        Section {
            class,
            groups: groups(&changes.collect::<Vec<_>>()),
        }
    };
    let sections = Class::ALL.into_iter().map(section);
    sections
        .filter(|section| !section.groups.is_empty())
        .collect()
}

fn groups(changes: &[&Change]) -> Vec<Group> {
    let mut entries: BTreeMap<(bool, String), Vec<Entry>> = BTreeMap::new();
    let (shared, rest) = shared(changes);
    for (line, operations) in shared {
        let groups: BTreeSet<&str> = operations.iter().map(|(group, _)| *group).collect();
        let names: Vec<String> = operations
            .iter()
            .map(|(_, name)| format!("`{name}`"))
            .collect();
        let key = match groups.into_iter().collect::<Vec<_>>()[..] {
            [only] => (false, only.to_owned()),
            _ => (true, String::new()),
        };
        let heading = format!("{} operations", operations.len());
        let line = format!("{line} — {}", names.join(", "));
        entries.entry(key).or_default().push(Entry {
            heading,
            lines: vec![line],
        });
    }
    let mut subjects: Vec<&Subject> = rest.iter().map(|change| &change.subject).collect();
    subjects.dedup();
    for subject in subjects {
        let all: Vec<&Change> = rest
            .iter()
            .filter(|change| change.subject == *subject)
            .copied()
            .collect();
        let Some(first) = all.first() else { continue };
        let key = (
            first.group.is_none(),
            first.group.clone().unwrap_or_default(),
        );
        entries.entry(key).or_default().push(Entry {
            heading: format!("{}{}", heading(first), reach(&all)),
            lines: lines(&all),
        });
    }
    let groups = entries.into_iter().map(|((several, name), entries)| Group {
        name: if several {
            "used by several groups".to_owned()
        } else {
            name
        },
        entries,
    });
    groups.collect()
}

/// For each sentence, the group and name of the operations it applies to.
type Shared<'c> = BTreeMap<String, Vec<(&'c str, &'c str)>>;

/// Splits changes into those shared by several operations and the rest.
fn shared<'c>(changes: &[&'c Change]) -> (Shared<'c>, Vec<&'c Change>) {
    let operation = |change: &'c Change| match &change.subject {
        Subject::Operation(operation)
            if change.uses.iter().all(|u| u.place != Place::Operation) =>
        {
            Some((operation.group.as_str(), operation.name.as_str()))
        }
        _ => None,
    };
    let mut lines: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    for change in changes {
        if let Some(operation) = operation(change) {
            lines.entry(change.line()).or_default().push(operation);
        }
    }
    lines.retain(|_, operations| operations.len() >= SHARED);
    let rest = changes
        .iter()
        .filter(|c| operation(c).is_none() || !lines.contains_key(&c.line()));
    (lines.clone(), rest.copied().collect())
}

/// Returns the sentences about one subject. Members with the same change share a sentence.
fn lines(changes: &[&Change]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut done: Vec<&Change> = Vec::new();
    for change in changes {
        if done.contains(change) {
            continue;
        }
        let alike: Vec<&Change> = changes
            .iter()
            .filter(|other| is_alike(change, other))
            .copied()
            .collect();
        lines.push(match &alike[..] {
            [only] => said_below(only),
            several => together(several),
        });
        done.extend(alike);
    }
    lines
}

/// Returns the sentence without the schema's name, which the heading already has.
fn said_below(change: &Change) -> String {
    let line = change.line();
    let rest = line.strip_prefix(change.thing.as_str());
    match (&change.subject, rest) {
        (Subject::Schema(_), Some(rest)) if change.member.is_empty() => {
            rest.trim_start().to_owned()
        }
        (Subject::Schema(_), Some(rest)) => format!("`{}`{rest}", change.member),
        _ => line,
    }
}

fn is_alike(a: &Change, b: &Change) -> bool {
    // The type says whether an added property is required.
    let kind = |change: &Change| match change.kind {
        Kind::RequiredPropertyAdded => Kind::PropertyAdded,
        kind => kind,
    };
    let verdict = |change: &Change| {
        (
            kind(change),
            change.predicate.clone(),
            change.directions.clone(),
        )
    };
    let words = |change: &Change| (change.before.clone(), change.after.clone());
    let around = |change: &'_ Change| {
        let (noun, _, place) = parts(change);
        (noun.to_owned(), place.to_owned())
    };
    verdict(a) == verdict(b) && around(a) == around(b) && (listed(a.kind) || words(a) == words(b))
}

/// Returns whether members of this kind are listed with their types.
fn listed(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::PropertyAdded
            | Kind::RequiredPropertyAdded
            | Kind::PropertyRemoved
            | Kind::ParameterAdded
            | Kind::RequiredParameterAdded
            | Kind::ParameterRemoved
    )
}

/// Splits the subject of a change into noun, name and place.
fn parts(change: &Change) -> (&str, &str, &str) {
    let mut parts = change.thing.splitn(3, '`');
    let mut part = || parts.next().unwrap_or_default();
    let (noun, name, place) = (part().trim(), part(), part());
    match &change.subject {
        Subject::Schema(_) => (noun, &change.member, place),
        Subject::Operation(_) | Subject::Document => (noun, name, place),
    }
}

fn together(changes: &[&Change]) -> String {
    let Some(first) = changes.first() else {
        return String::new();
    };
    let (noun, _, place) = parts(first);
    let noun = if noun.is_empty() { "field" } else { noun };
    if listed(first.kind) {
        let names = changes.iter().map(|change| {
            let words = change.before.as_deref().or(change.after.as_deref());
            format!("`{}` ({})", parts(change).1, words.unwrap_or_default())
        });
        let names = and(&names.collect::<Vec<_>>());
        return match first.after {
            Some(_) => format!("added {noun}s{place}: {names}"),
            None => format!("removed {noun}s{place}: {names}"),
        };
    }
    let names: Vec<String> = changes
        .iter()
        .map(|c| format!("`{}`", parts(c).1))
        .collect();
    let line = first.line();
    let rest = line.strip_prefix(first.thing.as_str()).unwrap_or_default();
    format!("{noun}s {}{place}: each{rest}", and(&names))
}

/// Describes where a schema is used.
fn reach(changes: &[&Change]) -> String {
    let is_schema = changes
        .iter()
        .all(|change| matches!(change.subject, Subject::Schema(_)));
    let uses: BTreeSet<&Use> = changes.iter().flat_map(|change| &change.uses).collect();
    if !is_schema || uses.is_empty() {
        return String::new();
    }
    let mut places = Vec::new();
    for place in [
        Place::Parameter,
        Place::RequestBody,
        Place::Response,
        Place::Error,
    ] {
        let names: BTreeSet<&str> = uses
            .iter()
            .filter(|reached| reached.place == place)
            .map(|reached| reached.operation.name.as_str())
            .collect();
        let noun = match place {
            Place::Parameter => "parameters",
            Place::RequestBody => "requests",
            Place::Response => "responses",
            Place::Error | Place::Operation => "errors",
        };
        if names.len() > NAMED {
            places.push(format!("{noun} of {}", plural(names.len(), "operation")));
        } else if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            places.push(format!("{noun} of {}", and(&names)));
        }
    }
    format!(" · in {}", places.join(" and "))
}
