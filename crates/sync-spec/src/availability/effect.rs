//! What does a change of the availability mean for the servers that the client supports?

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::Value;
use zenml_api_diff::Notice;
use zenml_codegen::SpecSource;
use zenml_codegen::availability::{Availability, Edge, History, State, Version};
use zenml_codegen::model::{Api, Presence, Type};

use crate::generation::generated;

/// The heading in reports.
const HEADING: &str = "Effect on supported servers";

/// Lists are cut off after this many items.
const LIMIT: usize = 20;

/// Returns the notice about a change from one document and its availability to another, unless
/// nothing changes for the supported servers.
///
/// # Errors
/// Returns an error if no code can be generated from the new document.
pub fn notice(
    before: Option<(&str, &Availability)>,
    (text, after): (&str, &Availability),
    overlays: &[Value],
) -> Result<Option<Notice>> {
    let before = before.map(|(text, before)| Differences::of(text, before, overlays));
    // The present document may be broken; the new one repairs it.
    let before = before.and_then(Result::ok).unwrap_or_default();
    let lines = Differences::of(text, after, overlays)?.since(&before);
    Ok((!lines.is_empty()).then(|| Notice {
        heading: HEADING.to_owned(),
        lines,
    }))
}

/// What an older server does with a part of a request, or with a whole one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reaction {
    Refuses,
    IgnoresParameter,
    IgnoresField,
    RefusesValue,
    SendsAnotherType,
}

impl Reaction {
    const fn verb(self) -> &'static str {
        match self {
            Self::Refuses => "refuse",
            Self::IgnoresParameter => "ignore the parameters",
            Self::IgnoresField => "ignore or refuse the fields",
            Self::RefusesValue => "refuse the values",
            Self::SendsAnotherType => "send another type, which cannot be read, in",
        }
    }

    /// Returns what all servers do if no supported one is older.
    const fn outdated(self) -> &'static str {
        match self {
            Self::Refuses => "have the operations",
            Self::IgnoresParameter => "know the parameters",
            Self::IgnoresField => "know the fields",
            Self::RefusesValue => "know the values",
            Self::SendsAnotherType => "send the types",
        }
    }
}

/// What the supported servers do not have in common.
#[derive(Default)]
struct Differences {
    /// The fields that are `Option` because some of them may lack the value.
    optional: BTreeSet<String>,
    /// What servers before a version do.
    older: BTreeMap<(Version, Reaction), BTreeSet<String>>,
}

impl Differences {
    fn of(text: &str, availability: &Availability, overlays: &[Value]) -> Result<Self> {
        let source = SpecSource::External;
        let api = generated(text, Some(availability), overlays, source)?;
        let of_newest = generated(text, None, overlays, source)?;
        let mut differences = Self {
            optional: required(&of_newest)
                .difference(&required(&api))
                .cloned()
                .collect(),
            older: BTreeMap::new(),
        };
        for (key, facts) in &availability.operations {
            if let Some(history) = &facts.exists {
                differences.note(history, Reaction::Refuses, format!("`{key}`"));
            }
            for (name, history) in facts.query.iter().chain(&facts.header) {
                let parameter = format!("`{name}` of `{key}`");
                differences.note(history, Reaction::IgnoresParameter, parameter);
            }
            for (place, history) in &facts.request {
                let reaction = match place.0.last() {
                    Some(Edge::Choice(_)) => Reaction::RefusesValue,
                    _ => Reaction::IgnoresField,
                };
                let item = if place.0.is_empty() {
                    format!("the body of `{key}`")
                } else {
                    format!("`{place}` of `{key}`")
                };
                differences.note(history, reaction, item);
            }
            for (place, history) in &facts.response {
                if let Some(version) = retyped(history) {
                    let reaction = (version.clone(), Reaction::SendsAnotherType);
                    let places = differences.older.entry(reaction).or_default();
                    places.insert(format!("`{place}` of `{key}`"));
                }
            }
        }
        Ok(differences)
    }

    fn note(&mut self, history: &History, reaction: Reaction, item: String) {
        let versions = history.versions();
        if let (Some(since), None) = (versions.since, versions.removed) {
            self.older
                .entry((since, reaction))
                .or_default()
                .insert(item);
        }
    }

    /// Returns what is new, and what no longer applies.
    fn since(&self, before: &Self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = |text: String, items: Vec<&String>| {
            if !items.is_empty() {
                lines.push(format!("{text}: {}", list(&items)));
            }
        };
        line(
            "Now `Option`, because a supported server may not send a value".to_owned(),
            self.optional.difference(&before.optional).collect(),
        );
        line(
            "No longer `Option`, because all supported servers send a value".to_owned(),
            before.optional.difference(&self.optional).collect(),
        );
        let none = BTreeSet::new();
        for ((version, reaction), items) in &self.older {
            let known = before.older.get(&(version.clone(), *reaction));
            line(
                format!("Servers before {version} {}", reaction.verb()),
                items.difference(known.unwrap_or(&none)).collect(),
            );
        }
        for ((version, reaction), items) in &before.older {
            let still = self.older.get(&(version.clone(), *reaction));
            line(
                format!(
                    "All supported servers now {} of {version}",
                    reaction.outdated()
                ),
                items.difference(still.unwrap_or(&none)).collect(),
            );
        }
        lines
    }
}

/// Returns the fields that are not `Option`.
fn required(api: &Api) -> BTreeSet<String> {
    let fields = api.types.iter().flat_map(|(name, ty)| {
        let fields = match ty {
            Type::Struct(structure) => structure.fields.as_slice(),
            Type::Enum(_) | Type::Union(_) => &[],
        };
        let required = fields
            .iter()
            .filter(|field| field.presence == Presence::Required);
        required.map(move |field| format!("`{name}.{}`", field.ident))
    });
    fields.collect()
}

/// Returns the first version with the present type, if an older one has a type that is not one of it.
fn retyped(history: &History) -> Option<&Version> {
    let newest = history.newest()?;
    let fits = |state: &State| state.types.iter().all(|ty| is_read_as(&newest.types, ty));
    let fitting = history.states().rev().take_while(|(_, state)| fits(state));
    let (first, _) = fitting.last()?;
    let is_first = history.states().next()?.0 == first;
    (!newest.is_absent() && !is_first).then_some(first)
}

/// Returns whether a value of a type can be read where others are expected.
fn is_read_as(expected: &BTreeSet<String>, ty: &str) -> bool {
    let wider: &[&str] = match ty {
        "string" => &["string", "enum"],
        "enum" | "uuid" | "date-time" => &[ty, "string"],
        "integer" => &[ty, "number"],
        "object" => &[ty, "map"],
        _ => &[ty],
    };
    expected.contains("any") || wider.iter().any(|ty| expected.contains(*ty))
}

fn list(items: &[&String]) -> String {
    let shown: Vec<&str> = items.iter().take(LIMIT).map(|item| item.as_str()).collect();
    let more = match items.len().saturating_sub(LIMIT) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    shown.join(", ") + &more
}
