//! How is a list without pages represented?

use std::ops::{Deref, DerefMut};

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use crate::Result;
use crate::codec::decode::{Mismatch, decode};
use crate::operation::decoding::{ItemList, sort_out};
use crate::operation::rejected_item::{AllItems, RejectedItem, complete};
use crate::transport::call_response::RawResponse;

/// A list that comes without pages, as most lists of the ZenML Pro API do. Dereferences to its items.
///
/// ```no_run
/// # #[cfg(feature = "pro")]
/// # async fn example(pro: zenml::ProClient) -> zenml::Result<()> {
/// let organizations = pro.list_organizations().send().await?;
/// for organization in organizations.iter() {
///     println!("{}", organization.name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct List<T> {
    /// The items, in the order of the response.
    pub items: Vec<T>,
    /// The items that do not match their type. Empty, unless the server is newer or older than this
    /// crate.
    pub rejected: Vec<RejectedItem>,
}

impl<T> List<T> {
    /// Returns all items.
    ///
    /// # Errors
    /// Returns the error of the first rejected item, a [`Decode`](crate::ErrorKind::Decode).
    pub fn into_complete(self) -> Result<Vec<T>> {
        complete(self.items, self.rejected)
    }
}

impl<T> Deref for List<T> {
    type Target = Vec<T>;

    fn deref(&self) -> &Vec<T> {
        &self.items
    }
}

impl<T> DerefMut for List<T> {
    fn deref_mut(&mut self) -> &mut Vec<T> {
        &mut self.items
    }
}

/// Creates a list, for instance for a test.
impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self {
            items: items.into_iter().collect(),
            rejected: Vec::new(),
        }
    }
}

impl<T> IntoIterator for List<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a List<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.iter()
    }
}

impl<T: serde_core::de::DeserializeOwned + Send + 'static> ItemList for List<T> {
    fn decode_items(response: &RawResponse) -> Result<Self, Mismatch> {
        let items: Vec<Box<RawValue>> = decode(&response.body)?;
        let (items, rejected) = sort_out(response, "$", &items);
        Ok(Self { items, rejected })
    }

    fn rejected(&mut self) -> &mut [RejectedItem] {
        &mut self.rejected
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self {
            items: Vec::deserialize(deserializer)?,
            rejected: Vec::new(),
        })
    }
}

impl<T: Serialize> Serialize for List<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        AllItems(&self.items, &self.rejected).serialize(serializer)
    }
}
