//! Rust client for [ZenML](https://zenml.io): typed clients for the Workspace API of ZenML servers
//! and for the ZenML Pro API.

#![warn(missing_docs)]

// Generated code and the crate's macros say `zenml::` wherever they stand.
extern crate self as zenml;

mod base_url;
mod builder;
mod call;
mod credentials;
mod decode;
mod error;
mod error_body;
mod event;
mod event_stream;
mod field;
mod filter;
mod filter_value;
mod open_enum;
mod operation;
mod page;
mod part_file;
mod raw_call;
mod redirect;
mod request;
mod response;
mod secret;
mod session;
mod stream;
#[cfg(test)]
mod testing;
mod timestamp;
mod transport;
#[doc(hidden)]
pub mod union;
mod unknown_fields;

pub use builder::ClientBuilder;
#[doc(hidden)]
pub use call::Call;
pub use credentials::Credentials;
pub use error::{Error, ErrorKind, Result};
pub use event::Event;
pub use event_stream::EventStream;
pub use field::Field;
pub use filter::Filter;
pub use filter_value::FilterValue;
#[doc(hidden)]
pub use operation::Operation;
pub use page::Page;
pub use raw_call::RawCall;
pub use response::Response;
pub use secret::Secret;
pub use stream::ByteStream;
pub use timestamp::{ParseTimestampError, Timestamp};
pub use transport::Transport;
pub use unknown_fields::UnknownFields;

pub use http::{HeaderMap, Method, StatusCode};
