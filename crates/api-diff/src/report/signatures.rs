//! The Rust side as a diff of signatures.

use std::collections::BTreeMap;

use crate::{Effect, Item, Rust, Sort};

/// What has one effect, as lines of a diff.
pub(super) struct Diff {
    pub effect: Effect,
    /// The number of items.
    pub count: usize,
    pub lines: Vec<String>,
}

pub(super) fn diffs(rust: &Rust) -> Vec<Diff> {
    let of = |effect: Effect| -> Vec<&Item> {
        rust.items
            .iter()
            .filter(|item| item.effect == effect)
            .collect()
    };
    let effects = [Effect::Breaking, Effect::Addition, Effect::Deprecation];
    let diffs = effects.into_iter().map(|effect| {
        let items = of(effect);
        Diff {
            effect,
            count: items.len(),
            lines: lines(&items),
        }
    });
    diffs.filter(|diff| diff.count > 0).collect()
}

/// Signature changes that at least this many items share are shown once for all of them.
const SHARED: usize = 5;

/// The lines of a diff. What many setters or fields have in common is shown once.
fn lines(items: &[&Item]) -> Vec<String> {
    let mut shared: BTreeMap<_, Vec<&Item>> = BTreeMap::new();
    for item in items {
        if let Some(signatures) = own_signatures(item) {
            shared.entry(signatures).or_default().push(item);
        }
    }
    shared.retain(|_, items| items.len() >= SHARED);
    let mut lines = Vec::new();
    for ((before, after), items) in &shared {
        let names = items
            .iter()
            .filter_map(|item| name(item))
            .collect::<Vec<_>>();
        lines.push(format!("- …{before}"));
        lines.push(format!(
            "+ …{after}  // {} items: {}",
            names.len(),
            names.join(", ")
        ));
    }
    let rest = items.iter().filter(|item| {
        own_signatures(item).is_none_or(|signatures| !shared.contains_key(&signatures))
    });
    lines.extend(rest.flat_map(|item| item_lines(item)));
    lines
}

/// A part of a method or type, as it is named in a signature.
fn name(item: &Item) -> Option<String> {
    let part = item.part.as_ref()?;
    Some(match item.sort {
        Sort::Setter => format!("{}().{part}", item.owner),
        _ => format!("{}.{part}", item.owner),
    })
}

/// What a setter takes or what type a field has, before and after, where that has changed.
fn own_signatures(item: &Item) -> Option<(&str, &str)> {
    let name = name(item)?;
    let before = item.before.as_deref()?.strip_prefix(name.as_str())?;
    let after = item.after.as_deref()?.strip_prefix(name.as_str())?;
    (before != after).then_some((before, after))
}

fn item_lines(item: &Item) -> Vec<String> {
    let note = item
        .note
        .map(|note| format!("  // {note}"))
        .unwrap_or_default();
    match (&item.before, &item.after) {
        (Some(before), Some(after)) if before == after => vec![format!("  {after}{note}")],
        (before, after) => {
            let last = after.is_some();
            let was = before.iter().map(|before| {
                let note = if last { "" } else { note.as_str() };
                format!("- {before}{note}")
            });
            let is = after.iter().map(|after| format!("+ {after}{note}"));
            was.chain(is).collect()
        }
    }
}
