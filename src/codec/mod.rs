//! How are generated types read and written?

pub(crate) mod decode;
pub mod object;
pub(crate) mod open_enum;
pub mod union;
