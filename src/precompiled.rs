//! Which code does the library compile for the programs that use it?
//!
//! Decoders are generic, so a program compiles those of the types that it reads, and after each change their
//! destructors again. In builds without optimization, rustc reuses generic code that a library has compiled
//! already. A run contains most other types, so its decoder serves most programs.

use crate::operation::decoding::{Decoding, ItemByItem};
use crate::transport::call_response::RawResponse;
use crate::workspace::types::PipelineRunResponse;
use crate::{Page, Response, Result};

/// Never called: that the library refers to the decoder makes rustc compile it.
#[used]
static PAGE_OF_RUNS: fn(RawResponse) -> Result<Response<Page<PipelineRunResponse>>> =
    ItemByItem::<Page<PipelineRunResponse>>::decode;
