//! The shapes of what requests contain, for the checks of the mock server: each parameter and body, with
//! all parts. Shapes refer to each other by index, because types contain themselves.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::api::{Accepts, Api, Field, Location, Notes, Operation, Parameter, Presence, Type};
use super::signatures::{argument, arguments};

/// What the requests of an API look like.
pub struct Requests {
    /// The operations, in the order of the model.
    pub operations: Vec<Request>,
    /// The shapes that operations and other shapes refer to.
    pub shapes: Vec<Shape>,
}

/// What the requests of an operation look like.
pub struct Request {
    /// The parameters in the path, and the shape of each.
    pub path: Vec<(String, usize)>,
    /// The parameters in the query, and the shape of each.
    pub query: Vec<(String, usize)>,
    /// The shape of the body, if there is one.
    pub body: Option<usize>,
}

/// What a value looks like.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Any JSON.
    Any,
    /// `true` or `false`.
    Boolean,
    /// A number without a fraction.
    Integer,
    /// A number.
    Number,
    /// A number of this shape, within all limits.
    Limited(usize, Vec<Limit>),
    /// Text.
    Text,
    /// Text that is a UUID.
    Uuid,
    /// Text that is a datetime.
    Timestamp,
    /// A condition, or a list of conditions.
    Filter,
    /// A file in a multipart form.
    File,
    /// One of these texts.
    Enum(Vec<String>),
    /// A value of this shape, or `null`.
    Nullable(usize),
    /// A list of values of this shape.
    List(usize),
    /// A list of values, each of its own shape.
    Tuple(Vec<usize>),
    /// An object with any members of this shape.
    Map(usize),
    /// An object with these members.
    Object {
        /// The members, and the shape of each.
        members: Vec<(String, usize)>,
        /// The members that must not be missing.
        required: Vec<String>,
        /// Whether other members are allowed.
        extensible: bool,
    },
    /// A value of one of these shapes.
    OneOf(Vec<usize>),
    /// An object of the shape that a member selects.
    Tagged {
        /// The JSON pointer of the member.
        tag: String,
        /// Its values, and the shape for each.
        variants: Vec<(String, usize)>,
    },
}

/// A limit of a number, written as a literal of `f64`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// `minimum`.
    AtLeast(String),
    /// `exclusiveMinimum`.
    MoreThan(String),
    /// `maximum`.
    AtMost(String),
    /// `exclusiveMaximum`.
    LessThan(String),
}

impl Api {
    /// Returns what requests look like.
    pub fn requests(&self) -> Requests {
        let mut shapes = Shapes {
            types: &self.types,
            shapes: Vec::new(),
            named: BTreeMap::new(),
            others: BTreeMap::new(),
        };
        let operations = self.operations.iter();
        Requests {
            operations: operations.map(|one| shapes.request(one)).collect(),
            shapes: shapes.shapes,
        }
    }
}

struct Shapes<'a> {
    types: &'a BTreeMap<String, Type>,
    shapes: Vec<Shape>,
    /// The shapes of structs and unions.
    named: BTreeMap<&'a str, usize>,
    /// All other shapes.
    others: BTreeMap<Shape, usize>,
}

