//! What can be expected?

use serde_json::Value;

use super::pattern::Pattern;
use super::reply::Reply;
use crate::{RawRequest, Result};

/// A builder of a client that [`Server::expect`](super::Server::expect) takes: the builder of every
/// operation, and [`RawRequest`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a builder that a mock server can expect",
    note = "pass the builder of an operation, without calling `send`: `client.list_runs().project(\"default\")`",
    note = "for what takes several requests, such as `trigger` and `wait_for_run`, pass the builders of its requests"
)]
pub trait Expect: Sized {
    /// What [`returns`](super::Expectation::returns) takes.
    ///
    /// It is the result of the operation. For a download it is [`Bytes`](bytes::Bytes), for server-sent
    /// events it is [`Events`](super::Events), and for a raw request it is JSON.
    type Response;

    #[doc(hidden)]
    fn pattern(self) -> Result<Pattern, String>;

    #[doc(hidden)]
    fn reply(response: Self::Response) -> Reply;
}

impl Expect for RawRequest {
    type Response = Value;

    fn pattern(self) -> Result<Pattern, String> {
        let request = self.into_request().map_err(|error| error.to_string())?;
        Ok(Pattern::of_request(request))
    }

    #[track_caller]
    fn reply(response: Value) -> Reply {
        Reply::json(&response)
    }
}

/// Implements [`Expect`] for generated builders. A line names the builder, the form of its responses and
/// their type.
macro_rules! expectable {
    ($($(#[$gate:meta])* $Builder:path = $form:ident $Response:ty;)*) => { $(
        $(#[$gate])*
        impl $crate::mock::Expect for $Builder {
            type Response = $Response;

            #[inline]
            fn pattern(self) -> Result<$crate::mock::Pattern, String> {
                Ok($crate::mock::Pattern::of_call(self.0.parts()?))
            }

            #[inline]
            fn reply(response: $Response) -> $crate::mock::Reply {
                $crate::mock::expect::reply!($form, response)
            }
        }
    )* };
}

/// Creates the response of an operation.
macro_rules! reply {
    (json, $response:ident) => {
        $crate::mock::Reply::json(&$response)
    };
    (list, $response:ident) => {
        $crate::mock::Reply::list(&$response)
    };
    (page, $response:ident) => {
        $crate::mock::Reply::page(&$response)
    };
    (text, $response:ident) => {
        $crate::mock::Reply::text($response)
    };
    (bytes, $response:ident) => {
        $crate::mock::Reply::bytes($response)
    };
    (events, $response:ident) => {
        $crate::mock::Reply::events($response)
    };
}

pub(crate) use {expectable, reply};
