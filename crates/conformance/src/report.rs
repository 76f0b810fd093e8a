//! What did a run find: the verdicts by operation, printed and counted.

use std::collections::BTreeMap;
use std::fmt;

use crate::check::Verdict;
use crate::compare::Difference;
use crate::json::Step;

/// The findings of a run.
#[derive(Debug, Default)]
pub struct Report {
    operations: BTreeMap<String, Findings>,
    /// Error responses to calls that were meant to fail.
    error_cases: usize,
}

/// The findings of one operation.
#[derive(Debug, Default)]
struct Findings {
    route: String,
    /// Number of lossless responses.
    lossless: usize,
    /// Number of error responses.
    errors: usize,
    /// Each difference, and how often it occurred.
    lossy: BTreeMap<String, usize>,
    /// Each reason for a rejection, and how often it occurred.
    rejected: BTreeMap<String, usize>,
    /// Each reason for a rejection of an item of a list, and how often it occurred.
    rejected_items: BTreeMap<String, usize>,
    /// Why a call was skipped.
    skipped: Option<String>,
}

/// Number of operations by their worst finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// All responses were lossless.
    pub ok: usize,
    /// A response lost or changed something.
    pub lossy: usize,
    /// The library could not decode a response, or an item of a list.
    pub rejected: usize,
    /// No response was checked.
    pub not_exercised: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Ok,
    Lossy,
    Rejected,
    NotExercised,
}

impl Report {
    /// Adds the verdict on a response.
    pub fn add(&mut self, operation: &zenml::__private::Operation, verdict: Verdict) {
        let route = format!("{} {}", operation.method, operation.path);
        self.add_unknown(operation.name, route, verdict);
    }

    /// Adds the verdict on a response of an operation that the library does not have.
    pub fn add_unknown(&mut self, name: &str, route: String, verdict: Verdict) {
        let findings = self.operations.entry(name.to_owned()).or_default();
        findings.route = route;
        match verdict {
            Verdict::Lossless => findings.lossless += 1,
            Verdict::Error(_) => findings.errors += 1,
            Verdict::Lossy(differences) => {
                for difference in differences {
                    *findings.lossy.entry(pattern(&difference)).or_default() += 1;
                }
            }
            Verdict::Rejected(reason) => *findings.rejected.entry(reason).or_default() += 1,
            Verdict::ItemsRejected(reasons) => {
                for reason in reasons {
                    *findings.rejected_items.entry(reason).or_default() += 1;
                }
            }
            Verdict::Skipped(reason) => {
                findings.skipped.get_or_insert(reason);
            }
        }
    }

    /// Adds the verdict on a call that was meant to fail. An error response does not count as an
    /// exercise of the operation.
    pub fn add_error_case(&mut self, operation: &zenml::__private::Operation, verdict: Verdict) {
        match verdict {
            Verdict::Error(_) => self.error_cases += 1,
            other => self.add(operation, other),
        }
    }

    /// Returns whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty() && self.error_cases == 0
    }

    /// Counts the operations by their worst finding.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for findings in self.operations.values() {
            match findings.outcome() {
                Outcome::Ok => summary.ok += 1,
                Outcome::Lossy => summary.lossy += 1,
                Outcome::Rejected => summary.rejected += 1,
                Outcome::NotExercised => summary.not_exercised += 1,
            }
        }
        summary
    }
}

impl Findings {
    fn outcome(&self) -> Outcome {
        if !self.rejected.is_empty() || !self.rejected_items.is_empty() {
            Outcome::Rejected
        } else if !self.lossy.is_empty() {
            Outcome::Lossy
        } else if self.lossless > 0 || self.errors > 0 && self.skipped.is_none() {
            Outcome::Ok
        } else {
            Outcome::NotExercised
        }
    }
}

impl Summary {
    /// Returns whether every checked response was lossless.
    #[must_use]
    pub fn is_lossless(self) -> bool {
        self.lossy == 0 && self.rejected == 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            ok,
            lossy,
            rejected,
            not_exercised,
        } = self;
        write!(
            f,
            "{ok} ok, {lossy} lossy, {rejected} rejected, {not_exercised} not exercised"
        )
    }
}

