//! The documentation of generated items: sentences derived from the declaration, and the vendor's
//! prose if the document has any.

use serde_json::Value;

use super::links::Links;
use super::{Context, Options, glossary};
use crate::LeftOut;
use crate::availability::{Version, Versions};
use crate::model::{
    Accepts, Accessor, Api, Field, Group, Location, Notes, Operation, Outcome, Parameter, type_text,
};

/// Returns the documentation of an operation's method.
pub(super) fn operation(operation: &Operation, context: Context<'_>) -> Vec<String> {
    let links = context.links;
    let request = format!("`{} {}`", operation.method, operation.path);
    let meaning = operation.meaning.as_ref();
    let meaning = meaning.map(|text| links.complete(text)).or_else(|| {
        let name = operation.replaced_by.as_ref()?;
        Some(format!("Deprecated alias of {}.", links.method(name)))
    });
    let (meaning, sends) = match meaning {
        Some(meaning) => (meaning, format!("Sends {request}. ")),
        None => {
            let title = sentence_case(&operation.name.replace('_', " "));
            (format!("{title}: {request}."), String::new())
        }
    };
    let mut lines = vec![meaning];
    paragraph(
        &mut lines,
        operation.prose.as_deref().map(prose).unwrap_or_default(),
    );
    let returns = match &operation.result {
        Outcome::Json(ty) => format!("Returns `{}`.", type_text(ty)),
        Outcome::Empty => "Returns nothing.".to_owned(),
        Outcome::Text => "Returns text.".to_owned(),
        Outcome::Bytes => "Returns a file, as a stream.".to_owned(),
        Outcome::Events => "Returns a stream of server-sent events.".to_owned(),
    };
    let code = |parameter: &Parameter| format!("`{}`", parameter.ident);
    let elsewhere = operation.parameters.iter();
    let elsewhere = elsewhere.filter(|p| p.required && p.location != Location::Query);
    let mut required: Vec<String> = elsewhere.map(code).collect();
    required.extend(operation.required_query().into_iter().map(|alternatives| {
        let names: Vec<String> = alternatives.into_iter().map(code).collect();
        match names.as_slice() {
            [name] => name.clone(),
            names => format!("one of {}", names.join(" and ")),
        }
    }));
    if operation.body.as_ref().is_some_and(|body| body.required) {
        required.push("`body`".to_owned());
    }
    let required = match required.as_slice() {
        [] => String::new(),
        names => format!(" Required: {}.", names.join(", ")),
    };
    paragraph(&mut lines, vec![format!("{sends}{returns}{required}")]);
    if !operation.cookies.is_empty() {
        let names: Vec<String> = operation
            .cookies
            .iter()
            .map(|name| prose(name).concat())
            .collect();
        let text = format!(
            "The server reads these cookies, which the client does not send: {}.",
            names.join(", ")
        );
        paragraph(&mut lines, vec![text]);
    }
    if let Some(evidence) = &operation.evidence {
        paragraph(
            &mut lines,
            vec![format!("Evidence: {}.", evidence_text(evidence))],
        );
    }
    if let Some(evidence) = &operation.result_evidence {
        let text = format!("Evidence of the response: {}.", evidence_text(evidence));
        paragraph(&mut lines, vec![text]);
    }
    let pro = operation.pro.then(|| PRO.to_owned());
    let versions = versions(&operation.versions).chain(pro).collect::<Vec<_>>();
    if !versions.is_empty() {
        paragraph(&mut lines, vec![versions.join(" ")]);
    }
    lines.push(String::new());
    lines.push("# Errors".to_owned());
    let declared = match operation.errors.as_slice() {
        [] => "The document declares no error statuses.".to_owned(),
        list => format!("Declared statuses: {}.", list.join(", ")),
    };
    let kinds = "[`ErrorKind`](crate::ErrorKind) lists the kinds of failure.";
    paragraph(&mut lines, vec![format!("{declared} {kinds}")]);
    lines.extend(example(&operation.example, context.options));
    lines
}

/// Returns the example of an operation: a function that has a client, which is hidden.
fn example(example: &[String], options: Options) -> Vec<String> {
    if example.is_empty() {
        return Vec::new();
    }
    let Options {
        client, variable, ..
    } = options;
    let signature =
        format!("# async fn example({variable}: zenml::{client}) -> zenml::Result<()> {{");
    let head = ["", "# Examples", "", "```no_run", &signature];
    let lines = example.iter().map(String::as_str);
    let tail = ["# Ok(())", "# }", "```"];
    let lines = head.into_iter().chain(lines).chain(tail);
    lines.map(str::to_owned).collect()
}

