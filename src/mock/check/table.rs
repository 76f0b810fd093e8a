//! What does codegen write about the requests of an API?

/// What an API accepts.
#[derive(Debug)]
pub struct Requests {
    /// The operations of the API.
    pub operations: &'static [Operation],
    /// The shapes, which operations and shapes refer to by index.
    pub shapes: &'static [Shape],
}

/// What an operation accepts.
#[derive(Debug)]
pub struct Operation {
    /// The HTTP method.
    pub method: &'static str,
    /// The path template.
    pub path: &'static str,
    /// The parameters in the path, and the shape of each.
    pub parameters: &'static [(&'static str, usize)],
    /// The parameters in the query, and the shape of each.
    pub query: &'static [(&'static str, usize)],
    /// The parameters in the query that must not be missing.
    pub required: &'static [&'static str],
    /// The body, if it has one.
    pub body: Option<Body>,
}

/// The body that an operation accepts.
#[derive(Debug)]
pub struct Body {
    pub encoding: Encoding,
    pub required: bool,
    pub shape: usize,
}

/// The encoding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "not every document needs all of them")]
pub enum Encoding {
    Json,
    Form,
    Multipart,
}

/// What a value looks like.
#[derive(Debug)]
#[allow(dead_code, reason = "not every document needs all of them")]
pub enum Shape {
    Any,
    Boolean,
    /// A number without a fraction.
    Integer,
    Number,
    /// A number of a shape, within all limits.
    Limited(usize, &'static [Limit]),
    Text,
    Uuid,
    Timestamp,
    /// A condition of a filter, or a list of them.
    Filter,
    /// A file in a multipart form.
    File,
    Enum(&'static [&'static str]),
    Nullable(usize),
    List(usize),
    Tuple(&'static [usize]),
    /// An object with any members of a shape.
    Map(usize),
    Object {
        members: &'static [(&'static str, usize)],
        required: &'static [&'static str],
        /// Whether other members are allowed.
        extensible: bool,
    },
    OneOf(&'static [usize]),
    /// An object whose shape a member selects.
    Tagged {
        /// The JSON pointer of the member.
        tag: &'static str,
        variants: &'static [(&'static str, usize)],
    },
}

/// A limit of a number.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code, reason = "not every document needs all of them")]
pub enum Limit {
    AtLeast(f64),
    MoreThan(f64),
    AtMost(f64),
    LessThan(f64),
}

impl Requests {
    /// Returns a shape by its index.
    pub fn shape(&self, index: usize) -> &'static Shape {
        self.shapes.get(index).unwrap_or(&Shape::Any)
    }
}
