//! Which of what is gone came back under another name.

/// What the vendor has renamed throughout, word by word: old → new.
const VOCABULARY: [(&str, &str); 2] = [("tenant", "workspace"), ("workspace", "project")];

/// How alike two single words have to be to be spellings of one.
const SPELLING: f64 = 0.75;

/// How alike two whole names have to be.
const LIKENESS: f64 = 0.85;

/// The words of a name, whichever way it is written, in lower case.
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

/// Whether the names are the same, or become the same when the vendor's renamings are applied.
pub(super) fn in_other_words(old: &str, new: &str) -> bool {
    let (old, new) = (words(old), words(new));
    old.len() == new.len() && old.iter().zip(&new).all(|(old, new)| same_word(old, new))
}

fn same_word(old: &str, new: &str) -> bool {
    let stem = |word: &'_ str| word.strip_suffix('s').unwrap_or(word).to_owned();
    old == new || VOCABULARY.contains(&(&stem(old), &stem(new)))
}

/// Whether one name is plausibly the other, changed.
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

/// 1 for equal texts, 0 for texts without anything in common (by Levenshtein distance).
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

/// Pairs what is gone with what came, where each has exactly one candidate.
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
