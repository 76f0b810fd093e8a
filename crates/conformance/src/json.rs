//! JSON as it is written: numbers keep their digits, objects the order of their members.
//!
//! What the library reads is not compared as `serde_json::Value`: that is what the library itself
//! is made of, and it would hide the same rounding in both.

use std::fmt;
use std::str::FromStr;

use serde::de::IgnoredAny;

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Vec<(String, Json)>),
}

/// One step from a value into it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A member of an object.
    Member(String),
    /// An item of an array.
    Item(usize),
}

impl Json {
    /// The member of this name, if this is an object that has one.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Object(members) => members
                .iter()
                .find(|(known, _)| known == name)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// The value at the end of the path.
    #[must_use]
    pub fn at(&self, path: &[Step]) -> Option<&Self> {
        path.iter().try_fold(self, |value, step| match step {
            Step::Member(name) => value.member(name),
            Step::Item(index) => value.items().get(*index),
        })
    }

    /// The value at the end of the path, to be changed.
    pub fn at_mut(&mut self, path: &[Step]) -> Option<&mut Self> {
        path.iter()
            .try_fold(self, |value, step| match (step, value) {
                (Step::Member(name), Self::Object(members)) => members
                    .iter_mut()
                    .find(|(known, _)| known == name)
                    .map(|(_, value)| value),
                (Step::Item(index), Self::List(items)) => items.get_mut(*index),
                _ => None,
            })
    }

    /// The items, if this is an array that has some.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    /// The string, if this is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What kind of value this is. Says nothing of the value itself, which may be secret.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(digits) if is_integer(digits) => "integer",
            Self::Number(_) => "number",
            Self::Text(_) => "string",
            Self::List(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

/// Whether a number is written without fraction and exponent.
pub(crate) fn is_integer(digits: &str) -> bool {
    !digits.contains(['.', 'e', 'E'])
}

impl FromStr for Json {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Whether it is JSON at all is for others to say; what follows only takes it apart.
        serde_json::from_str::<IgnoredAny>(text)?;
        Reader { text, at: 0 }.value()
    }
}

/// Takes apart what is known to be JSON: there, separators say nothing that order does not.
struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Reader<'a> {
    /// The first byte of what comes next.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let is_value = |byte: &u8| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b':');
        self.at += rest.iter().position(is_value)?;
        rest.iter().copied().find(is_value)
    }

    /// The next bytes up to one for which this holds, or to the end.
    fn take(&mut self, is_end: impl FnMut(&u8) -> bool) -> &'a str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.as_bytes().iter().position(is_end);
        let taken = rest.get(..length.unwrap_or(rest.len())).unwrap_or(rest);
        self.at += taken.len();
        taken
    }

    fn value(&mut self) -> serde_json::Result<Json> {
        Ok(match self.peek() {
            Some(b'{') => {
                Json::Object(self.until(b'}', |reader| Ok((reader.string()?, reader.value()?)))?)
            }
            Some(b'[') => Json::List(self.until(b']', Self::value)?),
            Some(b'"') => Json::Text(self.string()?),
            _ => match self.take(|byte| b",:]} \t\r\n".contains(byte)) {
                "null" => Json::Null,
                "true" => Json::Bool(true),
                "false" => Json::Bool(false),
                number => Json::Number(number.to_owned()),
            },
        })
    }

    /// What stands between the opening bracket and this closing one.
    fn until<T>(
        &mut self,
        end: u8,
        mut read: impl FnMut(&mut Self) -> serde_json::Result<T>,
    ) -> serde_json::Result<Vec<T>> {
        let mut all = Vec::new();
        self.at += 1;
        while self.peek().is_some_and(|byte| byte != end) {
            all.push(read(self)?);
        }
        self.at += 1;
        Ok(all)
    }

    fn string(&mut self) -> serde_json::Result<String> {
        self.peek();
        let start = self.at;
        self.at += 1;
        let mut escaped = false;
        let inside = self.take(|byte| {
            let closes = *byte == b'"' && !escaped;
            escaped = *byte == b'\\' && !escaped;
            closes
        });
        self.at += 1;
        match inside.contains('\\') {
            true => serde_json::from_str(self.text.get(start..self.at).unwrap_or_default()),
            false => Ok(inside.to_owned()),
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(digits) => f.write_str(digits),
            Self::Text(text) => quoted(text, f),
            Self::List(items) => {
                f.write_str("[")?;
                for (index, item) in items.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { "," })?;
                    item.fmt(f)?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    f.write_str(if index == 0 { "" } else { "," })?;
                    quoted(name, f)?;
                    write!(f, ":{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

fn quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(&serde_json::to_string(text).map_err(|_| fmt::Error)?)
}

/// A path in the form of JSONPath, as the library's errors have it.
#[must_use]
pub fn json_path(path: &[Step]) -> String {
    path.iter().fold("$".to_owned(), |all, step| match step {
        Step::Item(index) => format!("{all}[{index}]"),
        Step::Member(name) if is_identifier(name) => format!("{all}.{name}"),
        Step::Member(name) => format!("{all}[{name:?}]"),
    })
}

fn is_identifier(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_again_to_the_digit() {
        for text in [
            r#"{"z":1,"a":[1.0,1e-12,-0,123456789012345678901234567890],"n":null}"#,
            r#"[true,false,"\"\\\n\u0000\u001f€🐈"]"#,
            "[]",
            "{}",
            r#"[[[]],{"":{}},""]"#,
            r#"{"a,b:c]}":"[{\\","d":[-1.5e+3,"x"]}"#,
            "5",
        ] {
            let json: Json = text.parse().unwrap();
            assert_eq!(json.to_string(), text);
        }
    }

    #[test]
    fn escapes_and_spaces_are_no_part_of_the_value() {
        let json: Json = " { \"\\u0061\" : [ \"\\u20ac\" ] } ".parse().unwrap();
        assert_eq!(json.to_string(), r#"{"a":["€"]}"#);
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "[1,]", "01", "nul", "{\"a\":1}}", "\"\u{1}\""] {
            assert!(text.parse::<Json>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_path_leads_to_a_value_and_has_a_readable_form() {
        let mut json: Json = r#"{"items":[{"a b":1},{"a b":2}]}"#.parse().unwrap();
        let path = [
            Step::Member("items".to_owned()),
            Step::Item(1),
            Step::Member("a b".to_owned()),
        ];
        assert_eq!(json.at(&path), Some(&Json::Number("2".to_owned())));
        *json.at_mut(&path).unwrap() = Json::Null;
        assert_eq!(json.to_string(), r#"{"items":[{"a b":1},{"a b":null}]}"#);
        assert_eq!(json_path(&path), r#"$.items[1]["a b"]"#);
        assert_eq!(json.at(&[Step::Item(0)]), None);
    }
}
