//! Chooses the changes that a reviewer has to see first.

use std::collections::BTreeMap;

use super::effects::is_silent;
use super::headline::heading;
use crate::{Change, Class, Kind, Report, Subject};

/// The number of changes that are shown first.
const SHOWN: usize = 3;

/// Returns a line about each of the worst breaking changes, one for each rule.
pub(super) fn worst(report: &Report) -> Vec<String> {
    let breaking = report.changes.iter();
    let breaking = breaking.filter(|change| change.class == Class::Breaking);
    let mut rules: BTreeMap<String, Vec<&Change>> = BTreeMap::new();
    for change in breaking {
        rules.entry(change.rule()).or_default().push(change);
    }
    let mut ranked: Vec<(String, Vec<&Change>)> = rules.into_iter().collect();
    ranked.sort_by_key(|(rule, changes)| {
        let weight = changes.iter().map(|change| weight(report, change)).min();
        let reached: usize = changes.iter().map(|change| change.uses.len().max(1)).sum();
        (weight, std::cmp::Reverse(reached), rule.clone())
    });
    let lines = ranked.iter().take(SHOWN);
    lines.map(|(rule, changes)| line(rule, changes)).collect()
}

/// Returns how bad a change is; the smallest is the worst.
fn weight(report: &Report, change: &Change) -> u8 {
    match change.kind {
        Kind::OperationRemoved
        | Kind::OperationMoved
        | Kind::OperationServersChanged
        | Kind::SecurityTightened
        | Kind::SecuritySchemeChanged
        | Kind::SuccessRemoved => 0,
        // The compiler does not help to find the places.
        _ if is_silent(report, change) => 1,
        Kind::NotUnderstood => 2,
        Kind::RequiredParameterAdded
        | Kind::RequiredBodyAdded
        | Kind::RequiredPropertyAdded
        | Kind::PropertyRemoved
        | Kind::ParameterRemoved
        | Kind::TypeChanged => 3,
        Kind::OperationRenamed | Kind::PathParameterRenamed => 5,
        _ => 4,
    }
}

fn line(rule: &str, changes: &[&Change]) -> String {
    let most = changes.iter().max_by_key(|change| change.uses.len());
    let Some(most) = most else {
        return String::new();
    };
    let text = match &most.subject {
        Subject::Schema(_) | Subject::Document => most.line(),
        Subject::Operation(_) => format!("{}: {}", heading(most), most.line()),
    };
    let more = match changes.len() - 1 {
        0 => String::new(),
        1 => "; 1 more like it".to_owned(),
        more => format!("; {more} more like it"),
    };
    format!("{text}{more} [{rule}]")
}
