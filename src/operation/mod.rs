//! What do the generated builders wrap, and what do their calls return?
//!
//! | file | question |
//! | --- | --- |
//! | `descriptor` | which constants describe an operation |
//! | `call` | how do parameters become a request, and how is the response decoded |
//! | `offload` | where are large responses decoded |
//! | `raw_request` | how is a route called that the document lacks |
//! | `response` | what comes with a decoded value |
//! | `page`, `item_stream` | how is a list read, page by page or item by item |

pub(crate) mod call;
pub(crate) mod descriptor;
pub(crate) mod item_stream;
pub(crate) mod offload;
pub(crate) mod page;
pub(crate) mod raw_request;
pub(crate) mod response;
