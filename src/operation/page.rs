use serde::{Deserialize, Serialize};

use crate::UnknownFields;

/// One page of a list of the Workspace API.
///
/// ```
/// let json = r#"{"index":1,"max_size":20,"total_pages":3,"total":42,"items":["a","b"]}"#;
/// let page: zenml::Page<String> = serde_json::from_str(json)?;
/// assert!(page.has_next());
/// for item in &page {
///     println!("{item}");
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    /// Number of this page, counted from 1.
    pub index: u64,
    /// How many items a page holds at most: the `size` that was asked for, 20 by default.
    pub max_size: u64,
    /// How many pages there are, each of `max_size`.
    pub total_pages: u64,
    /// How many items there are on all pages.
    pub total: u64,
    /// The items of this page, in the order that `sort_by` asked for.
    pub items: Vec<T>,
    /// What a newer server sends beside them.
    #[serde(flatten)]
    pub unknown_fields: UnknownFields,
}

impl<T> Page<T> {
    /// Whether there are pages after this one.
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
    fn the_last_page_has_no_next_and_neither_has_an_empty_list() {
        assert!(page(1, 3).has_next());
        assert!(!page(3, 3).has_next());
        assert!(!page(1, 0).has_next());
    }

    #[test]
    fn its_items_are_iterated_by_reference_and_by_value() {
        assert_eq!((&page(1, 3)).into_iter().sum::<i64>(), 3);
        assert_eq!(page(1, 3).into_iter().collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn fields_of_a_newer_server_survive() {
        let json = r#"{"index":1,"max_size":2,"total_pages":1,"total":0,"items":[],"cursor":"x"}"#;
        let page: Page<i64> = serde_json::from_str(json).unwrap();
        assert_eq!(serde_json::to_string(&page).unwrap(), json);
    }
}
