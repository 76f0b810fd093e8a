//! Reads YAML as far as the files of the `zenml` command line need it: text in maps.
//!
//! Files hold secrets, so texts are overwritten when they are dropped.

use saphyr_parser::{Event, Parser, ScalarStyle};
use zeroize::Zeroizing;

/// A value: text, a map, or something else, which nobody asks for.
#[derive(Default)]
pub(crate) enum Yaml {
    Text(Zeroizing<String>),
    Map(Vec<(String, Yaml)>),
    #[default]
    Other,
}

/// More levels than any file of the kind has: a value is dropped by recursion.
const DEPTH: usize = 64;

impl Yaml {
    /// The first document of a text.
    ///
    /// # Errors
    /// Says where the text is no YAML, without quoting it.
    pub fn read(text: &str) -> Result<Self, String> {
        // The keys that wait for a value, and what has been collected so far.
        let mut open: Vec<(Option<String>, Self)> = Vec::new();
        for event in Parser::new_from_str(text) {
            let (event, _) = event.map_err(|error| {
                let marker = error.marker();
                format!("no YAML at line {}", marker.line())
            })?;
            let complete = match event {
                Event::Scalar(text, style, ..) => match (style, &*text) {
                    (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Self::Other,
                    (_, text) => Self::Text(Zeroizing::new(text.to_owned())),
                },
                Event::MappingStart(..) | Event::SequenceStart(..) if open.len() == DEPTH => {
                    return Err("nested too deeply".to_owned());
                }
                Event::MappingStart(..) => {
                    open.push((None, Self::Map(Vec::new())));
                    continue;
                }
                Event::SequenceStart(..) => {
                    open.push((None, Self::Other));
                    continue;
                }
                Event::MappingEnd | Event::SequenceEnd => match open.pop() {
                    Some((_, value)) => value,
                    None => Self::Other,
                },
                Event::Alias(_) => Self::Other,
                _ => continue,
            };
            match open.last_mut() {
                None => return Ok(complete),
                Some((key @ None, Self::Map(_))) => *key = Some(complete.into_key()),
                Some((key, Self::Map(entries))) => {
                    entries.push((key.take().unwrap_or_default(), complete));
                }
                Some(_) => {}
            }
        }
        Ok(Self::Other)
    }

    fn into_key(self) -> String {
        match self {
            Self::Text(text) => text.to_string(),
            Self::Map(_) | Self::Other => String::new(),
        }
    }

    /// What stands under a key of a map.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .find_map(|(name, value)| (name == key).then_some(value))
    }

    pub fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = match self {
            Self::Map(entries) => entries.as_slice(),
            Self::Text(_) | Self::Other => &[],
        };
        entries.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The text under a key of a map.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Self::Text(text) => Some(text),
            Self::Map(_) | Self::Other => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_maps_is_read_in_all_its_spellings() {
        let yaml = Yaml::read(
            "https://a.example:\n  plain: x y\n  quoted: 'it''s'\n  double: \"a\\nb\"\n  \
             empty: ''\n  number: 5\n  folded: >-\n    one\n    two\n? long key\n: {a: b}\n",
        )
        .unwrap();
        let entry = yaml.get("https://a.example").unwrap();
        for (key, value) in [
            ("plain", "x y"),
            ("quoted", "it's"),
            ("double", "a\nb"),
            ("empty", ""),
            ("number", "5"),
            ("folded", "one two"),
        ] {
            assert_eq!(entry.text(key), Some(value));
        }
        assert_eq!(yaml.get("long key").unwrap().text("a"), Some("b"));
    }

    #[test]
    fn what_is_no_text_is_passed_over() {
        let yaml = Yaml::read("a: null\nb: [1, {c: 2}, [3]]\nc: &x {y: z}\nd: *x\ne: f\n").unwrap();
        for key in ["a", "b", "d", "missing"] {
            assert_eq!(yaml.text(key), None, "{key}");
        }
        assert_eq!(yaml.get("c").unwrap().text("y"), Some("z"));
        assert_eq!(yaml.text("e"), Some("f"));
        assert_eq!(yaml.entries().count(), 5);
    }

    #[test]
    fn an_empty_file_has_no_entries() {
        for text in ["", "\n# nothing\n", "---\n", "just text", "- a\n"] {
            assert_eq!(Yaml::read(text).unwrap().entries().count(), 0, "{text}");
        }
    }

    #[test]
    fn what_is_no_yaml_is_refused_without_being_quoted() {
        for text in [
            "a: [hunter2",
            "a: \"hunter2",
            "{a: hunter2",
            &"[".repeat(10_000),
        ] {
            let error = Yaml::read(text).map(drop).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
