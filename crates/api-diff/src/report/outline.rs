//! Orders the changes into sections and entries, and merges similar ones.

use std::collections::{BTreeMap, BTreeSet};

use super::effects::is_silent;
use super::headline::heading;
use super::sentence::{lines, reach, rules};
use crate::{Change, Class, Kind, Place, Report, Subject};

/// A change shared by at least this many operations is listed once.
const SHARED: usize = 3;

/// What the changes of a section have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// Breaking changes that the compiler does not show.
    Silent,
    /// The other changes of a class.
    Class(Class),
}

impl Topic {
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Silent => "Compiles as before, but fails or behaves differently at run time",
            Self::Class(Class::Breaking) => "Breaking",
            Self::Class(Class::Compatible) => "Compatible",
            Self::Class(Class::Deprecated) => "Deprecated",
            Self::Class(Class::Undeprecated) => "No longer deprecated",
            Self::Class(Class::MetadataOnly) => "Metadata only",
        }
    }
}

/// The changes of one topic.
pub(super) struct Section {
    pub topic: Topic,
    pub entries: Vec<Entry>,
}

/// The changes of one operation or schema, or one change of several operations.
pub(super) struct Entry {
    pub heading: String,
    pub lines: Vec<String>,
}

pub(super) fn outline(report: &Report) -> Vec<Section> {
    let (silent, rest): (Vec<&Change>, Vec<&Change>) = report
        .changes
        .iter()
        .partition(|change| is_silent(report, change));
    let mut sections = vec![Section {
        topic: Topic::Silent,
        entries: entries(&silent),
    }];
    sections.extend(Class::ALL.into_iter().map(|class| {
        let changes = rest.iter().filter(|change| change.class == class);
        Section {
            topic: Topic::Class(class),
            entries: entries(&changes.copied().collect::<Vec<_>>()),
        }
    }));
    sections.retain(|section| !section.entries.is_empty());
    sections
}

/// Returns the entries, by group, then operation or schema. What concerns several groups comes last.
pub(super) fn entries(changes: &[&Change]) -> Vec<Entry> {
    let mut entries: BTreeMap<(bool, String), Vec<Entry>> = BTreeMap::new();
    let (whole, rest) = whole_operations(changes);
    for ((group, _, _), operations) in whole {
        let names = operations.iter().map(|change| match &change.subject {
            Subject::Operation(o) => format!("`{}` (`{} {}`)", o.name, o.method, o.path),
            Subject::Schema(_) | Subject::Document => String::new(),
        });
        let names: Vec<String> = names.collect();
        let Some(first) = operations.first() else {
            continue;
        };
        let predicate = first.predicate.replacen("was ", "were ", 1);
        entries
            .entry((false, group.to_owned()))
            .or_default()
            .push(Entry {
                heading: format!("{group}: {} operations {predicate}", operations.len()),
                lines: vec![format!("{} {}", names.join(", "), rules(&operations))],
            });
    }
    let (shared, rest) = shared(&rest);
    for (line, operations) in shared {
        let groups: BTreeSet<&str> = operations.iter().map(|(group, _)| *group).collect();
        let names = operations.iter().map(|(_, name)| format!("`{name}`"));
        let names: Vec<String> = names.collect();
        let key = match groups.into_iter().collect::<Vec<_>>()[..] {
            [only] => (false, only.to_owned()),
            _ => (true, String::new()),
        };
        let heading = format!("{} operations", operations.len());
        let lines = vec![format!("{line} — {}", names.join(", "))];
        entries
            .entry(key)
            .or_default()
            .push(Entry { heading, lines });
    }
    let mut subjects: Vec<&Subject> = rest.iter().map(|change| &change.subject).collect();
    subjects.dedup();
    for subject in subjects {
        let all = rest.iter().filter(|change| change.subject == *subject);
        let all: Vec<&Change> = all.copied().collect();
        let Some(first) = all.first() else { continue };
        let group = first.group.clone();
        let key = (group.is_none(), group.unwrap_or_default());
        entries.entry(key).or_default().push(Entry {
            heading: format!("{}{}", heading(first), reach(&all)),
            lines: lines(&all),
        });
    }
    entries.into_values().flatten().collect()
}

/// Operations of one group that were all added, or all removed for the same reason.
type Whole<'c> = BTreeMap<(&'c str, Kind, &'c str), Vec<&'c Change>>;

/// Splits off the operations that came or went as a whole.
fn whole_operations<'c>(changes: &[&'c Change]) -> (Whole<'c>, Vec<&'c Change>) {
    let key = |change: &'c Change| match (&change.subject, change.kind) {
        (Subject::Operation(o), Kind::OperationAdded | Kind::OperationRemoved) => {
            Some((o.group.as_str(), change.kind, change.predicate.as_str()))
        }
        _ => None,
    };
    let mut whole: Whole<'c> = BTreeMap::new();
    for change in changes {
        if let Some(key) = key(change) {
            whole.entry(key).or_default().push(change);
        }
    }
    whole.retain(|_, operations| operations.len() > 1);
    let rest = changes
        .iter()
        .filter(|change| key(change).is_none_or(|key| !whole.contains_key(&key)));
    (whole.clone(), rest.copied().collect())
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
    let line = |change: &Change| format!("{} {}", change.line(), rules(&[change]));
    let mut lines: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    for change in changes {
        if let Some(operation) = operation(change) {
            lines.entry(line(change)).or_default().push(operation);
        }
    }
    lines.retain(|_, operations| operations.len() >= SHARED);
    let rest = changes
        .iter()
        .filter(|c| operation(c).is_none() || !lines.contains_key(&line(c)));
    (lines.clone(), rest.copied().collect())
}
