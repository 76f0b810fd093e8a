//! What do generated builders wrap?

pub(crate) mod call;
pub(crate) mod descriptor;
pub(crate) mod item_stream;
pub(crate) mod page;
pub(crate) mod raw_request;
pub(crate) mod response;