impl fmt::Display for Report {
    /// Prints what is wrong, what was not exercised and why, and the summary as the last line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, findings) in &self.operations {
            print_causes(f, "rejected", name, &findings.route, &findings.rejected)?;
        }
        for (name, findings) in &self.operations {
            let causes = &findings.rejected_items;
            print_causes(f, "items rejected", name, &findings.route, causes)?;
        }
        for (name, findings) in &self.operations {
            print_causes(f, "lossy", name, &findings.route, &findings.lossy)?;
        }
        for (name, findings) in &self.operations {
            if findings.outcome() == Outcome::NotExercised {
                let reason = findings.skipped.as_deref().unwrap_or("no response");
                writeln!(f, "not exercised: {name} ({}): {reason}", findings.route)?;
            }
        }
        let lossless: usize = self.operations.values().map(|found| found.lossless).sum();
        let errors: usize = self.operations.values().map(|found| found.errors).sum();
        writeln!(
            f,
            "{lossless} responses are lossless, {} error responses were decoded",
            errors + self.error_cases
        )?;
        write!(f, "{}", self.summary())
    }
}

fn print_causes(
    f: &mut fmt::Formatter<'_>,
    label: &str,
    name: &str,
    route: &str,
    causes: &BTreeMap<String, usize>,
) -> fmt::Result {
    if !causes.is_empty() {
        writeln!(f, "{label}: {name} ({route})")?;
    }
    for (cause, times) in causes {
        writeln!(f, "  {cause} ({times} times)")?;
    }
    Ok(())
}

/// Formats a difference with `[*]` for each index, because the items of an array differ alike.
fn pattern(difference: &Difference) -> String {
    let mut text = difference.to_string();
    for step in &difference.path {
        if let Step::Item(index) = step {
            text = text.replace(&format!("[{index}]"), "[*]");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::differences;
    use crate::operation::Api;
    use crate::schema::Schema;

    fn operation(name: &str) -> &'static zenml::__private::Operation {
        let operations = Api::Workspace.operations().iter();
        let mut calls = operations.map(|operation| &operation.call);
        calls.find(|call| call.name == name).unwrap()
    }

    fn lossy(before: &str, after: &str) -> Verdict {
        let nothing = serde_json::Value::Null;
        let schema = Schema::new(&nothing, &nothing);
        let (before, after) = (before.parse().unwrap(), after.parse().unwrap());
        Verdict::Lossy(differences(&before, &after, schema))
    }

    #[test]
    fn an_operation_counts_once_by_its_worst_response() {
        let mut report = Report::default();
        report.add(operation("get_tag"), Verdict::Lossless);
        report.add(operation("get_tag"), Verdict::Lossless);
        report.add(operation("get_run"), Verdict::Lossless);
        report.add(operation("get_run"), lossy("[1,2]", "[3,4]"));
        report.add(operation("list_tags"), lossy("[1]", "[]"));
        report.add(
            operation("list_tags"),
            Verdict::Rejected("not an array".to_owned()),
        );
        let reason = "no tag (at $.items[*])".to_owned();
        report.add(
            operation("list_stacks"),
            Verdict::ItemsRejected(vec![reason.clone(), reason]),
        );
        report.add(operation("logout"), Verdict::Skipped("no".to_owned()));
        let text = report.to_string();
        assert_eq!(
            text,
            "rejected: list_tags (GET /api/v1/tags)\n  \
             not an array (1 times)\n\
             items rejected: list_stacks (GET /api/v1/stacks)\n  \
             no tag (at $.items[*]) (2 times)\n\
             lossy: get_run (GET /api/v1/runs/{run_id})\n  \
             $[*]: integer changed (2 times)\n\
             lossy: list_tags (GET /api/v1/tags)\n  \
             $[*]: integer lost (1 times)\n\
             not exercised: logout (GET /api/v1/logout): no\n\
             3 responses are lossless, 0 error responses were decoded\n\
             1 ok, 1 lossy, 2 rejected, 1 not exercised"
        );
        assert!(!report.summary().is_lossless());
    }

    #[test]
    fn a_skipped_call_does_not_outweigh_a_lossless_response() {
        let mut report = Report::default();
        report.add(
            operation("get_tag"),
            Verdict::Skipped("one of them".to_owned()),
        );
        report.add(operation("get_tag"), Verdict::Lossless);
        assert_eq!(
            report.summary(),
            Summary {
                ok: 1,
                ..Summary::default()
            }
        );
        assert!(report.summary().is_lossless());
    }
}
