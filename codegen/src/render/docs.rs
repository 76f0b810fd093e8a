//! The generated items' documentation: what the structure says, in our own words, and the vendor's
//! prose where the document carries it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::gates::Gates;
use crate::api::{
    Accepts, Api, Location, Notes, Operation, Outcome, Parameter, mentioned, type_text,
};

/// Where more than this many places mention a type, the rest is counted.
const MENTIONS: usize = 4;

/// The documentation of an operation's method.
pub(super) fn operation(operation: &Operation) -> Vec<String> {
    let title = sentence_case(&operation.name.replace('_', " "));
    let mut lines = vec![format!(
        "{title}: `{} {}`.",
        operation.method, operation.path
    )];
    paragraph(
        &mut lines,
        operation.prose.as_deref().map(prose).unwrap_or_default(),
    );
    let answer = match &operation.result {
        Outcome::Json(ty) => format!("Answers with `{}`.", type_text(ty)),
        Outcome::Empty => "Answers with nothing.".to_owned(),
        Outcome::Bytes => "Answers with a file, as a stream.".to_owned(),
        Outcome::Events => "Answers with a stream of server-sent events.".to_owned(),
    };
    let mut needs: Vec<String> = operation
        .parameters
        .iter()
        .filter(|p| p.required)
        .map(|p| format!("`{}`", p.ident))
        .collect();
    if operation.body.as_ref().is_some_and(|body| body.required) {
        needs.push("`body`".to_owned());
    }
    let needs = match needs.as_slice() {
        [] => String::new(),
        needs => format!(" Needs {}.", needs.join(", ")),
    };
    paragraph(&mut lines, vec![format!("{answer}{needs}")]);
    if let Some(evidence) = &operation.evidence {
        paragraph(
            &mut lines,
            vec![format!("Evidence: {}.", evidence_text(evidence))],
        );
    }
    lines.push(String::new());
    lines.push("# Errors".to_owned());
    let statuses: Vec<String> = operation.errors.iter().map(u16::to_string).collect();
    let declared = match statuses.as_slice() {
        [] => "The document declares none; a failed call says why by its".to_owned(),
        list => format!(
            "The document declares {}. A failed call says why by its",
            list.join(", ")
        ),
    };
    paragraph(
        &mut lines,
        vec![format!("{declared} [`ErrorKind`](crate::ErrorKind).")],
    );
    lines
}

/// The documentation of a parameter's setter.
pub(super) fn parameter(parameter: &Parameter) -> Vec<String> {
    let location = match parameter.location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
    };
    let kind = match &parameter.accepts {
        Accepts::Filter => "filter".to_owned(),
        Accepts::Text => "text".to_owned(),
        Accepts::Value(ty) => format!("`{}`", type_text(ty)),
    };
    let required = if parameter.required { ", required" } else { "" };
    let mut line = format!("`{}` ({location}, {kind}{required}).", parameter.name);
    for note in notes(&parameter.notes) {
        line = format!("{line} {note}");
    }
    let mut lines = vec![line];
    paragraph(
        &mut lines,
        parameter
            .notes
            .prose
            .as_deref()
            .map(prose)
            .unwrap_or_default(),
    );
    lines
}

/// The documentation of a field.
pub(super) fn field(notes: &Notes) -> Vec<String> {
    let mut lines = notes.prose.as_deref().map(prose).unwrap_or_default();
    let facts = self::notes(notes);
    if !facts.is_empty() {
        paragraph(&mut lines, vec![facts.join(" ")]);
    }
    lines
}

fn notes(notes: &Notes) -> Vec<String> {
    let mut facts = Vec::new();
    if notes.deprecated {
        facts.push("Deprecated.".to_owned());
    }
    if let Some(default) = &notes.default {
        facts.push(format!("Default: `{}`.", json_text(default)));
    }
    if let Some(limits) = &notes.constraints {
        facts.push(format!("{}.", sentence_case(limits)));
    }
    if let Some(evidence) = &notes.evidence {
        facts.push(format!("Evidence: {}.", evidence_text(evidence)));
    }
    facts
}

fn json_text(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

fn evidence_text(mark: &str) -> &str {
    match mark {
        "documented" => "in the vendor's documentation",
        "client-observed" => "seen in an official client",
        "inferred" => "inferred by analogy only",
        other => other,
    }
}

/// Who sends, returns or contains each type: the first line of its documentation.
pub(super) struct Uses(BTreeMap<String, Vec<String>>);

impl Uses {
    pub(super) fn new(api: &Api, gates: &Gates) -> Self {
        let mut uses: BTreeMap<String, (Vec<String>, Vec<String>, Vec<String>)> = BTreeMap::new();
        for operation in &api.operations {
            let link = if gates.operation(operation).is_some() {
                format!("`{}`", operation.name)
            } else {
                format!("[`{0}`](super::Client::{0})", operation.name)
            };
            if let Outcome::Json(ty) = &operation.result {
                for name in mentioned(ty) {
                    uses.entry(name).or_default().0.push(link.clone());
                }
            }
            for name in operation.body.iter().flat_map(|body| mentioned(&body.ty)) {
                uses.entry(name).or_default().1.push(link.clone());
            }
        }
        for (parent, ty) in &api.types {
            let link = if gates.ty(parent).is_some() {
                format!("`{parent}`")
            } else {
                format!("[`{parent}`]")
            };
            for name in ty.parts().into_iter().flat_map(mentioned) {
                let links = &mut uses.entry(name.clone()).or_default().2;
                if name != *parent && !links.contains(&link) {
                    links.push(link.clone());
                }
            }
        }
        let lines = uses.into_iter().map(|(name, (returned, sent, held))| {
            let clauses = [
                ("Returned by", returned),
                ("Sent by", sent),
                ("Part of", held),
            ];
            let lines = clauses.into_iter().filter(|(_, by)| !by.is_empty());
            (
                name,
                lines
                    .map(|(verb, by)| format!("{verb} {}.", list(&by)))
                    .collect(),
            )
        });
        Self(lines.collect())
    }

    /// The documentation of a type.
    pub(super) fn ty(&self, name: &str, prose: Option<&str>) -> Vec<String> {
        let mut lines = prose.map(self::prose).unwrap_or_default();
        for line in self.0.get(name).into_iter().flatten() {
            paragraph(&mut lines, vec![line.clone()]);
        }
        if lines.is_empty() {
            lines.push("A parameter's values.".to_owned());
        }
        lines
    }
}

/// `a, b and c`, or the first few and how many more.
fn list(items: &[String]) -> String {
    let shown = items.get(..MENTIONS).unwrap_or(items);
    match items.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The vendor's prose, so that rustdoc takes nothing in it for a link, a test or HTML.
fn prose(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.contains('\n') {
        let body = text
            .lines()
            .map(|line| line.replace("```", "'''").trim_end().to_owned());
        let fence = |mark: &str| std::iter::once(mark.to_owned());
        return fence("```text").chain(body).chain(fence("```")).collect();
    }
    let mut escaped = String::new();
    for c in text.chars() {
        if matches!(c, '[' | ']' | '<' | '>' | '`' | '*' | '_' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    vec![escaped]
}

fn paragraph(lines: &mut Vec<String>, paragraph: Vec<String>) {
    if !lines.is_empty() && !paragraph.is_empty() {
        lines.push(String::new());
    }
    lines.extend(paragraph);
}

fn sentence_case(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
