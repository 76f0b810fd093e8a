//! Which name was meant?

/// Returns the end of a sentence about an unknown name: the nearest known one, if one is near.
pub(super) fn hint(name: &str, known: impl IntoIterator<Item = &'static str>) -> String {
    let near = known.into_iter().min_by_key(|known| distance(name, known));
    match near.filter(|near| distance(name, near) <= near.chars().count().max(3) / 2) {
        Some(near) => format!("; the nearest is `{near}`"),
        None => String::new(),
    }
}

/// Returns how many characters are inserted, removed or replaced between two texts (Levenshtein).
pub(super) fn distance(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.chars().take(LONGEST).collect();
    let to: Vec<char> = to.chars().take(LONGEST).collect();
    cost(&from, &to, |_| 1, |_| 1, |a, b| usize::from(a != b))
}

/// Names are compared up to this length: the time grows with its square.
const LONGEST: usize = 100;

/// Returns the least cost of changing one list into another by inserting, removing and replacing items.
pub(super) fn cost<A, B>(
    from: &[A],
    to: &[B],
    remove: impl Fn(&A) -> usize,
    insert: impl Fn(&B) -> usize,
    replace: impl Fn(&A, &B) -> usize,
) -> usize {
    let mut row = vec![0];
    for item in to {
        row.push(row.last().copied().unwrap_or_default() + insert(item));
    }
    for old in from {
        let mut next = vec![row.first().copied().unwrap_or_default() + remove(old)];
        for (new, places) in to.iter().zip(row.windows(2)) {
            let &[diagonal, above] = places else { continue };
            let left = next.last().copied().unwrap_or_default();
            let least = (diagonal + replace(old, new))
                .min(above + remove(old))
                .min(left + insert(new));
            next.push(least);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_changed_characters() {
        for (from, to, expected) in [
            ("", "", 0),
            ("size", "size", 0),
            ("sise", "size", 1),
            ("siz", "size", 1),
            ("ssize", "size", 1),
            ("", "size", 4),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
            assert_eq!(distance(to, from), expected, "{to} {from}");
        }
    }

    #[test]
    fn a_hint_names_only_what_is_near() {
        assert_eq!(
            hint("hydrat", ["name", "hydrate"]),
            "; the nearest is `hydrate`"
        );
        assert_eq!(hint("qqqqqq", ["name", "hydrate"]), "");
        assert_eq!(hint("name", []), "");
    }
}
