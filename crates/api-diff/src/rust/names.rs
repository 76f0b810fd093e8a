//! Matches operations and types of both models across renames.

use std::collections::{BTreeMap, BTreeSet};

use crate::rename::Renames;
use zenml_codegen::model::Api;
use zenml_codegen::name::type_name;

/// The operations and types of both models that belong together.
pub(super) struct Names<'r> {
    renames: &'r Renames,
    /// For each renamed property, new type and old name → new name.
    properties: BTreeMap<(String, String), String>,
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
        let properties = renames
            .properties
            .iter()
            .map(|((schema, before), after)| ((type_name(schema), before.clone()), after.clone()));
        Self {
            types: types.collect(),
            properties: properties.collect(),
            renames,
        }
    }

    /// Returns the new vendor id of an operation.
    pub(super) fn operation(&self, id: &str) -> Option<&str> {
        self.renames.operations.get(id).map(String::as_str)
    }

    /// Returns the new name of a parameter of the operation that now has this vendor id.
    pub(super) fn parameter(&self, id: &str, name: &str) -> Option<&str> {
        let key = (id.to_owned(), name.to_owned());
        self.renames.parameters.get(&key).map(String::as_str)
    }

    /// Returns the new name of a property of the type that now has this name.
    pub(super) fn property(&self, ty: &str, name: &str) -> Option<&str> {
        self.properties
            .get(&(ty.to_owned(), name.to_owned()))
            .map(String::as_str)
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
