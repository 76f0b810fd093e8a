//! Which parameter values do the responses so far provide for further calls?

use std::collections::{BTreeMap, BTreeSet};

use super::exceptions;
use crate::json::Json;

/// Parameter values from responses and from the command line.
#[derive(Debug, Default)]
pub(super) struct ValuePool {
    /// Values from the command line, by parameter.
    given: BTreeMap<String, Vec<String>>,
    /// Listed objects, by path of the list.
    lists: BTreeMap<String, Vec<Json>>,
    /// Ids found in nested members of responses, by parameter.
    nested: BTreeMap<&'static str, BTreeSet<String>>,
}

impl ValuePool {
    pub fn new(given: &[(String, String)]) -> Self {
        let mut pool = Self::default();
        for (name, value) in given {
            let values = pool.given.entry(name.clone()).or_default();
            values.push(value.clone());
        }
        pool
    }

    /// Adds the values in the response of a path.
    pub fn add(&mut self, path: &str, response: Json) {
        self.add_nested("", &response);
        let list = match response {
            Json::Object(mut page) => page.swap_remove("items"),
            list => Some(list),
        };
        let Some(Json::Array(items)) = list else {
            return;
        };
        let known = self.lists.entry(path.to_owned()).or_default();
        for item in items {
            let is_known = |id: &str| known.iter().any(|other| id_of(other) == Some(id));
            if !id_of(&item).is_some_and(is_known) {
                known.push(item);
            }
        }
    }

    /// Adds the ids of objects that no operation lists. `outer` is the member that holds the value.
    fn add_nested(&mut self, outer: &str, value: &Json) {
        match value {
            Json::Object(members) => {
                for (inner, value) in members {
                    for parameter in exceptions::parameters_nested_in(outer, inner) {
                        let found = self.nested.entry(parameter).or_default();
                        found.extend(ids_of(value));
                    }
                    self.add_nested(inner, value);
                }
            }
            Json::Array(items) => items.iter().for_each(|item| self.add_nested(outer, item)),
            _ => {}
        }
    }

    /// Returns the values of a path parameter that follows the path of a list.
    pub fn path_values(&self, collection: &str, parameter: &str) -> Vec<String> {
        let values = self.values(parameter);
        if !values.is_empty() {
            return values;
        }
        let items = self.lists.get(collection).into_iter().flatten();
        items
            .filter_map(|item| item.member(parameter).or_else(|| item.member("id")))
            .filter_map(Json::text)
            .map(str::to_owned)
            .collect()
    }

    /// Returns the values of a parameter that come from the command line, from nested members or from
    /// another member than the id.
    pub fn values(&self, parameter: &str) -> Vec<String> {
        if let Some(given) = self.given.get(parameter) {
            return given.clone();
        }
        if let Some(found) = self.nested.get(parameter) {
            return found.iter().cloned().collect();
        }
        let Some((list, member)) = exceptions::list_member(parameter) else {
            return vec![];
        };
        let items = self.lists.get(list).into_iter().flatten();
        items
            .filter_map(|item| item.member(member)?.text())
            .map(str::to_owned)
            .collect()
    }
}

fn id_of(item: &Json) -> Option<&str> {
    item.member("id")?.text()
}

/// Returns the id of an object, or those of the objects in an array.
fn ids_of(value: &Json) -> Vec<String> {
    let objects = match value {
        Json::Array(items) => items.as_slice(),
        object => std::slice::from_ref(object),
    };
    let ids = objects.iter().filter_map(id_of);
    ids.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_list_add_up_without_duplicates() {
        let mut pool = ValuePool::default();
        for page in [
            r#"{"items":[{"id":"a"},{"id":"b"}]}"#,
            r#"[{"id":"b"},{"id":"c"}]"#,
        ] {
            pool.add("/runs", page.parse().unwrap());
        }
        assert_eq!(pool.path_values("/runs", "run_id"), ["a", "b", "c"]);
        assert!(pool.path_values("/stacks", "stack_id").is_empty());
    }

    #[test]
    fn an_item_may_name_its_id_like_the_parameter() {
        let mut pool = ValuePool::default();
        let types = r#"[{"connector_type":"aws","id":"x"}]"#.parse().unwrap();
        pool.add("/types", types);
        assert_eq!(pool.path_values("/types", "connector_type"), ["aws"]);
    }

    #[test]
    fn values_from_the_command_line_take_precedence() {
        let mut pool = ValuePool::new(&[("run_id".to_owned(), "given".to_owned())]);
        pool.add("/runs", r#"[{"id":"a"}]"#.parse().unwrap());
        assert_eq!(pool.path_values("/runs", "run_id"), ["given"]);
    }

    #[test]
    fn objects_without_a_list_are_found_in_nested_members() {
        let mut pool = ValuePool::default();
        let run = r#"[{"resources":{"log_collection":[{"id":"l"}]},"log_collection":{"id":"m"}}]"#;
        pool.add("/runs", run.parse().unwrap());
        assert_eq!(pool.values("logs_id"), ["l"]);
    }
}
