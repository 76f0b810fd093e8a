//! Matches operations and types of both models across renames.

use std::collections::{BTreeMap, BTreeSet};

use crate::visitor::Renames;
use zenml_codegen::model::Api;
use zenml_codegen::name::type_name;

/// The operations and types of both models that belong together.
pub(super) struct Names<'r> {
    operations: &'r BTreeMap<String, String>,
    /// Old name → new name of renamed types.
    pub types: BTreeMap<String, String>,
}

impl<'r> Names<'r> {
    pub(super) fn new(old: &Api, new: &Api, renames: &'r Renames) -> Self {
        let mut taken = BTreeSet::new();
        let types = renames.schemas.iter().filter_map(|(before, after)| {
            let (before, after) = (type_name(before), type_name(after));
            let renamed = old.types.contains_key(&before)
                && new.types.contains_key(&after)
                && !old.types.contains_key(&after)
                && !new.types.contains_key(&before)
                && taken.insert(after.clone());
            renamed.then_some((before, after))
        });
        Self {
            types: types.collect(),
            operations: &renames.operations,
        }
    }

    /// Returns the new vendor id of an operation.
    pub(super) fn operation(&self, id: &str) -> Option<&str> {
        self.operations.get(id).map(String::as_str)
    }

    /// Returns an old signature with the new names of types.
    pub(super) fn now(&self, signature: &str) -> String {
        let mut result = String::new();
        let mut rest = signature;
        while let Some(start) = rest.find(is_name) {
            let (before, tail) = rest.split_at(start);
            let end = tail.find(|c| !is_name(c)).unwrap_or(tail.len());
            let (name, after) = tail.split_at(end);
            result.push_str(before);
            result.push_str(self.types.get(name).map_or(name, String::as_str));
            rest = after;
        }
        result + rest
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
