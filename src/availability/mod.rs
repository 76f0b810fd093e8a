//! Which servers know what a request asks for? A server ignores a query parameter or a field that it
//! does not know, so that the request has another effect.
//!
//! | file | question |
//! | --- | --- |
//! | `release` | how are versions of ZenML compared |
//! | `rule` | which parts of a request does not every supported server know |
//! | `route` | which routes does not every supported server have |

pub(crate) mod release;
pub(crate) mod route;
pub(crate) mod rule;
