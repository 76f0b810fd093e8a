//! How is a place in a body written?
//!
//! `items[].body.index` is the member `index` of the member `body` of each item; `{}` stands for
//! the values of a map, `status="completed"` for a value of an enum. The body itself is the empty
//! text.

use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Edge;

/// A place in a body: the steps that lead to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(pub Vec<Edge>);

impl Place {
    /// Returns the place one step further.
    #[must_use]
    pub fn child(&self, edge: Edge) -> Self {
        let mut edges = self.0.clone();
        edges.push(edge);
        Self(edges)
    }
}

/// Returns whether a name can be written without quotes.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-$".contains(c);
    !name.is_empty() && name.chars().all(plain)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, edge) in self.0.iter().enumerate() {
            match edge {
                Edge::Member(name) => {
                    f.write_str(if index > 0 { "." } else { "" })?;
                    if is_plain(name) {
                        f.write_str(name)?;
                    } else {
                        write!(f, "{}", serde_json::Value::from(name.as_str()))?;
                    }
                }
                Edge::Item => f.write_str("[]")?,
                Edge::Value => f.write_str("{}")?,
                Edge::Choice(value) => {
                    write!(f, "={}", serde_json::Value::from(value.as_str()))?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut edges = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let (edge, after) =
                next(rest, edges.is_empty()).ok_or_else(|| format!("{text:?} is not a place"))?;
            edges.push(edge);
            rest = after;
        }
        Ok(Self(edges))
    }
}

/// Reads the first step of a place.
fn next(text: &str, first: bool) -> Option<(Edge, &str)> {
    if let Some(rest) = text.strip_prefix("[]") {
        return Some((Edge::Item, rest));
    }
    if let Some(rest) = text.strip_prefix("{}") {
        return Some((Edge::Value, rest));
    }
    if let Some(rest) = text.strip_prefix('=') {
        let (value, rest) = quoted(rest)?;
        return Some((Edge::Choice(value), rest));
    }
    let name = if first { text } else { text.strip_prefix('.')? };
    if name.starts_with('"') {
        let (name, rest) = quoted(name)?;
        return Some((Edge::Member(name), rest));
    }
    let end = name.find(['.', '[', '{', '=']).unwrap_or(name.len());
    let (name, rest) = name.split_at_checked(end)?;
    is_plain(name).then(|| (Edge::Member(name.to_owned()), rest))
}

/// Reads a JSON string.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let value = values.next()?.ok()?;
    Some((value, text.get(values.byte_offset()..)?))
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}
