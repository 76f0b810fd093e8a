//! Takes accepted changes out of a report.

use super::change::{Change, Subject};
use super::{Notice, Report};

/// A change that reviewers have accepted, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The id of the rule, such as `request-parameter-removed`.
    pub rule: String,
    /// The changed thing as reports name it, such as `list_things.name`, or what contains it.
    pub at: String,
    /// The reason.
    pub reason: String,
}

impl Accepted {
    /// Returns whether this accepts a change by `rule` at `at`.
    fn covers(&self, rule: &str, at: &str) -> bool {
        let inside = at.strip_prefix(self.at.as_str());
        self.rule == rule && inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

/// A change that the report does not count, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// The id of the rule.
    pub rule: String,
    /// The changed thing.
    pub at: String,
    /// The change in a sentence, or the signature of a Rust item.
    pub line: String,
    /// The reason.
    pub reason: String,
}

impl Report {
    /// Takes accepted changes out of the report; they are listed apart, with their reasons. Adds a
    /// notice about entries that accept nothing.
    #[must_use]
    pub fn accepting(mut self, accepted: &[Accepted]) -> Self {
        let mut used = vec![false; accepted.len()];
        let mut reason = |rule: &str, at: &str| {
            let mut entries = accepted.iter().zip(&mut used);
            let (entry, used) = entries.find(|(entry, _)| entry.covers(rule, at))?;
            *used = true;
            Some(entry.reason.clone())
        };
        let mut ignored = Vec::new();
        for mut change in std::mem::take(&mut self.changes) {
            let (at, line) = (change.at(), change.line());
            let mut ignore = |rule: String| {
                let reason = reason(&rule, &at)?;
                let (at, line) = (at.clone(), line.clone());
                ignored.push(Ignored {
                    rule,
                    at,
                    line,
                    reason,
                });
                Some(())
            };
            if change.directions.is_empty() {
                if ignore(change.rule()).is_none() {
                    self.changes.push(change);
                }
                continue;
            }
            let kind = change.kind;
            change
                .directions
                .retain(|(direction, _)| ignore(kind.rule(direction.scope())).is_none());
            if let Some(class) = change.directions.iter().map(|(_, class)| *class).min() {
                change.class = class;
                self.changes.push(change);
            }
        }
        self.changes.sort_by_key(|change| change.class);
        if let Some(rust) = &mut self.rust {
            rust.items.retain(|item| {
                let (rule, at) = (item.rule(), item.at());
                let Some(reason) = reason(&rule, &at) else {
                    return true;
                };
                let signatures = [&item.before, &item.after].into_iter().flatten();
                let signatures: Vec<&str> = signatures.map(String::as_str).collect();
                ignored.push(Ignored {
                    line: format!("`{}`", signatures.join("` → `")),
                    rule,
                    at,
                    reason,
                });
                false
            });
            rust.step = super::SemverBump::of(&rust.items);
        }
        self.ignored.extend(ignored);
        let unused = accepted.iter().zip(used).filter(|(_, used)| !used);
        let lines = unused.map(|(entry, _)| format!("`{}` at `{}`", entry.rule, entry.at));
        let lines: Vec<String> = lines.collect();
        if !lines.is_empty() && !self.is_empty() {
            self.notices.push(Notice {
                heading: "Entries for accepted changes match nothing; delete them".to_owned(),
                lines,
            });
        }
        self
    }
}

impl Change {
    /// Returns the changed thing as ignore files name it: `Widget.size`, `list_widgets.name`,
    /// `create_widget.request body.size` or `document`.
    pub fn at(&self) -> String {
        let mut parts = Vec::new();
        match &self.subject {
            Subject::Document => parts.push("document".to_owned()),
            Subject::Schema(name) => parts.push(name.clone()),
            Subject::Operation(operation) => {
                parts.push(operation.name.clone());
                let place = self.uses.first().map(|reached| reached.place);
                match place {
                    // The noun has the name in backticks.
                    Some(super::Place::Parameter) => {
                        let quoted = self.thing.rsplit('`').nth(1);
                        parts.extend(quoted.map(str::to_owned));
                    }
                    Some(super::Place::Operation) | None => {}
                    Some(place) => parts.push(place.name().to_owned()),
                }
            }
        }
        if !self.member.is_empty() {
            parts.push(self.member.clone());
        }
        parts.join(".")
    }
}
