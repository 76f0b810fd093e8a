//! How is a single item of a list found, and how are the items counted?

use serde_core::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;

use crate::operation::listing::{Fetched, PAGING, PartDecoder, array, fetch, page};
use crate::types::json::parse;
use crate::{Call, Error, ErrorKind, Result};

/// The number of items that `one` requests: if there are several, the error names them.
const SEVERAL: usize = 4;

/// The maximum length of an item's name in an error, in characters.
const NAME_LENGTH: usize = 100;

/// The form of a list.
#[derive(Debug, Clone, Copy)]
pub struct ListForm {
    /// Whether the response is a [`Page`](crate::Page).
    pub is_paged: bool,
    /// The query parameter that limits the number of items. Without one, the whole list is read.
    pub limit: Option<&'static str>,
}

impl ListForm {
    /// The lists of the Workspace API.
    pub(crate) const PAGES: Self = Self {
        is_paged: true,
        limit: Some("size"),
    };

    fn decoder<T: DeserializeOwned + Send + 'static>(self) -> PartDecoder {
        if self.is_paged { page::<T> } else { array::<T> }
    }
}

/// Why a list has no only item.
#[derive(Debug)]
pub(crate) enum NotOne {
    /// No item matches.
    None,
    /// Several items match: the names of the first few, and how many more there are.
    Several(String),
}

impl Call {
    /// Returns the only item of a list.
    pub fn one<T: DeserializeOwned + Send + 'static>(
        self,
        form: ListForm,
    ) -> impl Future<Output = Result<T>> + Send + use<T> {
        self.one_or(form, explain)
    }

    /// Returns the only item of a list, or the error that `explain` creates.
    pub(crate) fn one_or<
        T: DeserializeOwned + Send + 'static,
        E: FnOnce(NotOne) -> Error + Send,
    >(
        self,
        form: ListForm,
        explain: E,
    ) -> impl Future<Output = Result<T>> + Send + use<T, E> {
        let response = self.beginning(form, SEVERAL, form.decoder::<T>());
        async move {
            let response = response.await?;
            let (body, context) = (response.body.clone(), response.context.clone());
            let (mut items, totals) = response.items::<T>()?;
            let total = totals.map(|totals| totals.items);
            match (items.next(), items.next()) {
                (Some(only), None) if total.is_none_or(|total| total <= 1) => only,
                (None, _) => Err(context.explain(explain(NotOne::None))),
                (Some(_), _) => {
                    let several = NotOne::Several(few(&body, form, total));
                    Err(context.explain(explain(several)))
                }
            }
        }
    }

    /// Returns the first item of a list.
    pub fn first<T: DeserializeOwned + Send + 'static>(
        self,
        form: ListForm,
    ) -> impl Future<Output = Result<Option<T>>> + Send + use<T> {
        let response = self.beginning(form, 1, form.decoder::<T>());
        async move {
            let (mut items, _) = response.await?.items::<T>()?;
            items.next().transpose()
        }
    }

    /// Returns the number of items of a list of pages.
    pub async fn count(self, form: ListForm) -> Result<u64> {
        let response = self.beginning(form, 1, page::<IgnoredAny>).await?;
        let (_, totals) = response.items::<IgnoredAny>()?;
        Ok(totals.map_or(0, |totals| totals.items))
    }

    /// Fetches the beginning of a list, whatever position and size were set before.
    fn beginning(
        self,
        form: ListForm,
        items: usize,
        decode: PartDecoder,
    ) -> impl Future<Output = Result<Fetched>> + Send + use<> {
        let call = PAGING
            .iter()
            .fold(self, |call, name| call.query_list::<u64>(name, []));
        let call = match form.limit {
            Some(limit) => call.query(limit, items),
            None => call,
        };
        fetch(call, decode)
    }
}

