//! Which snapshots of the generated API change? `tests/api_listing.rs` compares them.

use std::collections::BTreeMap;

/// The first lines of a snapshot.
const HEADER: &str = "---\nsource: tests/api_listing.rs\n---\n";
const ACCEPTED: &str = "snap";
const PENDING: &str = "snap.new";

/// Changes to the snapshots of one API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Update {
    /// The new text of each changed file by name; `None` deletes the file.
    pub files: BTreeMap<String, Option<String>>,
    /// The groups with a snapshot that awaits review afterwards.
    pub pending: Vec<String>,
    /// The groups that no longer exist; their snapshots stay until the change is accepted.
    pub orphans: Vec<String>,
}

/// Compares the files of a folder (name → text) with the generated `listings` (group → text).
/// Changes are accepted at once, or left pending for `cargo insta review`.
pub fn update(
    present: &BTreeMap<String, String>,
    listings: &BTreeMap<String, String>,
    accept: bool,
) -> Update {
    let mut wanted: BTreeMap<String, String> = BTreeMap::new();
    let mut update = Update::default();
    for (group, listing) in listings {
        let file = format!("{group}.{ACCEPTED}");
        let text = format!("{HEADER}{listing}");
        let accepted = present.get(&file);
        if accepted.is_some_and(|accepted| content(accepted) == content(&text)) {
            wanted.insert(
                file.clone(),
                present.get(&file).cloned().unwrap_or_default(),
            );
        } else if accept {
            wanted.insert(file, text);
        } else {
            wanted.insert(format!("{group}.{PENDING}"), text);
            wanted.extend(accepted.map(|accepted| (file, accepted.clone())));
            update.pending.push(group.clone());
        }
    }
    for (file, text) in present {
        let orphan = file
            .strip_suffix(".snap")
            .filter(|group| !listings.contains_key(*group));
        if let Some(group) = orphan.filter(|_| !accept) {
            update.orphans.push(group.to_owned());
            wanted.insert(file.clone(), text.clone());
        }
        if !wanted.contains_key(file) {
            update.files.insert(file.clone(), None);
        }
    }
    for (file, text) in wanted {
        if present.get(&file) != Some(&text) {
            update.files.insert(file, Some(text));
        }
    }
    update
}

/// Returns whether a file is a snapshot, accepted or pending.
pub fn is_snapshot(name: &str) -> bool {
    name.ends_with(".snap") || name.ends_with(".snap.new")
}

/// Returns whether a file is a snapshot that awaits review.
pub fn is_pending(name: &str) -> bool {
    name.ends_with(".snap.new")
}

/// Returns a snapshot without its header and surrounding space, which `insta` ignores too.
fn content(snapshot: &str) -> &str {
    snapshot
        .strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .map_or(snapshot, |(_, content)| content)
        .trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn snap(text: &str) -> String {
        format!("{HEADER}{text}")
    }

    #[test]
    fn an_unchanged_snapshot_is_kept_whatever_its_header_says() {
        let present = map(&[("tags.snap", "---\nsource: x\nexpression: y\n---\nfn a\n")]);
        let update = update(&present, &map(&[("tags", "fn a\n")]), true);
        assert_eq!(update, Update::default());
    }

    #[test]
    fn a_changed_snapshot_is_left_pending_beside_the_accepted_one() {
        let present = map(&[("tags.snap", &snap("fn a\n"))]);
        let listings = map(&[("tags", "fn b\n")]);
        let once = update(&present, &listings, false);
        assert_eq!(
            once.files,
            [("tags.snap.new".to_owned(), Some(snap("fn b\n")))].into()
        );
        assert_eq!(once.pending, ["tags"]);
        let present = map(&[
            ("tags.snap", &snap("fn a\n")),
            ("tags.snap.new", &snap("fn b\n")),
        ]);
        let twice = update(&present, &listings, false);
        assert_eq!(twice.files, BTreeMap::new());
        assert_eq!(twice.pending, ["tags"]);
    }

    #[test]
    fn accepting_replaces_the_snapshot_and_deletes_the_pending_one() {
        let present = map(&[
            ("tags.snap", &snap("fn a\n")),
            ("tags.snap.new", &snap("fn b\n")),
        ]);
        let update = update(&present, &map(&[("tags", "fn b\n")]), true);
        let expected = [
            ("tags.snap".to_owned(), Some(snap("fn b\n"))),
            ("tags.snap.new".to_owned(), None),
        ];
        assert_eq!(update.files, expected.into());
        assert_eq!(update.pending, Vec::<String>::new());
    }

    #[test]
    fn accepting_deletes_the_snapshot_of_a_group_that_no_longer_exists() {
        let present = map(&[("tags.snap", &snap("fn a\n"))]);
        let pending = update(&present, &map(&[]), false);
        assert_eq!(
            (pending.files.len(), &pending.orphans[..]),
            (0, &["tags".to_owned()][..])
        );
        let accepted = update(&present, &map(&[]), true);
        assert_eq!(accepted.files, [("tags.snap".to_owned(), None)].into());
    }

    #[test]
    fn a_pending_snapshot_without_a_change_is_deleted() {
        let present = map(&[
            ("tags.snap", &snap("fn a\n")),
            ("tags.snap.new", &snap("fn b\n")),
        ]);
        let update = update(&present, &map(&[("tags", "fn a\n")]), false);
        assert_eq!(update.files, [("tags.snap.new".to_owned(), None)].into());
    }
}
