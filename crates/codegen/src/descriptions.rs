//! What do operations, groups and parameters mean? Reads `specs/overlays/<api>/descriptions.json`,
//! and adds its sentences to the model of an API.
//!
//! Descriptions are found by what survives a new version of the document: method and path of an
//! operation, the name of a group, the name of a parameter.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::availability::operation_key;
use crate::model::{Api, Group, Operation};
use crate::{Error, Result};

/// The descriptions of an API.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Descriptions {
    /// The groups, by name of their module.
    pub groups: BTreeMap<String, Group>,
    /// The operations, by [`operation_key`].
    pub operations: BTreeMap<String, Described>,
    /// The parameters that mean the same in all operations, by name.
    pub parameters: BTreeMap<String, String>,
}

/// The description of an operation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Described {
    /// What it does, and when it is used.
    pub text: String,
    /// The parameters that mean something else than in other operations, by name.
    pub parameters: BTreeMap<String, String>,
    /// The lines of an example.
    pub example: Vec<String>,
}

impl Descriptions {
    /// Reads the text of the file.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is malformed.
    pub fn read(text: &str) -> Result<Self> {
        serde_json::from_str(text).map_err(|error| {
            Error::new(
                "",
                format!("malformed: {error}"),
                "correct the file; specs/README.md has its format",
            )
        })
    }

    /// Adds the descriptions to the model of an API. Those that match nothing are skipped.
    pub fn apply(&self, api: &mut Api) {
        for operation in &mut api.operations {
            let described = self.operations.get(&key(operation));
            for parameter in &mut operation.parameters {
                let own = described.and_then(|described| described.parameters.get(&parameter.name));
                let meaning = own.or_else(|| self.parameters.get(&parameter.name));
                parameter.notes.meaning = meaning.cloned();
            }
            if let Some(described) = described {
                operation.meaning = Some(described.text.clone());
                operation.example.clone_from(&described.example);
            }
        }
        api.groups = self.groups.clone();
    }

    /// Returns what has no description, sorted: groups by name, and operations by [`operation_key`]
    /// unless they are aliases of other operations.
    pub fn missing(&self, api: &Api) -> Vec<String> {
        let operations = api.operations.iter();
        let operations = operations
            .filter(|operation| operation.replaced_by.is_none())
            .map(key)
            .filter(|key| !self.operations.contains_key(key));
        let groups = api.operations.iter().map(|operation| &operation.group);
        let groups = groups.filter(|group| !self.groups.contains_key(*group));
        let missing: BTreeSet<String> = groups.cloned().chain(operations).collect();
        missing.into_iter().collect()
    }

    /// Returns the descriptions that match nothing, sorted.
    pub fn unused(&self, api: &Api) -> Vec<String> {
        let mut used: BTreeSet<String> = BTreeSet::new();
        for operation in &api.operations {
            let key = key(operation);
            for parameter in &operation.parameters {
                used.extend([format!("{key} {}", parameter.name), parameter.name.clone()]);
            }
            used.extend([key, operation.group.clone()]);
        }
        let own = self.operations.iter().flat_map(|(key, described)| {
            let names = described.parameters.keys();
            names.map(move |name| format!("{key} {name}"))
        });
        let groups = self.groups.keys().cloned();
        let operations = self.operations.keys().cloned();
        let written = groups.chain(operations).chain(own);
        let written: BTreeSet<String> = written.chain(self.parameters.keys().cloned()).collect();
        written.difference(&used).cloned().collect()
    }
}

fn key(operation: &Operation) -> String {
    operation_key(&operation.method, &operation.path)
}
