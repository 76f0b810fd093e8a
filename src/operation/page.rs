//! How is one page of a list represented?

use serde::{Deserialize, Serialize};

use crate::UnknownFields;

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
    /// Fields that only a newer server sends.
    #[serde(flatten)]
    pub unknown_fields: UnknownFields,
}

impl<T> Page<T> {
    /// Returns whether there are pages after this one.
    pub fn has_next(&self) -> bool {
        self.index < self.total_pages
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
    fn fields_of_a_newer_server_are_kept() {
        let json = r#"{"index":1,"max_size":2,"total_pages":1,"total":0,"items":[],"cursor":"x"}"#;
        let page: Page<i64> = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&page).unwrap(), json);
    }
}
