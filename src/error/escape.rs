//! Makes text that comes from outside safe for terminals and logs: one line, bounded, without control
//! characters and without characters that reorder text.

use std::fmt::Write;

/// Maximum length of an error message, in characters.
const LIMIT: usize = 2_000;

/// Escapes and shortens a text.
pub(crate) fn escaped(text: String) -> String {
    let is_clean = text.len() <= LIMIT && !text.chars().any(is_unsafe);
    if is_clean {
        return text;
    }
    let mut escaped = String::new();
    for (i, c) in text.chars().enumerate() {
        if i == LIMIT {
            escaped.push('…');
            break;
        }
        match c {
            '\n' | '\r' | '\t' => escaped.push(' '),
            // Writing to a string does not fail.
            c if is_unsafe(c) => drop(write!(escaped, "\\u{{{:x}}}", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Returns a text, or its beginning if it has more characters than the limit.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
    }
}

/// Control characters, and the characters that change the direction or the lines of text.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
                | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_bidirectional_characters_are_escaped() {
        let text = "a\u{1b}[31m b\nc\u{202e}d".to_owned();
        assert_eq!(escaped(text), "a\\u{1b}[31m b c\\u{202e}d");
    }

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(escaped("é".repeat(5_000_000)).chars().count(), LIMIT + 1);
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in ["", "no stack \"prod\" — ü", "日本語"] {
            assert_eq!(escaped(text.to_owned()), text);
        }
    }
}
