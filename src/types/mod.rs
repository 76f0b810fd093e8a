//! Which value types does generated code use?

pub(crate) mod field;
pub(crate) mod filter;
pub(crate) mod filter_value;
pub(crate) mod secret;
pub(crate) mod secret_map;
pub(crate) mod timestamp;
pub(crate) mod unknown_fields;
