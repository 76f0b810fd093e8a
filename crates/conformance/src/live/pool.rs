//! What has been read, as a source of values for further calls.

use std::collections::{BTreeMap, BTreeSet};

use super::special;
use crate::json::Json;

/// Values by where they were read.
#[derive(Debug, Default)]
pub(super) struct Pool {
    /// Values given by the user, by parameter.
    given: BTreeMap<String, Vec<String>>,
    /// The objects that a path listed.
    lists: BTreeMap<String, Vec<Json>>,
    /// Values found inside of answers, by parameter.
    inside: BTreeMap<&'static str, BTreeSet<String>>,
}

impl Pool {
    pub fn new(given: &[(String, String)]) -> Self {
        let mut pool = Self::default();
        for (name, value) in given {
            let values = pool.given.entry(name.clone()).or_default();
            values.push(value.clone());
        }
        pool
    }

    /// Takes what can be used from the answer of a path.
    pub fn note(&mut self, path: &str, answer: Json) {
        self.search("", &answer);
        let items = match answer {
            Json::List(items) => items,
            Json::Object(members) => {
                let items = members.into_iter().find(|(name, _)| name == "items");
                match items {
                    Some((_, Json::List(items))) => items,
                    _ => return,
                }
            }
            _ => return,
        };
        let known = self.lists.entry(path.to_owned()).or_default();
        for item in items {
            let is_known = known
                .iter()
                .any(|k| identity(k).is_some() && identity(k) == identity(&item));
            if !is_known {
                known.push(item);
            }
        }
    }

    /// Finds what no list tells. `outer` is the member that the value lies under.
    fn search(&mut self, outer: &str, value: &Json) {
        match value {
            Json::Object(members) => {
                for (inner, value) in members {
                    for parameter in special::parameters_inside(outer, inner) {
                        let found = self.inside.entry(parameter).or_default();
                        found.extend(ids_of(value));
                    }
                    self.search(inner, value);
                }
            }
            Json::List(items) => items.iter().for_each(|item| self.search(outer, item)),
            _ => {}
        }
    }

    /// The values of a path parameter that follows the path of a list.
    pub fn ids(&self, collection: &str, parameter: &str) -> Vec<String> {
        let told = self.told(parameter);
        if !told.is_empty() {
            return told;
        }
        let items = self.lists.get(collection).into_iter().flatten();
        items
            .filter_map(|item| item.member(parameter).or_else(|| item.member("id")))
            .filter_map(Json::text)
            .map(str::to_owned)
            .collect()
    }

    /// The values of a parameter that were given, or found under a name of their own.
    pub fn told(&self, parameter: &str) -> Vec<String> {
        if let Some(given) = self.given.get(parameter) {
            return given.clone();
        }
        if let Some(found) = self.inside.get(parameter) {
            return found.iter().cloned().collect();
        }
        let Some((list, member)) = special::member_of_list(parameter) else {
            return vec![];
        };
        let items = self.lists.get(list).into_iter().flatten();
        items
            .filter_map(|item| item.member(member)?.text())
            .map(str::to_owned)
            .collect()
    }
}

fn identity(item: &Json) -> Option<&str> {
    item.member("id")?.text()
}

/// The ids of an object, or of the objects of a list.
fn ids_of(value: &Json) -> Vec<String> {
    let objects = match value {
        Json::List(items) => items.as_slice(),
        object => std::slice::from_ref(object),
    };
    let ids = objects.iter().filter_map(identity);
    ids.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pages_of_a_list_add_up_and_repeat_nothing() {
        let mut pool = Pool::default();
        for page in [
            r#"{"items":[{"id":"a"},{"id":"b"}]}"#,
            r#"[{"id":"b"},{"id":"c"}]"#,
        ] {
            pool.note("/runs", page.parse().unwrap());
        }
        assert_eq!(pool.ids("/runs", "run_id"), ["a", "b", "c"]);
        assert!(pool.ids("/stacks", "stack_id").is_empty());
    }

    #[test]
    fn an_item_may_call_its_id_like_the_parameter() {
        let mut pool = Pool::default();
        let types = r#"[{"connector_type":"aws","id":"x"}]"#.parse().unwrap();
        pool.note("/types", types);
        assert_eq!(pool.ids("/types", "connector_type"), ["aws"]);
    }

    #[test]
    fn given_values_win() {
        let mut pool = Pool::new(&[("run_id".to_owned(), "given".to_owned())]);
        pool.note("/runs", r#"[{"id":"a"}]"#.parse().unwrap());
        assert_eq!(pool.ids("/runs", "run_id"), ["given"]);
    }

    #[test]
    fn objects_without_a_list_are_found_where_others_hold_them() {
        let mut pool = Pool::default();
        let run = r#"[{"resources":{"log_collection":[{"id":"l"}]},"log_collection":{"id":"m"}}]"#;
        pool.note("/runs", run.parse().unwrap());
        assert_eq!(pool.told("logs_id"), ["l"]);
    }
}
