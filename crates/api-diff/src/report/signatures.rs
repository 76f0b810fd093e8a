//! Shows the Rust side as a diff of signatures.

use std::collections::BTreeMap;

use crate::{Effect, Item, ItemKind, Rust};

/// The items with one effect, as lines of a diff.
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

/// A signature change shared by at least this many items is shown once.
const SHARED: usize = 5;

/// Returns the lines of a diff. A change shared by many setters or fields is shown once.
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

/// Returns the name of a part as it appears in a signature.
fn name(item: &Item) -> Option<String> {
    let part = item.part.as_ref()?;
    Some(match item.kind {
        ItemKind::Setter => format!("{}().{part}", item.owner),
        _ => format!("{}.{part}", item.owner),
    })
}

/// Returns the changed argument of a setter, or the changed type of a field, before and after.
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
