//! Finds renames: removed names that came back under a new one.

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

/// Returns whether two names are equal once the vendor's renamings are applied.
pub(super) fn in_other_words(old: &str, new: &str) -> bool {
    let (old, new) = (words(old), words(new));
    old.len() == new.len() && old.iter().zip(&new).all(|(old, new)| same_word(old, new))
}

fn same_word(old: &str, new: &str) -> bool {
    let stem = |word: &'_ str| word.strip_suffix('s').unwrap_or(word).to_owned();
    old == new || VOCABULARY.contains(&(&stem(old), &stem(new)))
}

/// Returns whether one name is plausibly a new version of the other.
pub(super) fn alike(old: &str, new: &str) -> bool {
    if in_other_words(old, new) || likeness(old, new) >= LIKENESS {
        return true;
    }
    let (a, b) = (words(old), words(new));
    let spelled = a.len() == b.len()
        && a.iter()
            .zip(&b)
            .all(|(a, b)| same_word(a, b) || likeness(a, b) >= SPELLING);
    // One word of several, such as `step_code_line` → `user_code_line`.
    let words = a.iter().zip(&b).filter(|(a, b)| same_word(a, b)).count();
    let one_word = a.len() == b.len() && a.len() > 2 && words + 1 == a.len();
    let within = |small: &[String], large: &[String]| {
        small.len() < large.len() && small.iter().all(|word| large.contains(word))
    };
    spelled || one_word || within(&a, &b) || within(&b, &a)
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
