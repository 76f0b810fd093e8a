//! How are logs read, whatever the server's version offers?
//!
//! | file | question |
//! | --- | --- |
//! | `line` | what is one message of a log |
//! | `sources` | which logs do a run and a step have |
//! | `reader` | what is new in a log |
//! | `seen` | which entries of a response are new |
//! | `chunks` | how are the parts of a long message joined |
//! | `rounds` | in which order are the logs read, and when have they ended |
//! | `stream` | how do programs read the lines |

mod chunks;
pub(crate) mod line;
mod reader;
mod rounds;
mod seen;
mod sources;
pub(crate) mod stream;
