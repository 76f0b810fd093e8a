//! How does a value on the wire change from version to version?

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Version;

const ABSENT: &str = "absent";
const NULL: &str = "null";

/// A value on the wire in one version: absent, or the types that it may have. Written as
/// `string|null?`, with `?` if it may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// The types without `null`: `string`, `uuid`, `enum`, `object`, `map`, ….
    pub types: BTreeSet<String>,
    /// Whether it may be `null`.
    pub nullable: bool,
    /// Whether it may be missing.
    pub optional: bool,
}

impl State {
    /// Returns the state of something that has no type, such as an operation.
    pub fn present() -> Self {
        Self {
            types: BTreeSet::from(["present".to_owned()]),
            ..Self::default()
        }
    }

    /// Returns the state of something that a version does not have.
    pub fn absent() -> Self {
        Self::default()
    }

    /// Returns whether the version does not have it.
    pub fn is_absent(&self) -> bool {
        self.types.is_empty() && !self.nullable
    }

    /// Returns whether the version always has it, with a value.
    pub fn is_certain(&self) -> bool {
        !self.is_absent() && !self.optional && !self.nullable
    }

    /// Returns what holds of either: the same schema is used in two ways.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let one_is_absent = self.is_absent() != other.is_absent();
        Self {
            types: self.types.union(&other.types).cloned().collect(),
            nullable: self.nullable || other.nullable,
            optional: self.optional || other.optional || one_is_absent,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_absent() {
            return f.write_str(ABSENT);
        }
        let types = self.types.iter().map(String::as_str);
        let types: Vec<&str> = types.chain(self.nullable.then_some(NULL)).collect();
        f.write_str(&types.join("|"))?;
        f.write_str(if self.optional { "?" } else { "" })
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == ABSENT {
            return Ok(Self::absent());
        }
        let (types, optional) = match text.strip_suffix('?') {
            Some(types) => (types, true),
            None => (text, false),
        };
        if types.split('|').any(str::is_empty) {
            return Err(format!("{text:?} is not a state; write types, or `absent`"));
        }
        Ok(Self {
            types: types
                .split('|')
                .filter(|ty| *ty != NULL)
                .map(str::to_owned)
                .collect(),
            nullable: types.split('|').any(|ty| ty == NULL),
            optional,
        })
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

/// The states of a value on the wire: the one of the floor, and each version that changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct History(BTreeMap<Version, State>);

impl History {
    /// Returns the history of something that is the same since the floor.
    pub fn constant(floor: &Version, state: State) -> Self {
        Self(BTreeMap::from([(floor.clone(), state)]))
    }

    /// Adds the state in the newest version, or replaces it.
    #[must_use]
    pub fn then(mut self, version: &Version, state: State) -> Self {
        if self.0.len() > 1 {
            self.0.remove(version);
        }
        if self.newest() != Some(&state) {
            self.0.insert(version.clone(), state);
        }
        self
    }

    /// Returns the history of a schema that is used in two ways.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let versions: BTreeSet<&Version> = self.0.keys().chain(other.0.keys()).collect();
        let mut joined = Self(BTreeMap::new());
        for version in versions {
            joined = joined.then(version, self.at(version).or(&other.at(version)));
        }
        joined
    }

    /// Returns the state in a version.
    pub fn at(&self, version: &Version) -> State {
        let state = self.0.range(..=version).next_back();
        state.map_or_else(State::absent, |(_, state)| state.clone())
    }

    /// Returns the state in the newest version.
    pub fn newest(&self) -> Option<&State> {
        self.0.values().next_back()
    }

    /// Returns whether no version changes it.
    pub fn is_constant(&self) -> bool {
        self.0.len() <= 1
    }

    /// Returns the states, oldest first, each with the first version that has it.
    pub fn states(&self) -> impl DoubleEndedIterator<Item = (&Version, &State)> {
        self.0.iter()
    }

    /// Returns the versions that have it. Of something that is gone, those that had it last.
    pub fn versions(&self) -> Versions {
        let newest_first = || self.states().rev();
        let is_absent = |(_, state): &(&Version, &State)| state.is_absent();
        let present = newest_first().skip_while(is_absent);
        let first = present.take_while(|found| !is_absent(found)).last();
        let first = first.map(|(version, _)| version);
        let removed = newest_first().take_while(is_absent).last();
        Versions {
            since: first
                .filter(|first| self.0.keys().next() != Some(first))
                .cloned(),
            removed: removed.map(|(version, _)| version.clone()),
        }
    }

    /// Returns whether all versions from `first` on always have it, with a value.
    pub fn is_certain_from(&self, first: &Version) -> bool {
        let changes = self.0.range(first..).map(|(_, state)| state);
        self.at(first).is_certain() && changes.into_iter().all(State::is_certain)
    }

    /// Returns the first version from which on all versions always have it, with a value.
    pub fn certain_from(&self) -> Option<&Version> {
        let certain = self
            .states()
            .rev()
            .take_while(|(_, state)| state.is_certain());
        certain.last().map(|(version, _)| version)
    }
}

/// The versions that have something, if not all supported versions do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Versions {
    /// The first version that has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Version>,
    /// The first version that no longer has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<Version>,
}

impl Versions {
    /// Returns whether all supported versions have it.
    pub const fn are_all(&self) -> bool {
        self.since.is_none() && self.removed.is_none()
    }
}
