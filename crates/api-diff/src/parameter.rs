//! Compares the parameters of an operation.

use super::change::{Kind, Place, Subject};
use super::document::{Document, Entry, Node};
use super::rename::{alike, in_other_words, pairs};
use super::visitor::{BeforeAfter, NullCheck, Position, Visitor};

/// A parameter with its location, name and declaration.
#[derive(Clone)]
struct Parameter<'a> {
    location: &'a str,
    name: &'a str,
    /// Its position among the parameters of the path.
    index: Option<usize>,
    node: Node<'a>,
}

impl Parameter<'_> {
    fn noun(&self) -> String {
        format!("{} parameter `{}`", self.location, self.name)
    }

    fn required(&self) -> bool {
        self.location == "path" || self.node.flag("required")
    }
}

impl<'a> Visitor<'_, 'a> {
    pub(super) fn parameters(&mut self, old: &Entry<'a>, new: &Entry<'a>) {
        let (mut gone, mut came) = (parameters(old), parameters(new));
        let mut matched = Vec::new();
        type Fits<'f, 'a> = &'f dyn Fn(&Parameter<'a>, &Parameter<'a>) -> bool;
        let equal: Fits<'_, 'a> = &|a, b| (a.location, a.name) == (b.location, b.name);
        let place: Fits<'_, 'a> = &|a, b| a.index.is_some() && a.index == b.index;
        let moved: Fits<'_, 'a> = &|a, b| a.name == b.name;
        let same = |a: &Parameter<'a>, b: &Parameter<'a>| {
            let (x, y) = (a.node.get("schema"), b.node.get("schema"));
            let schemas = x.zip(y).is_some_and(|(x, y)| self.both.same(&x, &y));
            a.location == b.location && a.required() == b.required() && schemas
        };
        let words: Fits<'_, 'a> = &|a, b| in_other_words(a.name, b.name) && same(a, b);
        let names: Fits<'_, 'a> = &|a, b| alike(a.name, b.name) && same(a, b);
        for fits in [equal, place, moved, words, names] {
            let found = pairs(&gone, &came, fits);
            let found: Vec<_> = found
                .into_iter()
                .filter_map(|(i, j)| Some((gone.get(i)?.clone(), came.get(j)?.clone())))
                .collect();
            let pointer = |parameter: &Parameter<'a>| parameter.node.pointer.clone();
            gone.retain(|p| found.iter().all(|(a, _)| pointer(a) != pointer(p)));
            came.retain(|p| found.iter().all(|(_, b)| pointer(b) != pointer(p)));
            matched.extend(found);
        }
        for parameter in gone {
            let at = self.parameter(new, &parameter);
            let was = words_of(self.both.old, &parameter);
            let nodes = (Some(&parameter.node), Some(&new.node));
            self.found(
                &at,
                Kind::ParameterRemoved,
                "was removed",
                BeforeAfter::before(was),
                nodes,
            );
        }
        for parameter in came {
            let at = self.parameter(new, &parameter);
            let kind = if parameter.required() {
                Kind::RequiredParameterAdded
            } else {
                Kind::ParameterAdded
            };
            let is = words_of(self.both.new, &parameter);
            let nodes = (Some(&old.node), Some(&parameter.node));
            self.found(&at, kind, "was added", BeforeAfter::after(is), nodes);
        }
        for (a, b) in matched {
            self.same_parameter(new, &a, &b);
        }
    }

    fn parameter(&mut self, operation: &Entry<'a>, parameter: &Parameter<'a>) -> Position {
        let subject = Subject::Operation(operation.operation.clone());
        self.part(subject, Place::Parameter, &parameter.noun())
    }

    fn same_parameter(&mut self, operation: &Entry<'a>, old: &Parameter<'a>, new: &Parameter<'a>) {
        let nodes = (Some(&old.node), Some(&new.node));
        let before = self.parameter(operation, old);
        if old.location != new.location {
            let words = BeforeAfter::change(old.location, new.location);
            self.found(&before, Kind::ParameterMoved, "moved", words, nodes);
        }
        if old.name != new.name {
            let words = BeforeAfter::change(format!("`{}`", old.name), format!("`{}`", new.name));
            let (kind, predicate) = if new.location == "path" {
                (
                    Kind::PathParameterRenamed,
                    "was renamed; requests are unchanged",
                )
            } else {
                (Kind::ParameterRenamed, "was renamed")
            };
            self.found(&before, kind, predicate, words, nodes);
        }
        let at = self.parameter(operation, new);
        if old.required() != new.required() {
            let words =
                BeforeAfter::change(words_of(self.both.old, old), words_of(self.both.new, new));
            if new.required() {
                self.found(
                    &at,
                    Kind::PresenceTightened,
                    "is now required",
                    words,
                    nodes,
                );
            } else {
                self.found(&at, Kind::PresenceLoosened, "is now optional", words, nodes);
            }
        }
        let (before, after) = (style(old), style(new));
        if before != after && old.location == new.location {
            let words = BeforeAfter::change(before, after);
            self.found(
                &at,
                Kind::ParameterStyleChanged,
                "changed its serialization",
                words,
                nodes,
            );
        }
        self.part_notes(&at, &old.node, &new.node);
        match (old.node.get("schema"), new.node.get("schema")) {
            (Some(a), Some(b)) => self.schemas(&at, &a, &b, NullCheck::Unwritable),
            (None, None) => self.contents(&at, &old.node, &new.node),
            _ => {
                let predicate = "changed its serialization";
                self.found(
                    &at,
                    Kind::ParameterStyleChanged,
                    predicate,
                    BeforeAfter::none(),
                    nodes,
                );
            }
        }
    }
}

fn parameters<'a>(entry: &Entry<'a>) -> Vec<Parameter<'a>> {
    let segments: Vec<&str> = entry
        .operation
        .path
        .split('/')
        .filter(|s| s.contains('{'))
        .collect();
    let parameter = |node: &Node<'a>| {
        let (location, name) = (node.text("in")?, node.text("name")?);
        let braced = format!("{{{name}}}");
        Some(Parameter {
            location,
            name,
            index: segments
                .iter()
                .position(|s| location == "path" && s.contains(&braced)),
            node: node.clone(),
        })
    };
    entry.parameters.iter().filter_map(parameter).collect()
}

fn words_of<'a>(document: &Document<'a>, parameter: &Parameter<'a>) -> String {
    let presence = if parameter.required() {
        "required"
    } else {
        "optional"
    };
    let Some(schema) = parameter.node.get("schema") else {
        return presence.to_owned();
    };
    format!("{}, {presence}", document.words_without_null(&schema))
}

/// Describes the serialization of a parameter, with OpenAPI's defaults filled in.
fn style(parameter: &Parameter<'_>) -> String {
    let usual = if matches!(parameter.location, "query" | "cookie") {
        "form"
    } else {
        "simple"
    };
    let style = parameter.node.text("style").unwrap_or(usual);
    let exploded = parameter
        .node
        .value
        .get("explode")
        .and_then(serde_json::Value::as_bool);
    if exploded.unwrap_or(style == "form") {
        format!("{style}, exploded")
    } else {
        style.to_owned()
    }
}
