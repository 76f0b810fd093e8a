//! Finds renames: removed names that came back under a new one.

use std::collections::{BTreeMap, BTreeSet};

/// Words that the vendor has renamed throughout: old → new.
const VOCABULARY: [(&str, &str); 2] = [("tenant", "workspace"), ("workspace", "project")];

/// The least similarity of two spellings of one word.
const SPELLING: f64 = 0.75;

/// The least similarity of two versions of one name.
const LIKENESS: f64 = 0.85;

/// Splits a name in any case style into lower-case words.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Returns whether two names are equal once the vendor's renamings are applied, in either direction.
pub(super) fn in_other_words(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (a, b) = (words(a), words(b));
    !a.is_empty() && a.len() == b.len() && a.iter().zip(&b).all(|(a, b)| same_word(a, b))
}

fn same_word(a: &str, b: &str) -> bool {
    let stem = |word: &'_ str| word.strip_suffix('s').unwrap_or(word).to_owned();
    let (x, y) = (stem(a), stem(b));
    let known = |pair: &(&str, &str)| *pair == (&x, &y) || *pair == (&y, &x);
    a == b || VOCABULARY.iter().any(known)
}

/// Returns whether one name is plausibly a new version of the other. That one contains all words of
/// the other is not enough: `deployment_id` and `triggered_by_deployment_id` are different things.
fn alike(a: &str, b: &str) -> bool {
    if in_other_words(a, b) || likeness(a, b) >= LIKENESS {
        return true;
    }
    let (a, b) = (words(a), words(b));
    let spelled = a.len() == b.len()
        && a.iter()
            .zip(&b)
            .all(|(a, b)| same_word(a, b) || likeness(a, b) >= SPELLING);
    // One word of several, such as `step_code_line` → `user_code_line`.
    let words = a.iter().zip(&b).filter(|(a, b)| same_word(a, b)).count();
    let one_word = a.len() == b.len() && a.len() > 2 && words + 1 == a.len();
    spelled || one_word
}

/// Returns whether two names have a word in common.
fn share_a_word(a: &str, b: &str) -> bool {
    let b = words(b);
    words(a).iter().any(|word| b.contains(word))
}

/// Returns the similarity of two texts by Levenshtein distance: 1 for equal ones, 0 for unrelated
/// ones.
fn likeness(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            let cost = if x == y { diagonal } else { diagonal + 1 };
            left = cost.min(above + 1).min(left + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    let longest = a.len().max(b.len()).max(1);
    let distance = row.last().copied().unwrap_or_default();
    1.0 - distance as f64 / longest as f64
}

/// Pairs removed with added things where each has exactly one candidate.
pub(super) fn pairs<A, B>(
    gone: &[A],
    came: &[B],
    fits: impl Fn(&A, &B) -> bool,
) -> Vec<(usize, usize)> {
    let candidates: Vec<(usize, usize)> = gone
        .iter()
        .enumerate()
        .flat_map(|(i, a)| {
            let fits = &fits;
            let fitting = came.iter().enumerate().filter(move |(_, b)| fits(a, b));
            fitting.map(move |(j, _)| (i, j))
        })
        .collect();
    let alone = |(i, j): &&(usize, usize)| {
        candidates.iter().filter(|(a, _)| a == i).count() == 1
            && candidates.iter().filter(|(_, b)| b == j).count() == 1
    };
    candidates.iter().filter(alone).copied().collect()
}

/// What kind of name was renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    Parameter,
    Property,
}

/// The names that were removed, and for each the added names of the same type, in every place.
#[derive(Debug, Clone, Default)]
pub(super) struct Candidates {
    gone: BTreeMap<(Named, String), Places>,
    came: BTreeMap<(Named, String), Places>,
}

/// The names that a name could have become, or come from, in each place.
#[derive(Debug, Clone, Default)]
struct Places {
    count: usize,
    common: BTreeSet<String>,
    /// Whether the type is named, which tells more than a scalar.
    telling: bool,
}

impl Places {
    fn add(&mut self, names: BTreeSet<String>, telling: bool) {
        if self.count == 0 {
            self.common = names;
            self.telling = telling;
        } else {
            self.common.retain(|name| names.contains(name));
            self.telling &= telling;
        }
        self.count += 1;
    }
}

impl Candidates {
    /// Adds one place. `fits` says whether two names have the same type, `telling` whether the type
    /// of a removed one is named.
    pub(super) fn add(
        &mut self,
        named: Named,
        gone: &[&str],
        came: &[&str],
        fits: impl Fn(usize, usize) -> bool,
        telling: impl Fn(usize) -> bool,
    ) {
        for (i, a) in gone.iter().enumerate() {
            let names = came.iter().enumerate().filter(|(j, _)| fits(i, *j));
            let names = names.map(|(_, b)| (*b).to_owned()).collect();
            let places = self.gone.entry((named, (*a).to_owned())).or_default();
            places.add(names, telling(i));
        }
        if gone.is_empty() {
            return;
        }
        for (j, b) in came.iter().enumerate() {
            let names = gone.iter().enumerate().filter(|(i, _)| fits(*i, j));
            let names = names.map(|(_, a)| (*a).to_owned()).collect();
            let places = self.came.entry((named, (*b).to_owned())).or_default();
            places.add(names, false);
        }
    }

    /// Returns the names that were probably renamed: same type, in all the same places, and a
    /// similar name. In several places, one shared word or a named type is similar enough.
    pub(super) fn probable(&self) -> BTreeMap<(Named, String), String> {
        type Fits<'f> = &'f dyn Fn(&Places, &str, &str) -> bool;
        let similar: Fits<'_> = &|_, a, b| alike(a, b);
        let together: Fits<'_> =
            &|places, a, b| places.telling || (places.count > 1 && share_a_word(a, b));
        let mut result = BTreeMap::new();
        let mut taken = BTreeSet::new();
        for fits in [similar, together] {
            let mut candidates = Vec::new();
            for ((named, a), places) in &self.gone {
                if result.contains_key(&(*named, a.clone())) {
                    continue;
                }
                for b in &places.common {
                    let back = self.came.get(&(*named, b.clone()));
                    let mutual = back.is_some_and(|back| back.common.contains(a));
                    if mutual && !taken.contains(&(*named, b.clone())) && fits(places, a, b) {
                        candidates.push((*named, a.clone(), b.clone()));
                    }
                }
            }
            for (named, a, b) in &candidates {
                let same = |other: &&(Named, String, String)| other.0 == *named;
                let others = || candidates.iter().filter(same);
                let alone = others().filter(|other| other.1 == *a).count() == 1
                    && others().filter(|other| other.2 == *b).count() == 1;
                if alone {
                    taken.insert((*named, b.clone()));
                    result.insert((*named, a.clone()), b.clone());
                }
            }
        }
        result
    }
}

/// Operations, schemas, parameters and properties that continue to exist, by old name.
#[derive(Debug, Clone, Default)]
pub(super) struct Renames {
    /// For each operation that still exists, old id → new id.
    pub operations: BTreeMap<String, String>,
    /// For each renamed schema, old name → new name.
    pub schemas: BTreeMap<String, String>,
    /// For each renamed parameter, new operation id and old name → new name.
    pub parameters: BTreeMap<(String, String), String>,
    /// For each renamed property, new schema name and old name → new name.
    pub properties: BTreeMap<(String, String), String>,
    /// Names that were probably renamed, wherever they occur.
    pub probable: BTreeMap<(Named, String), String>,
}