fn explain(problem: NotOne) -> Error {
    let (kind, message, hint) = match problem {
        NotOne::None => (
            ErrorKind::NotFound,
            "no item matches".to_owned(),
            "check the filters and the project of the call",
        ),
        NotOne::Several(names) => (
            ErrorKind::InvalidRequest,
            format!("several items match: {names}"),
            "add filters, or use `first` with a `sort_by`",
        ),
    };
    Error::new(kind, message).with_hint(Some(hint.to_owned()))
}

/// Names the first few items of a response, and says how many more there are.
fn few(body: &[u8], form: ListForm, total: Option<u64>) -> String {
    let body = std::str::from_utf8(body).ok();
    let body: Value = body.and_then(|body| parse(body).ok()).unwrap_or_default();
    let items = body.get("items").unwrap_or(&body).as_array();
    let items = items.map(Vec::as_slice).unwrap_or_default();
    // A list without a limit is complete.
    let total = total.or_else(|| form.limit.is_none().then_some(items.len() as u64));
    let few = items.get(..SEVERAL).unwrap_or(items);
    let shown: Vec<String> = few.iter().map(|item| name(item, few)).collect();
    let more = match total.map(|total| total.saturating_sub(shown.len() as u64)) {
        Some(0) => String::new(),
        Some(more) => format!(" and {more} more"),
        None if shown.len() == SEVERAL => " and possibly more".to_owned(),
        None => String::new(),
    };
    format!("{}{more}", shown.join(", "))
}

/// Returns the name of an item, or its id if it has no name or shares the name with another item.
fn name(item: &Value, few: &[Value]) -> String {
    let member = |name| item.get(name).and_then(Value::as_str);
    let name = member("name");
    let is_shared = few
        .iter()
        .filter(|other| other.get("name") == item.get("name"))
        .count()
        > 1;
    let shown = match member("id") {
        Some(id) if is_shared || name.is_none() => Some(id),
        _ => name.or(item.as_str()),
    };
    let short: String = shown.unwrap_or("?").chars().take(NAME_LENGTH).collect();
    format!("{short:?}")
}

/// Implements `one`, `first` and `count` of a list's builder.
macro_rules! find {
    ($Builder:ident: $Item:ty, pages($limit:expr)) => {
        $crate::operation::find::find! { $Builder: $Item, items(true, $limit) }

        impl $Builder {
            /// Returns the number of items on all pages.
            ///
            /// # Errors
            /// Returns the errors of all calls.
            #[inline]
            pub fn count(self) -> impl Future<Output = Result<u64>> + Send + use<> {
                self.0.count($crate::operation::find::ListForm {
                    is_paged: true,
                    limit: $limit,
                })
            }
        }
    };

    ($Builder:ident: $Item:ty, array($limit:expr)) => {
        $crate::operation::find::find! { $Builder: $Item, items(false, $limit) }
    };

    ($Builder:ident: $Item:ty, items($is_paged:literal, $limit:expr)) => {
        impl $Builder {
            /// Returns the only item that matches. Ignores the position and size of the page.
            ///
            /// # Errors
            /// - [`NotFound`](crate::ErrorKind::NotFound): no item matches.
            /// - [`InvalidRequest`](crate::ErrorKind::InvalidRequest): several items match. The
            ///   message names the first few.
            ///
            /// The other errors are those of all calls, among them
            /// [`Decode`](crate::ErrorKind::Decode) if the item does not match its type.
            #[inline]
            pub fn one(self) -> impl Future<Output = Result<$Item>> + Send + use<> {
                self.0.one($crate::operation::find::ListForm {
                    is_paged: $is_paged,
                    limit: $limit,
                })
            }

            /// Returns the first item, or `None` if no item matches. Ignores the position and size of
            /// the page.
            ///
            /// # Errors
            /// Returns the errors of all calls.
            #[inline]
            pub fn first(self) -> impl Future<Output = Result<Option<$Item>>> + Send + use<> {
                self.0.first($crate::operation::find::ListForm {
                    is_paged: $is_paged,
                    limit: $limit,
                })
            }
        }
    };
}

pub(crate) use find;

#[cfg(test)]
mod tests;