impl Shapes<'_> {
    fn request(&mut self, operation: &Operation) -> Request {
        let mut within = |location: Location| -> Vec<(String, usize)> {
            let parameters = operation.parameters.iter();
            parameters
                .filter(|parameter| parameter.location == location)
                .map(|parameter| (parameter.name.clone(), self.parameter(parameter)))
                .collect()
        };
        let (path, query) = (within(Location::Path), within(Location::Query));
        let body = operation.body.as_ref();
        Request {
            path,
            query,
            body: body.map(|body| self.ty(&body.ty)),
        }
    }

    fn parameter(&mut self, parameter: &Parameter) -> usize {
        match &parameter.accepts {
            Accepts::Filter => self.add(Shape::Filter),
            Accepts::Text | Accepts::Secret => self.add(Shape::Text),
            Accepts::List(ty) => {
                let item = self.ty(ty);
                self.add(Shape::List(item))
            }
            Accepts::Value(ty) => self.with_notes(ty, &parameter.notes, &parameter.limits),
        }
    }

    /// Returns the shape of a value: that of its type, within the limits of a number. A string that need not
    /// be one of an enum has the type of the enum in Rust.
    fn with_notes(&mut self, ty: &syn::Type, notes: &Notes, limits: &Map<String, Value>) -> usize {
        let shape = self.ty(ty);
        match self.shapes.get(shape) {
            Some(Shape::Enum(_)) if notes.several => self.add(Shape::Text),
            // With several types, the limits are those of one of them.
            Some(Shape::Integer | Shape::Number) if !notes.several => {
                let limits = of_number(limits);
                if limits.is_empty() {
                    return shape;
                }
                self.add(Shape::Limited(shape, limits))
            }
            _ => shape,
        }
    }

    fn field(&mut self, field: &Field) -> usize {
        let shape = match &field.constant {
            Some(constant) => self.add(Shape::Enum(vec![constant.clone()])),
            None => self.with_notes(&field.ty, &field.notes, &field.limits),
        };
        match field.presence {
            Presence::Required | Presence::Optional => shape,
            Presence::Nullable | Presence::ThreeState => self.add(Shape::Nullable(shape)),
        }
    }

    fn ty(&mut self, ty: &syn::Type) -> usize {
        let inner = |shapes: &mut Self| argument(ty).map(|ty| shapes.ty(ty));
        let path = match ty {
            syn::Type::Path(path) => path,
            syn::Type::Tuple(tuple) => {
                let places = tuple.elems.iter().map(|ty| self.ty(ty)).collect();
                return self.add(Shape::Tuple(places));
            }
            _ => return self.add(Shape::Any),
        };
        let segment = path.path.segments.last();
        let name = segment.map(|segment| segment.ident.to_string());
        let name = name.unwrap_or_default();
        let shape = match name.as_str() {
            "bool" => Shape::Boolean,
            "i64" | "u64" => Shape::Integer,
            "f64" => Shape::Number,
            "String" | "Secret" => Shape::Text,
            "Uuid" => Shape::Uuid,
            "Timestamp" => Shape::Timestamp,
            "Filter" => Shape::Filter,
            "FilePart" => Shape::File,
            "JsonObject" | "SecretMap" => Shape::Map(self.add(Shape::Any)),
            "Option" => inner(self).map_or(Shape::Any, Shape::Nullable),
            "Vec" => inner(self).map_or(Shape::Any, Shape::List),
            "BTreeMap" => {
                let values = arguments(ty).nth(1).map(|ty| self.ty(ty));
                values.map_or(Shape::Any, Shape::Map)
            }
            name => return self.named(name),
        };
        self.add(shape)
    }

    /// Returns the shape of a generated type, or of any JSON.
    fn named(&mut self, name: &str) -> usize {
        let Some((name, ty)) = self.types.get_key_value(name) else {
            return self.add(Shape::Any);
        };
        if let Some(known) = self.named.get(name.as_str()) {
            return *known;
        }
        if let Type::Enum(enumeration) = ty {
            let texts = enumeration.variants.iter().map(|(_, text)| text.clone());
            return self.add(Shape::Enum(texts.collect()));
        }
        // A place for it, because its parts may contain it.
        let place = self.shapes.len();
        self.shapes.push(Shape::Any);
        self.named.insert(name, place);
        let shape = match ty {
            Type::Enum(_) => Shape::Any,
            Type::Struct(structure) => Shape::Object {
                members: (structure.fields.iter())
                    .map(|field| (field.name.clone(), self.field(field)))
                    .collect(),
                required: (structure.fields.iter())
                    .filter(|field| is_required(field))
                    .map(|field| field.name.clone())
                    .collect(),
                extensible: structure.extensible,
            },
            Type::Union(union) => match &union.tag {
                None => Shape::OneOf(union.variants.iter().map(|one| self.ty(&one.ty)).collect()),
                Some(tag) => {
                    let variants = union.variants.iter().flat_map(|variant| {
                        let shape = self.ty(&variant.ty);
                        variant.tags.iter().map(move |tag| (tag.clone(), shape))
                    });
                    Shape::Tagged {
                        tag: tag.clone(),
                        variants: variants.collect(),
                    }
                }
            },
        };
        if let Some(own) = self.shapes.get_mut(place) {
            *own = shape;
        }
        place
    }

    /// Returns the index of a shape that is not a struct or union. Equal shapes have one index.
    fn add(&mut self, shape: Shape) -> usize {
        let next = self.shapes.len();
        let place = *self.others.entry(shape.clone()).or_insert(next);
        if place == next {
            self.shapes.push(shape);
        }
        place
    }
}

/// Returns the limits of a number.
fn of_number(limits: &Map<String, Value>) -> Vec<Limit> {
    let limit = |keyword: &str, limit: fn(String) -> Limit| {
        let number = limits.get(keyword)?.as_f64()?;
        number.is_finite().then(|| limit(format!("{number:?}")))
    };
    let limits = [
        limit("minimum", Limit::AtLeast),
        limit("exclusiveMinimum", Limit::MoreThan),
        limit("maximum", Limit::AtMost),
        limit("exclusiveMaximum", Limit::LessThan),
    ];
    limits.into_iter().flatten().collect()
}

/// Returns whether a request must have a member. The server knows the value of a constant with a default.
fn is_required(field: &Field) -> bool {
    match field.presence {
        Presence::Required => field.constant.is_none() || field.notes.default.is_none(),
        // In a request, the value may be null and must be there.
        Presence::Nullable => true,
        Presence::Optional | Presence::ThreeState => false,
    }
}
