//! Writes the report for machines.

use std::collections::BTreeMap;

use serde_json::{Value, json as value};

use super::changelog::changelog;
use super::headline::{title, verdict};
use crate::{
    Change, Class, Effect, Ignored, Item, Notice, Operation, Report, Rust, Subject, Version,
};

/// The version of the form. It grows when a member changes its meaning or is removed.
const SCHEMA: u32 = 1;

/// The report as JSON:
///
/// | member | is |
/// | --- | --- |
/// | `schema` | the version of this form, 1 |
/// | `title`, `verdict` | the first two lines of the report |
/// | `old`, `new` | `title`, `version`, `operations` and `schemas` (counts) of a document |
/// | `breaking` | whether anything breaks, over HTTP or in Rust |
/// | `counts` | the number of changes of each class, by its name |
/// | `notices` | what to deal with besides the changes: `heading` and `lines` of each |
/// | `ignored` | accepted changes: `rule`, `at`, `line` and `reason` of each |
/// | `changes` | what has changed over HTTP, the heaviest first |
/// | `rust` | what has changed for Rust callers; `null` if that was not compared |
/// | `changelog` | proposed entries, as Markdown |
///
/// A change has `rule` (the id of the rule that decides its class, such as
/// `request-property-removed`), `at` (what the ignore file calls it), `kind` (a name of
/// [`Kind`](crate::Kind)), `class` (`breaking`, `compatible`, `deprecated`, `un-deprecated` or
/// `metadata only`), `on_the_wire` (whether requests or responses change), `sent` and `received` (the
/// class in each direction, or `null`), `operation` or `schema` (the subject; neither for the
/// document), `thing` (the subject of the sentence), `member` (such as `items[].name`; empty for the
/// whole), `group` (the tag, or `null` for several), `sentence`, `before` and `after` (in words, or
/// `null`), `old` and `new` (JSON pointers into the documents, or `null`), and `uses` (the names of the
/// operations it reaches, by place: `operation`, `parameter`, `request body`, `response` or `error`).
///
/// `rust` has `version` (of the crate), `step` (`patch`, `minor` or `major`), `next` (the version to
/// release), and `items`: `rule`, `at`, `effect` (`breaking`, `addition` or `deprecation`), `sort`
/// (`method`, `setter`, `type`, `constructor`, `field` or `variant`), `owner` (the method or type),
/// `part`, `before`, `after` and `note`.
pub fn json(report: &Report) -> Value {
    let counts = Class::ALL
        .iter()
        .map(|class| (class.name().to_owned(), value!(report.count(*class))));
    value!({
        "schema": SCHEMA,
        "title": title(report),
        "verdict": verdict(report),
        "old": version(&report.old),
        "new": version(&report.new),
        "breaking": report.is_breaking(),
        "counts": Value::Object(counts.collect()),
        "notices": report.notices.iter().map(notice).collect::<Vec<_>>(),
        "ignored": report.ignored.iter().map(ignored).collect::<Vec<_>>(),
        "changes": report.changes.iter().map(change).collect::<Vec<_>>(),
        "rust": report.rust.as_ref().map(rust),
        "changelog": changelog(report),
    })
}

fn ignored(ignored: &Ignored) -> Value {
    value!({
        "rule": ignored.rule,
        "at": ignored.at,
        "line": ignored.line,
        "reason": ignored.reason,
    })
}

fn notice(notice: &Notice) -> Value {
    value!({"heading": notice.heading, "lines": notice.lines})
}

fn version(version: &Version) -> Value {
    value!({
        "title": version.title,
        "version": version.version,
        "operations": version.operations,
        "schemas": version.schemas,
    })
}

fn change(change: &Change) -> Value {
    let class = |wanted| {
        let mut directions = change.directions.iter();
        directions
            .find(|(direction, _)| *direction == wanted)
            .map(|(_, class)| class.name())
    };
    let mut uses: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for reached in &change.uses {
        let names = uses.entry(reached.place.name()).or_default();
        names.push(&reached.operation.name);
    }
    let mut result = value!({
        "rule": change.rule(),
        "at": change.at(),
        "kind": change.kind.name(),
        "class": change.class.name(),
        "on_the_wire": change.kind.on_the_wire(),
        "sent": class(crate::Direction::Sent),
        "received": class(crate::Direction::Received),
        "thing": change.thing,
        "member": change.member,
        "group": change.group,
        "sentence": change.line(),
        "before": change.before,
        "after": change.after,
        "old": change.old,
        "new": change.new,
        "uses": uses,
    });
    let subject = match &change.subject {
        Subject::Operation(subject) => Some(("operation", operation(subject))),
        Subject::Schema(name) => Some(("schema", value!(name))),
        Subject::Document => None,
    };
    if let (Some(members), Some((key, subject))) = (result.as_object_mut(), subject) {
        members.insert(key.to_owned(), subject);
    }
    result
}

fn operation(operation: &Operation) -> Value {
    value!({
        "name": operation.name,
        "method": operation.method,
        "path": operation.path,
        "group": operation.group,
        "id": operation.id,
    })
}

fn rust(rust: &Rust) -> Value {
    value!({
        "version": rust.version,
        "step": rust.step.name(),
        "next": rust.next_version(),
        "items": rust.items.iter().map(item).collect::<Vec<_>>(),
    })
}

fn item(item: &Item) -> Value {
    let effect: Effect = item.effect;
    value!({
        "rule": item.rule(),
        "at": item.at(),
        "effect": effect.name(),
        "sort": item.kind.name(),
        "owner": item.owner,
        "part": item.part,
        "before": item.before,
        "after": item.after,
        "note": item.note,
    })
}
