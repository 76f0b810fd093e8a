//! Shows the changes for Rust callers that the changes over HTTP do not show already.

use std::collections::BTreeMap;

use super::effects::unexplained;
use super::headline::plural;
use crate::describe::and;
use crate::{Effect, Item, ItemKind, Report};

/// A signature change shared by at least this many items is shown once.
const SHARED: usize = 5;

/// What only concerns Rust callers.
pub(super) struct RustItems {
    /// Types that come and go, and members that do so without a change over HTTP.
    pub lines: Vec<String>,
    /// Signatures that changed, as lines of a diff.
    pub diff: Vec<String>,
}

impl RustItems {
    pub(super) fn of(report: &Report) -> Self {
        let items = unexplained(report);
        let (changed, whole): (Vec<&Item>, Vec<&Item>) = items
            .into_iter()
            .partition(|item| item.before.is_some() && item.after.is_some());
        let mut lines = Vec::new();
        for removed in [true, false] {
            let types = whole
                .iter()
                .filter(|item| item.kind == ItemKind::Type && item.after.is_none() == removed);
            let names: Vec<String> = types.map(|item| format!("`{}`", item.owner)).collect();
            if names.is_empty() {
                continue;
            }
            let (count, list) = (plural(names.len(), "type"), and(&names));
            lines.push(if removed {
                format!("{count} removed with their users: {list} [rust-type-removed]")
            } else {
                format!("{count} added: {list} [rust-type-added]")
            });
        }
        let mut parts: BTreeMap<(&str, String), Vec<String>> = BTreeMap::new();
        for item in whole.iter().filter(|item| item.kind != ItemKind::Type) {
            let name = item.part.as_ref().unwrap_or(&item.owner);
            parts
                .entry((&item.owner, item.rule()))
                .or_default()
                .push(format!("`{name}`"));
        }
        for ((owner, rule), names) in parts {
            let what = if rule.ends_with("removed") {
                "removed"
            } else {
                "added"
            };
            lines.push(format!("`{owner}`: {what} {} [{rule}]", and(&names)));
        }
        Self {
            lines,
            diff: diff(&changed),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.diff.is_empty()
    }
}

/// Returns signatures before and after. A change shared by many setters or fields is shown once.
fn diff(items: &[&Item]) -> Vec<String> {
    let mut shared: BTreeMap<_, Vec<&Item>> = BTreeMap::new();
    for item in items {
        if let Some(signatures) = own_signatures(item) {
            shared.entry(signatures).or_default().push(item);
        }
    }
    shared.retain(|_, items| items.len() >= SHARED);
    let mut lines = Vec::new();
    for ((before, after), items) in &shared {
        let names = items.iter().map(|item| item.at()).collect::<Vec<_>>();
        lines.push(format!("- …{before}"));
        let count = names.len();
        lines.push(format!(
            "+ …{after}  // {count} items: {}",
            names.join(", ")
        ));
    }
    let rest = items.iter().filter(|item| {
        own_signatures(item).is_none_or(|signatures| !shared.contains_key(&signatures))
    });
    lines.extend(rest.flat_map(|item| item_lines(item)));
    lines
}

/// Returns the changed argument of a setter, or the changed type of a field, before and after.
fn own_signatures(item: &Item) -> Option<(&str, &str)> {
    let part = item.part.as_ref()?;
    let name = match item.kind {
        ItemKind::Setter => format!("{}().{part}", item.owner),
        _ => format!("{}.{part}", item.owner),
    };
    let before = item.before.as_deref()?.strip_prefix(name.as_str())?;
    let after = item.after.as_deref()?.strip_prefix(name.as_str())?;
    (before != after).then_some((before, after))
}

fn item_lines(item: &Item) -> Vec<String> {
    let note = match (item.note, item.effect) {
        (Some(note), _) => format!("  // {note}"),
        (None, Effect::Deprecation) => "  // deprecated".to_owned(),
        (None, _) => String::new(),
    };
    match (&item.before, &item.after) {
        (Some(before), Some(after)) if before == after => vec![format!("  {after}{note}")],
        (before, after) => {
            let was = before.iter().map(|before| format!("- {before}"));
            let is = after.iter().map(|after| format!("+ {after}{note}"));
            was.chain(is).collect()
        }
    }
}
