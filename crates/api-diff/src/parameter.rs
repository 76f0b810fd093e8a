//! Compares the parameters of an operation.

use serde_json::Value;

use super::change::{Place, Subject};
use super::document::{Document, Entry, Node};
use super::keyword::Object;
use super::position::{BeforeAfter, NullCheck, Position};
use super::rename::{Named, in_other_words, pairs};
use super::resolved::{Kind as Type, Typed};
use super::rule::Kind;
use super::visitor::Visitor;

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

    /// Returns whether two parameters have the same name. Header names ignore case.
    fn same_name(&self, other: &Self) -> bool {
        match self.location {
            "header" => self.name.eq_ignore_ascii_case(other.name),
            _ => self.name == other.name,
        }
    }
}

impl<'a> Visitor<'_, 'a> {
    pub(super) fn parameters(&mut self, old: &Entry<'a>, new: &Entry<'a>) {
        let (mut gone, mut came) = (parameters(old), parameters(new));
        let mut matched = Vec::new();
        let both = self.both;
        let same = |a: &Parameter<'a>, b: &Parameter<'a>| {
            let (x, y) = (a.node.get("schema"), b.node.get("schema"));
            let schemas = x.zip(y).is_some_and(|(x, y)| both.same(&x, &y));
            a.location == b.location && a.required() == b.required() && schemas
        };
        type Fits<'f, 'a> = &'f dyn Fn(&Parameter<'a>, &Parameter<'a>) -> bool;
        let equal: Fits<'_, 'a> = &|a, b| a.location == b.location && a.same_name(b);
        let place: Fits<'_, 'a> = &|a, b| a.index.is_some() && a.index == b.index;
        let moved: Fits<'_, 'a> = &|a, b| a.name == b.name;
        let words: Fits<'_, 'a> = &|a, b| in_other_words(a.name, b.name) && same(a, b);
        for fits in [equal, place, moved, words] {
            take(&mut gone, &mut came, &mut matched, fits);
        }
        let names = |list: &[Parameter<'a>]| list.iter().map(|p| p.name).collect::<Vec<_>>();
        self.candidates.add(
            Named::Parameter,
            &names(&gone),
            &names(&came),
            |i, j| {
                gone.get(i)
                    .zip(came.get(j))
                    .is_some_and(|(a, b)| same(a, b))
            },
            |_| false,
        );
        let probable = self.renames.probable.clone();
        let known: Fits<'_, 'a> = &|a, b| {
            let known = probable.get(&(Named::Parameter, a.name.to_owned()));
            known.is_some_and(|known| known == b.name) && same(a, b)
        };
        take(&mut gone, &mut came, &mut matched, known);
        for parameter in gone {
            let at = self.parameter(new, &parameter);
            let words = BeforeAfter::before(words_of(self.both.old, &parameter));
            let nodes = (Some(&parameter.node), Some(&new.node));
            self.found(&at, Kind::ParameterRemoved, "was removed", words, nodes);
        }
        for parameter in came {
            let at = self.parameter(new, &parameter);
            let kind = if parameter.required() {
                Kind::RequiredParameterAdded
            } else {
                Kind::ParameterAdded
            };
            let words = BeforeAfter::after(words_of(self.both.new, &parameter));
            let nodes = (Some(&old.node), Some(&parameter.node));
            self.found(&at, kind, "was added", words, nodes);
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
        self.parameter_name(operation, &before, (old, new));
        let at = self.parameter(operation, new);
        if old.required() != new.required() {
            let words =
                BeforeAfter::change(words_of(self.both.old, old), words_of(self.both.new, new));
            let (kind, predicate) = if new.required() {
                (Kind::PresenceTightened, "is now required")
            } else {
                (Kind::PresenceLoosened, "is now optional")
            };
            self.found(&at, kind, predicate, words, nodes);
        }
        let (before, after) = (style(old), style(new));
        let serialization = "changed its serialization";
        if before != after && old.location == new.location {
            let kind = Kind::ParameterSerializationChanged;
            let words = BeforeAfter::change(before, after);
            self.found(&at, kind, serialization, words, nodes);
        }
        match (
            old.node.flag("allowEmptyValue"),
            new.node.flag("allowEmptyValue"),
        ) {
            (true, false) => {
                let predicate = "no longer allows an empty value";
                let none = BeforeAfter::none();
                self.found(&at, Kind::LimitTightened, predicate, none, nodes);
            }
            (false, true) => {
                let predicate = "now allows an empty value";
                let none = BeforeAfter::none();
                self.found(&at, Kind::LimitLoosened, predicate, none, nodes);
            }
            _ => {}
        }
        self.notes(&at, &old.node, &new.node, Object::Parameter);
        match (old.node.get("schema"), new.node.get("schema")) {
            (Some(a), Some(b)) => self.parameter_schemas(&at, (new, &a), &b),
            (None, None) => self.contents(&at, &old.node, &new.node),
            _ => {
                let none = BeforeAfter::none();
                let kind = Kind::ParameterSerializationChanged;
                self.found(&at, kind, serialization, none, nodes);
            }
        }
    }

    fn parameter_name(
        &mut self,
        operation: &Entry<'a>,
        at: &Position,
        (old, new): (&Parameter<'a>, &Parameter<'a>),
    ) {
        if old.name == new.name {
            return;
        }
        let (kind, predicate) = match new.location {
            "path" => (
                Kind::PathParameterRenamed,
                "was renamed; requests are unchanged",
            ),
            "header" if old.same_name(new) => (
                Kind::Redeclared,
                "is written in a different case; header names ignore case",
            ),
            _ => (Kind::ParameterRenamed, "was probably renamed"),
        };
        let words = BeforeAfter::change(format!("`{}`", old.name), format!("`{}`", new.name));
        let nodes = (Some(&old.node), Some(&new.node));
        self.found(at, kind, predicate, words, nodes);
        let key = (operation.operation.id.clone(), old.name.to_owned());
        let parameters = &mut self.renames.parameters;
        parameters.insert(key, new.name.to_owned());
    }

    /// Compares the schemas of a parameter. In an exploded query, a single value is a list of one.
    fn parameter_schemas(
        &mut self,
        at: &Position,
        (parameter, old): (&Parameter<'a>, &Node<'a>),
        new: &Node<'a>,
    ) {
        let exploded = parameter.location == "query" && style(parameter) == "form, exploded";
        let scalars = self.both.old.resolved(old).alternatives;
        let scalar = !scalars.is_empty()
            && scalars.iter().all(|alternative| {
                let kind = self.both.old.typed(alternative).map(|typed| typed.kind);
                !matches!(
                    kind,
                    None | Some(Type::Any | Type::Array | Type::Tuple | Type::Map | Type::Object)
                )
            });
        let list = match &self.both.new.resolved(new).alternatives[..] {
            [only] => self.both.new.typed(only),
            _ => None,
        };
        let takes_one = |list: &Typed<'a>| {
            let least = list.schema().get("minItems").and_then(Value::as_u64);
            list.kind == Type::Array && least.is_none_or(|least| least <= 1)
        };
        match list.filter(|list| exploded && scalar && takes_one(list)) {
            None => self.schemas(at, old, new, NullCheck::Unwritable),
            Some(list) => {
                let words = BeforeAfter::change(
                    self.both.old.words_without_null(old),
                    self.both.new.words_without_null(new),
                );
                let nodes = (Some(old), Some(new));
                let predicate = "now allows several values";
                self.found(at, Kind::TypeWidened, predicate, words, nodes);
                if let Some(items) = list.node.get("items") {
                    self.schemas(at, old, &items, NullCheck::Unwritable);
                }
            }
        }
    }
}

