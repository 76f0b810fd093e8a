//! How is a body requested again, after the connection broke?

use std::pin::Pin;

use crate::Result;
use crate::transport::call_response::StreamedResponse;

/// Sends the request of a stream again, with these headers in addition.
pub(crate) type Reopen = Box<dyn Fn(&[(&'static str, &str)]) -> Opening + Send>;

/// The response to a request that was sent again.
pub(crate) type Opening = Pin<Box<dyn Future<Output = Result<StreamedResponse>> + Send>>;
