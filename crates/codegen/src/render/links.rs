//! How does documentation link to operations?

use std::collections::BTreeSet;

use super::feature_gates::FeatureGates;
use crate::model::Api;
use crate::reserved::CLIENT_METHODS;

/// The methods of a client that documentation may link to.
pub(super) struct Links<'a> {
    client: &'static str,
    /// Without the feature, a link to a gated operation would be broken.
    ungated: BTreeSet<&'a str>,
}

impl<'a> Links<'a> {
    pub(super) fn new(api: &'a Api, gates: &FeatureGates, client: &'static str) -> Self {
        let operations = api.operations.iter();
        let ungated = operations.filter(|operation| gates.operation(operation).is_none());
        Self {
            client,
            ungated: ungated.map(|operation| operation.name.as_str()).collect(),
        }
    }

    /// Returns a link to the method, or its name if it is not always there.
    pub(super) fn method(&self, name: &str) -> String {
        if self.ungated.contains(name) || CLIENT_METHODS.contains(&name) {
            format!("[`{name}`](crate::{}::{name})", self.client)
        } else {
            format!("`{name}`")
        }
    }

    /// Completes the links of a text: those that name a method, without a target.
    pub(super) fn complete(&self, text: &str) -> String {
        let mut completed = String::new();
        let mut rest = text;
        while let Some((before, link)) = rest.split_once("[`") {
            completed.push_str(before);
            match link.split_once("`]") {
                Some((name, after)) if !after.starts_with('(') => {
                    completed.push_str(&self.method(name));
                    rest = after;
                }
                _ => {
                    completed.push_str("[`");
                    rest = link;
                }
            }
        }
        completed + rest
    }
}
