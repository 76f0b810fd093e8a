//! How is one page of a list represented?

use serde_core::de::{DeserializeOwned, MapAccess};
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::codec::decode::{Mismatch, decode};
use crate::codec::object::{self, Name, Object, Writer};
use crate::operation::decoding::{ItemList, sort_out};
use crate::operation::rejected_item::{AllItems, RejectedItem, complete};
use crate::transport::call_response::RawResponse;
use crate::{Result, UnknownFields};

/// One page of a list of the Workspace API.
///
/// ```no_run
/// # async fn example(client: zenml::WorkspaceClient) -> zenml::Result<()> {
/// let page = client.list_stacks().page(1).size(50).send().await?.into_inner();
/// println!("page {} of {}", page.index, page.total_pages);
/// for stack in &page {
///     println!("{}", stack.name);
/// }
/// # Ok(())
/// # }
/// ```
///
/// The builder's `stream` reads all pages, item by item: see [`ItemStream`](crate::ItemStream).
///
/// An item that this crate cannot read is in `rejected`, and
/// [`into_complete`](Self::into_complete) reports it as an error. Only `send` of a builder reads items
/// one by one: a page that is deserialized by other means matches as a whole, or not at all.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The number of this page, counted from 1.
    pub index: u64,
    /// The requested `size`: the maximum number of items on a page. Defaults to 20.
    pub max_size: u64,
    /// The number of pages.
    pub total_pages: u64,
    /// The number of items on all pages.
    pub total: u64,
    /// The items of this page, sorted as `sort_by` requests.
    pub items: Vec<T>,
    /// The items that do not match their type. Empty, unless the server is newer or older than this
    /// crate.
    pub rejected: Vec<RejectedItem>,
    /// Fields that only a newer server sends.
    pub unknown_fields: UnknownFields,
}

impl<T> Page<T> {
    /// Returns whether there are pages after this one.
    pub fn has_next(&self) -> bool {
        self.index < self.total_pages
    }

    /// Returns all items of this page.
    ///
    /// # Errors
    /// Returns the error of the first rejected item, a [`Decode`](crate::ErrorKind::Decode).
    pub fn into_complete(self) -> Result<Vec<T>> {
        complete(self.items, self.rejected)
    }
}

impl<T: DeserializeOwned + Send + 'static> ItemList for Page<T> {
    fn decode_items(response: &RawResponse) -> Result<Self, Mismatch> {
        let page: Page<Box<RawValue>> = decode(&response.body)?;
        let (items, rejected) = sort_out(response, "$.items", &page.items);
        Ok(Self {
            index: page.index,
            max_size: page.max_size,
            total_pages: page.total_pages,
            total: page.total,
            items,
            rejected,
            unknown_fields: page.unknown_fields,
        })
    }

    fn rejected(&mut self) -> &mut [RejectedItem] {
        &mut self.rejected
    }
}

impl<T: DeserializeOwned> Object for Page<T> {
    const NAME: &'static str = "Page";

    fn read<'de, A: MapAccess<'de>>(mut members: A) -> Result<Self, A::Error> {
        let (mut index, mut max_size, mut total_pages, mut total) = (None, None, None, None);
        let (mut items, mut unknown_fields) = (None, UnknownFields::default());
        while let Some(Name(name)) = members.next_key()? {
            match &*name {
                "index" => object::read(&mut members, &mut index),
                "max_size" => object::read(&mut members, &mut max_size),
                "total_pages" => object::read(&mut members, &mut total_pages),
                "total" => object::read(&mut members, &mut total),
                "items" => object::read(&mut members, &mut items),
                _ => unknown_fields.read(name, &mut members),
            }?;
        }
        Ok(Self {
            index: object::required(index, "index")?,
            max_size: object::required(max_size, "max_size")?,
            total_pages: object::required(total_pages, "total_pages")?,
            total: object::required(total, "total")?,
            items: object::required(items, "items")?,
            rejected: Vec::new(),
            unknown_fields,
        })
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        object::deserialize(deserializer)
    }
}

impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = Writer::new(serializer);
        members.member("index", &self.index);
        members.member("max_size", &self.max_size);
        members.member("total_pages", &self.total_pages);
        members.member("total", &self.total);
        members.member("items", &AllItems(&self.items, &self.rejected));
        for (name, value) in self.unknown_fields.iter() {
            members.member(name, value);
        }
        members.end()
    }
}

/// Creates the only page of a list, for instance for a test.
impl<T> FromIterator<T> for Page<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let items: Vec<T> = items.into_iter().collect();
        let total = items.len() as u64;
        Self {
            index: 1,
            max_size: total.max(1),
            // The server counts one page in an empty list too (`sql_zen_store.py` in ZenML 0.98.0).
            total_pages: 1,
            total,
            items,
            rejected: Vec::new(),
            unknown_fields: UnknownFields::default(),
        }
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(index: u64, total_pages: u64) -> Page<i64> {
        let json = serde_json::json!({
            "index": index, "max_size": 2, "total_pages": total_pages, "total": 5, "items": [1, 2],
        });
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn neither_the_last_page_nor_an_empty_list_has_a_next_page() {
        assert!(page(1, 3).has_next());
        assert!(!page(3, 3).has_next());
        assert!(!page(1, 0).has_next());
    }

    #[test]
    fn items_are_iterated_by_reference_and_by_value() {
        assert_eq!((&page(1, 3)).into_iter().sum::<i64>(), 3);
        assert_eq!(page(1, 3).into_iter().collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_missing_field_of_a_page_is_an_error() {
        let text = r#"{"index":1,"max_size":2,"total_pages":1,"items":[]}"#;
        let error = serde_json::from_str::<Page<i64>>(text).unwrap_err();
        assert!(
            error.to_string().starts_with("missing field `total`"),
            "{error}"
        );
    }

    #[test]
    fn a_page_of_given_items_is_the_only_one() {
        let page = Page::from_iter(["a", "b", "c"]);
        assert_eq!((page.index, page.total_pages, page.total), (1, 1, 3));
        assert!(!page.has_next());
        assert_eq!(Page::<u8>::from_iter([]).total, 0);
    }

    #[test]
    fn fields_of_a_newer_server_are_kept() {
        let json =
            r#"{"index":1,"max_size":2,"total_pages":1,"total":0,"items":[],"cursor":1e400}"#;
        let page: Page<i64> = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&page).unwrap(), json);
    }
}
