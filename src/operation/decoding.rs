//! How is a response decoded?

use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use serde_core::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::codec::decode::{Mismatch, decode};
use crate::error::body as error_body;
use crate::operation::offload::{is_large, off_thread, typed};
use crate::operation::rejected_item::RejectedItem;
use crate::transport::call_response::RawResponse;
use crate::{Error, ErrorKind, Json, Response, Result, Transport};

/// A way of decoding a response.
pub(crate) trait Decoding {
    type Value: Send + 'static;

    fn decode(response: RawResponse) -> Result<Response<Self::Value>>;

    /// Returns the parts of a decoded value that do not match their type.
    fn rejected(value: &mut Response<Self::Value>) -> &mut [RejectedItem];
}

/// Decodes a response into a value, or fails.
pub(crate) struct Strict<T>(std::marker::PhantomData<T>);

impl<T: DeserializeOwned + Send + 'static> Decoding for Strict<T> {
    type Value = T;

    fn decode(response: RawResponse) -> Result<Response<T>> {
        match decode(&response.body) {
            Ok(value) => Ok(with_value(response, value)),
            Err(mismatch) => Err(undecodable::<T>(&response, &mismatch)),
        }
    }

    fn rejected(_: &mut Response<T>) -> &mut [RejectedItem] {
        &mut []
    }
}

/// Decodes a list. Items that do not match their type are rejected one by one.
pub(crate) struct ItemByItem<L>(std::marker::PhantomData<L>);

impl<L: ItemList> Decoding for ItemByItem<L> {
    type Value = L;

    fn decode(response: RawResponse) -> Result<Response<L>> {
        // The usual list is decoded in one pass, and costs nothing more.
        let mismatch = match decode(&response.body) {
            Ok(list) => return Ok(with_value(response, list)),
            Err(mismatch) => mismatch,
        };
        let Ok(mut list) = L::decode_items(&response) else {
            return Err(undecodable::<L>(&response, &mismatch));
        };
        tracing::warn!(
            target: "zenml",
            operation = &*response.context.operation,
            rejected = list.rejected().len(),
            "items do not match their type"
        );
        Ok(with_value(response, list))
    }

    fn rejected(list: &mut Response<L>) -> &mut [RejectedItem] {
        list.rejected()
    }
}

/// A list whose items are decoded one by one if they cannot be decoded together.
pub(crate) trait ItemList: DeserializeOwned + Send + 'static {
    /// Decodes the items of a response one by one.
    ///
    /// # Errors
    /// Returns an error if the response is not such a list.
    fn decode_items(response: &RawResponse) -> Result<Self, Mismatch>;

    /// Returns the items that do not match their type.
    fn rejected(&mut self) -> &mut [RejectedItem];
}

/// Decodes the items at a path one by one, and returns those that match their type, and the others.
pub(crate) fn sort_out<T: DeserializeOwned>(
    response: &RawResponse,
    path: &str,
    items: &[Box<RawValue>],
) -> (Vec<T>, Vec<RejectedItem>) {
    let (mut decoded, mut rejected) = (Vec::new(), Vec::new());
    for (position, item) in items.iter().enumerate() {
        match decode(item.get().as_bytes()) {
            Ok(item) => decoded.push(item),
            Err(mismatch) => {
                let mismatch = mismatch.within(&format!("{path}[{position}]"));
                let body = item.get().to_owned().into();
                rejected.push(RejectedItem {
                    position,
                    json: Json::written(item.get()),
                    error: Arc::new(mismatched::<T>(response, &mismatch).with_body(body)),
                });
            }
        }
    }
    (decoded, rejected)
}

/// Decodes a response: a large one on a thread for blocking work.
pub(crate) async fn decode_response<D: Decoding>(
    mut response: RawResponse,
) -> Result<Response<D::Value>> {
    let (transport, deadline) = (response.transport.take(), response.context.deadline);
    let decoded = if is_large(&response) {
        let decode = |response| D::decode(response).map(|response| Box::new(response) as _);
        off_thread(response, decode).await.and_then(typed)
    } else {
        D::decode(response)
    };
    // The response is not kept while the explanation is awaited.
    let explained = match explained(decoded, D::rejected, transport, deadline) {
        Ok(response) => return Ok(response),
        Err(explained) => explained,
    };
    explained.await
}

/// Returns a value that matches its type. Otherwise, returns a future that adds to the error of the
/// response, or to those of its rejected items, that the server has another version than the client's
/// document.
///
/// The future is boxed, so that the future of a successful call does not reserve space for it.
pub(crate) fn explained<T: Send + 'static>(
    decoded: Result<T>,
    rejected: fn(&mut T) -> &mut [RejectedItem],
    transport: Option<Transport>,
    deadline: Option<Instant>,
) -> Result<T, Pin<Box<dyn Future<Output = Result<T>> + Send>>> {
    let hint = async move { transport?.mismatch_hint(deadline).await };
    let mut value = match decoded {
        Ok(value) => value,
        Err(error) => {
            return Err(Box::pin(async move {
                let is_mismatch = error.kind() == ErrorKind::Decode && error.hint().is_none();
                let hint = if is_mismatch { hint.await } else { None };
                Err(error.with_hint(hint))
            }));
        }
    };
    if rejected(&mut value).is_empty() {
        return Ok(value);
    }
    Err(Box::pin(async move {
        if let Some(hint) = hint.await {
            for item in rejected(&mut value) {
                item.explain(&hint);
            }
        }
        Ok(value)
    }))
}

/// Returns a response with its decoded value in place of the body.
pub(crate) fn with_value<T>(response: RawResponse, value: T) -> Response<T> {
    let id = response.context.request_id;
    Response::new(response.status, response.headers, id, value)
}

fn undecodable<T>(response: &RawResponse, mismatch: &Mismatch) -> Error {
    let text = String::from_utf8_lossy(&response.body);
    let error = if error_body::is_html(&text) {
        let hint = "check that the URL leads to the API and not to a login page; the ZenML Pro API \
                    and each of its workspaces have URLs of their own";
        let message = "got an HTML page instead of JSON";
        let error = Error::new(ErrorKind::Decode, message).with_status(response.status);
        response
            .context
            .explain(error.with_hint(Some(hint.to_owned())))
    } else {
        mismatched::<T>(response, mismatch)
    };
    error.with_body(response.body.clone())
}

/// Returns the error for JSON that does not match its type.
fn mismatched<T>(response: &RawResponse, mismatch: &Mismatch) -> Error {
    let expected = short(std::any::type_name::<T>());
    let message = format!("expected {expected}: {mismatch}");
    let error = Error::new(ErrorKind::Decode, message).with_status(response.status);
    response.context.explain(error)
}

/// Removes the modules from a type's name:
/// `zenml::Page<zenml::workspace::types::TagResponse>` becomes `Page<TagResponse>`.
fn short(type_name: &str) -> String {
    let mut short = String::new();
    for part in type_name.split_inclusive(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':'))
    {
        short.push_str(part.rsplit("::").next().unwrap_or(part));
    }
    short
}

#[cfg(test)]
mod tests;
