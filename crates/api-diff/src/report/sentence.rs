//! Writes the sentences about one subject. Members with the same change share a sentence.

use std::collections::BTreeSet;

use super::headline::plural;
use crate::describe::and;
use crate::{Change, Kind, Place, Subject, Use};

/// More operations than this are counted instead of named.
const NAMED: usize = 4;

/// Returns the ids of the rules behind some changes.
pub(super) fn rules(changes: &[&Change]) -> String {
    let rules: BTreeSet<String> = changes.iter().map(|change| change.rule()).collect();
    let rules: Vec<String> = rules.into_iter().collect();
    format!("[{}]", rules.join(", "))
}

/// Returns the sentences about one subject. Members with the same change share a sentence.
pub(super) fn lines(changes: &[&Change]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut done: Vec<&Change> = Vec::new();
    for change in changes {
        if done.contains(change) {
            continue;
        }
        let alike: Vec<&Change> = changes
            .iter()
            .filter(|other| is_alike(change, other))
            .copied()
            .collect();
        let line = match &alike[..] {
            [only] => below_heading(only),
            several => together(several),
        };
        lines.push(format!("{line} {}", rules(&alike)));
        done.extend(alike);
    }
    lines
}

/// Returns the sentence without the schema's name, which the heading already has.
fn below_heading(change: &Change) -> String {
    let line = change.line();
    let rest = line.strip_prefix(change.thing.as_str());
    match (&change.subject, rest) {
        (Subject::Schema(_), Some(rest)) if change.member.is_empty() => {
            rest.trim_start().to_owned()
        }
        (Subject::Schema(_), Some(rest)) => format!("`{}`{rest}", change.member),
        _ => line,
    }
}

fn is_alike(a: &Change, b: &Change) -> bool {
    // The type says whether an added property is required.
    let kind = |change: &Change| match change.kind {
        Kind::RequiredPropertyAdded => Kind::PropertyAdded,
        kind => kind,
    };
    let verdict = |change: &Change| {
        (
            kind(change),
            change.predicate.clone(),
            change.directions.clone(),
        )
    };
    let words = |change: &Change| (change.before.clone(), change.after.clone());
    let around = |change: &'_ Change| {
        let (noun, _, place) = parts(change);
        (noun.to_owned(), place.to_owned())
    };
    verdict(a) == verdict(b) && around(a) == around(b) && (listed(a.kind) || words(a) == words(b))
}

/// Returns whether members of this kind are listed with their types.
fn listed(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::PropertyAdded
            | Kind::RequiredPropertyAdded
            | Kind::PropertyRemoved
            | Kind::ParameterAdded
            | Kind::RequiredParameterAdded
            | Kind::ParameterRemoved
    )
}

/// Splits the subject of a change into noun, name and place.
fn parts(change: &Change) -> (&str, &str, &str) {
    let mut parts = change.thing.splitn(3, '`');
    let mut part = || parts.next().unwrap_or_default();
    let (noun, name, place) = (part().trim(), part(), part());
    match &change.subject {
        Subject::Schema(_) => (noun, &change.member, place),
        Subject::Operation(_) | Subject::Document => (noun, name, place),
    }
}

fn together(changes: &[&Change]) -> String {
    let Some(first) = changes.first() else {
        return String::new();
    };
    let (noun, _, place) = parts(first);
    let noun = if noun.is_empty() { "field" } else { noun };
    if listed(first.kind) {
        let names = changes.iter().map(|change| {
            let words = change.before.as_deref().or(change.after.as_deref());
            format!("`{}` ({})", parts(change).1, words.unwrap_or_default())
        });
        let names = and(&names.collect::<Vec<_>>());
        return match first.after {
            Some(_) => format!("added {noun}s{place}: {names}"),
            None => format!("removed {noun}s{place}: {names}"),
        };
    }
    let names: Vec<String> = changes
        .iter()
        .map(|c| format!("`{}`", parts(c).1))
        .collect();
    let line = first.line();
    let rest = line.strip_prefix(first.thing.as_str()).unwrap_or_default();
    format!("{noun}s {}{place}: each{rest}", and(&names))
}

/// Describes where a schema is used.
pub(super) fn reach(changes: &[&Change]) -> String {
    let is_schema = changes
        .iter()
        .all(|change| matches!(change.subject, Subject::Schema(_)));
    let uses: BTreeSet<&Use> = changes.iter().flat_map(|change| &change.uses).collect();
    if !is_schema || uses.is_empty() {
        return String::new();
    }
    let mut places = Vec::new();
    for place in [
        Place::Parameter,
        Place::RequestBody,
        Place::Response,
        Place::Error,
    ] {
        let names: BTreeSet<&str> = uses
            .iter()
            .filter(|reached| reached.place == place)
            .map(|reached| reached.operation.name.as_str())
            .collect();
        let noun = match place {
            Place::Parameter => "parameters",
            Place::RequestBody => "requests",
            Place::Response => "responses",
            Place::Error | Place::Operation => "errors",
        };
        if names.len() > NAMED {
            places.push(format!("{noun} of {}", plural(names.len(), "operation")));
        } else if !names.is_empty() {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            places.push(format!("{noun} of {}", and(&names)));
        }
    }
    format!(" · in {}", places.join(" and "))
}