/// Moves matching parameters from `gone` and `came` to `matched`.
fn take<'a>(
    gone: &mut Vec<Parameter<'a>>,
    came: &mut Vec<Parameter<'a>>,
    matched: &mut Vec<(Parameter<'a>, Parameter<'a>)>,
    fits: &dyn Fn(&Parameter<'a>, &Parameter<'a>) -> bool,
) {
    let found = pairs(gone, came, fits).into_iter();
    let found: Vec<_> = found
        .filter_map(|(i, j)| Some((gone.get(i)?.clone(), came.get(j)?.clone())))
        .collect();
    let pointer = |parameter: &Parameter<'a>| parameter.node.pointer.clone();
    gone.retain(|p| found.iter().all(|(a, _)| pointer(a) != pointer(p)));
    came.retain(|p| found.iter().all(|(_, b)| pointer(b) != pointer(p)));
    matched.extend(found);
}

/// Returns the parameters of an operation that have a name and a location.
fn parameters<'a>(entry: &Entry<'a>) -> Vec<Parameter<'a>> {
    let path = &entry.operation.path;
    let parameter = |node: &Node<'a>| {
        let (location, name) = (node.text("in")?, node.text("name")?);
        let place = path.find(&format!("{{{name}}}"));
        let before = place.and_then(|place| path.get(..place));
        Some(Parameter {
            location,
            name,
            index: before
                .filter(|_| location == "path")
                .map(|before| before.matches('{').count()),
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
    let exploded = parameter.node.value.get("explode").and_then(Value::as_bool);
    let mut words = style.to_owned();
    if exploded.unwrap_or(style == "form") {
        words.push_str(", exploded");
    }
    if parameter.node.flag("allowReserved") {
        words.push_str(", reserved characters allowed");
    }
    words
}
