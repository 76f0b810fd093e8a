//! How are generated types read from JSON and written to it?
//!
//! - `decode`: decodes a response, and locates what does not match its type
//! - `object`: structs
//! - `open_enum`: enums of strings
//! - `union`: enums of several types
//! - `request`: constructors and setters of structs that are sent
//!
//! Generated code calls the macros of the last four.

pub(crate) mod decode;
pub(crate) mod object;
pub(crate) mod open_enum;
pub(crate) mod request;
pub(crate) mod union;