/// Returns the documentation of a group's module.
pub(super) fn module(name: &str, group: Option<&Group>, links: &Links<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for text in group
        .into_iter()
        .flat_map(|group| [&group.summary, &group.details])
    {
        paragraph(&mut lines, vec![links.complete(text)]);
    }
    let builders = format!("Request builders of the operations tagged `{name}`.");
    paragraph(&mut lines, vec![builders]);
    lines
}

/// Returns the documentation of a group's methods.
pub(super) fn methods(group: &Group, links: &Links<'_>) -> Vec<String> {
    let Group {
        heading,
        summary,
        details,
    } = group;
    let text = links.complete(&format!("{summary} {details}"));
    vec![format!("# {heading}"), String::new(), text]
}

/// Returns the documentation of the parts that are left out, if there are any.
pub(super) fn left_out(api: &Api) -> Vec<String> {
    if api.left_out.is_empty() {
        return Vec::new();
    }
    let introduction = "These parts of the document are left out, because they are declared with a \
                        construct that is not supported; send the operations with `request`:";
    let mut lines = vec![String::new(), introduction.to_owned(), String::new()];
    lines.extend(api.left_out.iter().map(|LeftOut { part, reason }| {
        let reason = prose(&reason.to_string().replace('\n', " ")).concat();
        format!("- `{part}`: {reason}")
    }));
    lines
}

/// Returns the documentation of a parameter's setter.
pub(super) fn parameter(parameter: &Parameter, links: &Links<'_>) -> Vec<String> {
    let location = match parameter.location {
        Location::Path => "path",
        Location::Query => "query",
        Location::Header => "header",
    };
    let kind = match &parameter.accepts {
        Accepts::List(_) if parameter.location != Location::Query => {
            "list, separated by commas".to_owned()
        }
        Accepts::Filter => "filter".to_owned(),
        Accepts::Text => "text".to_owned(),
        Accepts::List(_) => "list, repeated".to_owned(),
        Accepts::Secret => "secret".to_owned(),
        Accepts::Value(ty) => format!("`{}`", type_text(ty)),
    };
    let required = if parameter.required { ", required" } else { "" };
    let mut line = format!("Sets `{}` ({location}, {kind}{required}).", parameter.name);
    for note in notes(&parameter.notes) {
        line = format!("{line} {note}");
    }
    let mut lines = vec![line];
    let own = parameter.notes.meaning.as_ref();
    let meaning = own.map(|text| vec![links.complete(text)]);
    let meaning = meaning.or_else(|| parameter.notes.prose.as_deref().map(prose));
    paragraph(&mut lines, meaning.unwrap_or_default());
    lines
}

/// Returns the documentation of an accessor: where its value comes from.
pub(super) fn accessor(accessor: &Accessor<'_>) -> Option<Vec<String>> {
    let first = accessor.sources.first()?;
    let places = accessor.sources.iter().map(|source| {
        let (part, member) = (type_text(&source.part.ty), &source.member.ident);
        let fills = match &*source.part.name {
            "metadata" => ", which `hydrate(true)` fills",
            _ => "",
        };
        format!("[`{}`]({part}::{member}){fills}", source.part.name)
    });
    let places = places.collect::<Vec<_>>().join("; or else from ");
    let mut lines = meaning(first.member);
    paragraph(&mut lines, vec![format!("From {places}.")]);
    Some(lines)
}

/// Returns the documentation of a field.
pub(super) fn field(field: &Field) -> Vec<String> {
    let mut lines = meaning(field);
    let facts = notes(&field.notes);
    if !facts.is_empty() {
        paragraph(&mut lines, vec![facts.join(" ")]);
    }
    lines
}

fn meaning(field: &Field) -> Vec<String> {
    let meaning = field.notes.prose.as_deref().map(prose);
    let meaning = meaning.or_else(|| Some(vec![glossary::field(field)?]));
    meaning.unwrap_or_default()
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
    facts.extend(versions(&notes.versions));
    facts
}

const PRO: &str = "Only workspaces of ZenML Pro have this.";

/// Returns sentences about the server versions that have something, or none if all do.
pub(super) fn versions(versions: &Versions) -> impl Iterator<Item = String> + use<> {
    let sentence = |verb: &str, version: &Option<Version>| {
        let version = version.as_ref()?;
        Some(format!("{verb} ZenML {version}."))
    };
    let since = sentence("Since", &versions.since);
    since
        .into_iter()
        .chain(sentence("Removed in", &versions.removed))
}

fn json_text(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}

pub(super) fn evidence_text(mark: &str) -> &str {
    match mark {
        "documented" => "in the vendor's documentation",
        "client-observed" => "used by an official client",
        "inferred" => "inferred by analogy only",
        other => other,
    }
}

/// Returns the vendor's prose, escaped so that rustdoc finds no links, tests or HTML in it.
pub(super) fn prose(text: &str) -> Vec<String> {
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

pub(super) fn paragraph(lines: &mut Vec<String>, paragraph: Vec<String>) {
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
