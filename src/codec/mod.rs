//! How are generated types read from JSON and written to it?
//!
//! - `accessors`: methods that return the members of a response's parts
//! - `decode`: decodes a response, and locates what does not match its type
//! - `duration`: the time between the start and the end of a run or a step
//! - `finite`: encodes what is sent, and refuses NaN and infinity
//! - `noted`: which secrets and files an encoded body contains
//! - `number`: the numbers in a JSON text
//! - `object`: structs
//! - `open_enum`: enums of strings
//! - `union`: enums of several types
//! - `unknown`: counts the parts of a value that its type does not know
//! - `raw_text`: the text of a value, as it was written
//! - `request`: constructors and setters of structs that are sent
//! - `url_segment`: text in the path of a URL
//!
//! Generated code calls the macros of `accessors`, `duration`, `object`, `open_enum`, `union` and `request`.

pub(crate) mod accessors;
pub(crate) mod decode;
pub(crate) mod duration;
pub(crate) mod finite;
pub(crate) mod noted;
pub(crate) mod number;
pub(crate) mod object;
pub(crate) mod open_enum;
pub(crate) mod raw_text;
pub(crate) mod request;
pub(crate) mod union;
pub(crate) mod unknown;
pub(crate) mod url_segment;
