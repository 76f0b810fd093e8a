//! What has been found, by operation.

use std::collections::BTreeMap;
use std::fmt;

use crate::check::Verdict;
use crate::compare::Difference;
use crate::json::Step;

/// The findings of a run.
#[derive(Debug, Default)]
pub struct Report {
    operations: BTreeMap<String, Findings>,
    /// Errors that were read besides.
    provoked: usize,
}

/// The findings of one operation.
#[derive(Debug, Default)]
struct Findings {
    route: String,
    kept: usize,
    failed: usize,
    /// What is lost, and how often.
    lost: BTreeMap<String, usize>,
    /// Why it was refused, and how often.
    refused: BTreeMap<String, usize>,
    /// Why there is nothing to say, or not more.
    skipped: Option<String>,
}

/// How many operations there are of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// All answers survived.
    pub ok: usize,
    /// Something of an answer is gone.
    pub lost: usize,
    /// An answer could not be read.
    pub refused: usize,
    /// Nothing was checked.
    pub not_exercised: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Ok,
    Lost,
    Refused,
    NotExercised,
}

impl Report {
    /// Notes what became of an answer.
    pub fn add(&mut self, operation: &zenml::Operation, verdict: Verdict) {
        let route = format!("{} {}", operation.method, operation.path);
        self.add_to(operation.name, route, verdict);
    }

    /// Notes what became of an answer of an operation that the library does not know.
    pub fn add_to(&mut self, name: &str, route: String, verdict: Verdict) {
        let findings = self.operations.entry(name.to_owned()).or_default();
        findings.route = route;
        match verdict {
            Verdict::Kept => findings.kept += 1,
            Verdict::Failed(_) => findings.failed += 1,
            Verdict::Lost(differences) => {
                for difference in differences {
                    *findings.lost.entry(pattern(&difference)).or_default() += 1;
                }
            }
            Verdict::Refused(reason) => *findings.refused.entry(reason).or_default() += 1,
            Verdict::Skipped(reason) => {
                findings.skipped.get_or_insert(reason);
            }
        }
    }

    /// Notes an error that was asked for: it says nothing of what the operation answers else.
    pub fn add_provoked(&mut self, operation: &zenml::Operation, verdict: Verdict) {
        match verdict {
            Verdict::Failed(_) => self.provoked += 1,
            other => self.add(operation, other),
        }
    }

    /// How many answers were compared, and how many errors were read.
    #[must_use]
    pub fn answers(&self) -> (usize, usize) {
        let all = self.operations.values();
        all.fold((0, self.provoked), |(kept, failed), findings| {
            (kept + findings.kept, failed + findings.failed)
        })
    }

    /// The counts.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for findings in self.operations.values() {
            match findings.standing() {
                Standing::Ok => summary.ok += 1,
                Standing::Lost => summary.lost += 1,
                Standing::Refused => summary.refused += 1,
                Standing::NotExercised => summary.not_exercised += 1,
            }
        }
        summary
    }
}

impl Findings {
    fn standing(&self) -> Standing {
        if !self.refused.is_empty() {
            Standing::Refused
        } else if !self.lost.is_empty() {
            Standing::Lost
        } else if self.kept > 0 || self.failed > 0 && self.skipped.is_none() {
            Standing::Ok
        } else {
            Standing::NotExercised
        }
    }
}

impl Summary {
    /// Whether everything that was checked survived.
    #[must_use]
    pub fn is_lossless(self) -> bool {
        self.lost == 0 && self.refused == 0
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            ok,
            lost,
            refused,
            not_exercised,
        } = self;
        write!(
            f,
            "{ok} ok, {lost} lost, {refused} refused, {not_exercised} not exercised"
        )
    }
}

impl fmt::Display for Report {
    /// What is wrong, what was not checked and why, and the summary as the last line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, findings) in &self.operations {
            causes(f, "refused", name, &findings.route, &findings.refused)?;
        }
        for (name, findings) in &self.operations {
            causes(f, "lost", name, &findings.route, &findings.lost)?;
        }
        for (name, findings) in &self.operations {
            if findings.standing() == Standing::NotExercised {
                let reason = findings.skipped.as_deref().unwrap_or("nothing was read");
                writeln!(f, "not exercised: {name} ({}): {reason}", findings.route)?;
            }
        }
        let (kept, failed) = self.answers();
        writeln!(f, "{kept} answers survived, {failed} errors were read")?;
        write!(f, "{}", self.summary())
    }
}

fn causes(
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

/// A difference with `[*]` for each index: the items of a list differ alike.
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

    fn operation(name: &str) -> &'static zenml::Operation {
        let operations = Api::Workspace.operations().iter();
        let mut calls = operations.map(|operation| &operation.call);
        calls.find(|call| call.name == name).unwrap()
    }

    fn lost(before: &str, after: &str) -> Verdict {
        let nothing = serde_json::Value::Null;
        let schema = Schema::new(&nothing, &nothing);
        let (before, after) = (before.parse().unwrap(), after.parse().unwrap());
        Verdict::Lost(differences(&before, &after, schema))
    }

    #[test]
    fn an_operation_counts_once_and_by_the_worst_of_its_answers() {
        let mut report = Report::default();
        report.add(operation("get_tag"), Verdict::Kept);
        report.add(operation("get_tag"), Verdict::Kept);
        report.add(operation("get_run"), Verdict::Kept);
        report.add(operation("get_run"), lost("[1,2]", "[3,4]"));
        report.add(operation("list_tags"), lost("[1]", "[]"));
        report.add(
            operation("list_tags"),
            Verdict::Refused("no list".to_owned()),
        );
        report.add(operation("logout"), Verdict::Skipped("no".to_owned()));
        let text = report.to_string();
        assert_eq!(
            text,
            "refused: list_tags (GET /api/v1/tags)\n  \
             no list (1 times)\n\
             lost: get_run (GET /api/v1/runs/{run_id})\n  \
             $[*]: another integer (2 times)\n\
             lost: list_tags (GET /api/v1/tags)\n  \
             $[*]: integer became nothing (1 times)\n\
             not exercised: logout (GET /api/v1/logout): no\n\
             3 answers survived, 0 errors were read\n\
             1 ok, 1 lost, 1 refused, 1 not exercised"
        );
        assert!(!report.summary().is_lossless());
    }

    #[test]
    fn what_was_skipped_does_not_count_against_what_was_read() {
        let mut report = Report::default();
        report.add(
            operation("get_tag"),
            Verdict::Skipped("one of them".to_owned()),
        );
        report.add(operation("get_tag"), Verdict::Kept);
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
