//! Value types that requests and responses share: filters, free-form JSON, secrets, timestamps,
//! unknown fields.
//!
//! The types of each API, which are generated, are in [`workspace::types`](crate::workspace::types)
//! and `pro::types`.

// - `field`: a field of a request that is unset, null or a value
// - `file_part`: a file in a multipart form
// - `filter`, `filter_value`: a condition of a list call, and the values it compares with
// - `json`: free-form JSON that keeps the digits of its numbers
// - `secret`, `secret_map`: text that must not appear in logs and errors
// - `timestamp`: an instant that keeps its written form
// - `unknown_fields`: the fields of a response that this version does not know

pub(crate) mod field;
pub(crate) mod file_part;
pub(crate) mod filter;
pub(crate) mod filter_value;
pub(crate) mod json;
pub(crate) mod secret;
pub(crate) mod secret_map;
pub(crate) mod timestamp;
pub(crate) mod unknown_fields;

#[doc(no_inline)]
pub use crate::{Field, Filter, Json, JsonObject, Secret, Timestamp};
pub use file_part::FilePart;
pub use filter_value::FilterValue;
pub use json::JsonContent;
pub use secret_map::SecretMap;
pub use timestamp::ParseTimestampError;
pub use unknown_fields::UnknownFields;
