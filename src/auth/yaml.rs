//! How are the YAML files of the `zenml` command line read? Only text in maps is kept.
//!
//! The files contain secrets, so text is overwritten when it is dropped.

use std::fs;
use std::io::{self, Read as _};
use std::path::Path;

use saphyr_parser::{Event, Parser, ScalarStyle};
use zeroize::Zeroizing;

/// Maximum size of a file, in bytes. The files of the command line hold a few kilobytes per server.
const MAX_SIZE: u64 = 1 << 20;

/// Reads a file of the command line.
///
/// # Errors
/// The path leads to something else than a file, which reading might wait for, or the file is larger
/// than [`MAX_SIZE`].
pub(crate) fn read_file(path: &Path) -> io::Result<Zeroizing<String>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        let message = format!("{} is not a file", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    // The file may grow while it is read.
    let mut text = Zeroizing::new(String::new());
    fs::File::open(path)?
        .take(MAX_SIZE + 1)
        .read_to_string(&mut text)?;
    if text.len() as u64 > MAX_SIZE {
        let message = format!("{} is larger than {MAX_SIZE} bytes", path.display());
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(text)
}

/// A YAML value.
#[derive(Default)]
pub(crate) enum Yaml {
    Text(Zeroizing<String>),
    Map(Vec<(String, Yaml)>),
    /// Null, a list or an alias.
    #[default]
    Other,
}

/// Maximum nesting depth. It is limited because a value is dropped recursively.
const MAX_DEPTH: usize = 64;

impl Yaml {
    /// Reads the first document of a text.
    ///
    /// # Errors
    /// Names the line where the text is not valid YAML, without quoting it.
    pub fn read(text: &str) -> Result<Self, String> {
        // The collections that enclose the position, each with the key that waits for its value.
        let mut open: Vec<(Option<String>, Self)> = Vec::new();
        for event in Parser::new_from_str(text) {
            let (event, _) = event
                .map_err(|error| format!("not valid YAML at line {}", error.marker().line()))?;
            let complete = match event {
                Event::Scalar(text, style, ..) => match (style, &*text) {
                    (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") => Self::Other,
                    (_, text) => Self::Text(Zeroizing::new(text.to_owned())),
                },
                Event::MappingStart(..) | Event::SequenceStart(..) if open.len() == MAX_DEPTH => {
                    return Err(format!("nested more than {MAX_DEPTH} levels deep"));
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

    /// Returns the value of a key, or `None` if this is not a map or has no such key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .find_map(|(name, value)| (name == key).then_some(value))
    }

    /// Returns the entries of a map; any other value has none.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = match self {
            Self::Map(entries) => entries.as_slice(),
            Self::Text(_) | Self::Other => &[],
        };
        entries.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Returns the value of a key if it is text.
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
    fn values_that_are_not_text_are_ignored() {
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
    fn invalid_yaml_is_an_error_that_does_not_quote_it() {
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

    #[test]
    fn only_files_of_a_reasonable_size_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("credentials.yaml");
        let error = read_file(folder.path()).unwrap_err();
        assert!(error.to_string().contains("is not a file"), "{error}");
        fs::write(&path, "a".repeat(MAX_SIZE as usize + 1)).unwrap();
        let error = read_file(&path).unwrap_err();
        assert!(error.to_string().contains("is larger than"), "{error}");
        fs::write(&path, "a: b").unwrap();
        assert_eq!(*read_file(&path).unwrap(), "a: b");
    }

    #[cfg(unix)]
    #[test]
    fn a_named_pipe_in_place_of_a_file_does_not_block() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.yaml");
        let status = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(status.unwrap().success());
        let error = read_file(&path).unwrap_err();
        assert!(error.to_string().contains("is not a file"), "{error}");
    }
}
