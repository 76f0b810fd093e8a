//! What do the generated builders wrap, and what do their calls return?
//!
//! | file | question |
//! | --- | --- |
//! | `descriptor` | which constants describe an operation |
//! | `default_project` | which project does a list read if its call names none |
//! | `call` | how do parameters become a request |
//! | `decoding` | how is a response decoded |
//! | `recorded` | how do the tools of this repository decode a recorded response |
//! | `offload` | where are large responses decoded |
//! | `raw_request` | how is a route called that has no operation |
//! | `response` | what comes with a decoded value |
//! | `list`, `page`, `item_stream` | how is a list read, as a whole, page by page or item by item |
//! | `rejected_item` | what is kept of an item that does not match its type |
//! | `listing`, `pages` | how is a part of a list fetched, and which parts are |
//! | `find` | how is a single item of a list found |

pub(crate) mod call;
pub(crate) mod decoding;
pub(crate) mod default_project;
pub(crate) mod descriptor;
pub(crate) mod find;
pub(crate) mod item_stream;
pub(crate) mod list;
pub(crate) mod listing;
pub(crate) mod offload;
pub(crate) mod page;
pub(crate) mod pages;
pub(crate) mod raw_request;
pub(crate) mod recorded;
pub(crate) mod rejected_item;
pub(crate) mod response;
