//! How are downloads and event streams read while they arrive?
//!
//! - `byte_stream`: a download
//! - `part_file`: the file of a download that is not complete yet
//! - `event_stream`, `server_sent_event`: a stream of events, and one event
//! - `event_parser`: the format of event streams
//! - `replay`: which events has the caller seen
//! - `resume`: how does a download that broke off continue
//! - `reopen`: how is a body requested again, after the connection broke

pub(crate) mod byte_stream;
mod event_parser;
pub(crate) mod event_stream;
mod part_file;
pub(crate) mod reopen;
mod replay;
mod resume;
pub(crate) mod server_sent_event;
