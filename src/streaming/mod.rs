//! How are bodies read as they arrive?

pub(crate) mod byte_stream;
pub(crate) mod event;
pub(crate) mod event_stream;
pub(crate) mod part_file;
