//! How is a body requested again, after the connection broke?

use std::pin::Pin;
use std::time::Duration;

use crate::Result;
use crate::transport::call_response::StreamedResponse;

/// Sends the request of a stream again, with these headers in addition, and with the stall limit of the
/// stream.
pub(crate) type Reopen = Box<dyn Fn(&[(&'static str, &str)], Option<Duration>) -> Opening + Send>;

/// The response to a request that was sent again.
pub(crate) type Opening = Pin<Box<dyn Future<Output = Result<StreamedResponse>> + Send>>;
