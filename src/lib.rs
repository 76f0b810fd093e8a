//! Rust client for [ZenML](https://zenml.io): typed clients for the Workspace API of ZenML servers
//! and for the ZenML Pro API.

#![warn(missing_docs)]

// Generated code and the crate's macros say `zenml::` wherever they stand.
extern crate self as zenml;

mod decode;
mod field;
mod filter;
mod filter_value;
mod open_enum;
mod page;
mod secret;
mod timestamp;
#[doc(hidden)]
pub mod union;
mod unknown_fields;

pub use field::Field;
pub use filter::Filter;
pub use filter_value::FilterValue;
pub use page::Page;
pub use secret::Secret;
pub use timestamp::{ParseTimestampError, Timestamp};
pub use unknown_fields::UnknownFields;
