//! Which API does a document describe?

use std::fmt;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An API that the crate has a client for.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, ValueEnum, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Api {
    /// The Workspace API, which every ZenML server has
    Workspace,
    /// The ZenML Pro API
    Pro,
}

impl Api {
    /// Both APIs.
    pub const ALL: [Self; 2] = [Self::Workspace, Self::Pro];

    /// Returns the name in file names and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Pro => "pro",
        }
    }

    /// Returns the default source of the document.
    pub const fn default_source(self) -> &'static str {
        match self {
            Self::Workspace => "pypi:latest",
            Self::Pro => "https://cloudapi.zenml.io/openapi.json",
        }
    }

    /// Returns the API that a document describes, or `None` if it describes another one.
    ///
    /// Decides by paths that each version has had since ZenML 0.80. The title does not count,
    /// because a reconstruction or a white-labelled server may change it.
    pub fn of(document: &Value) -> Option<Self> {
        let paths = document.get("paths").and_then(Value::as_object)?;
        let has = |path: &str| paths.contains_key(path);
        if has("/api/v1/info") && has("/api/v1/runs") {
            return Some(Self::Workspace);
        }
        let versioned = |paths: &Map<String, Value>| paths.keys().any(|p| p.starts_with("/api/v1"));
        let pro = has("/organizations") && (has("/workspaces") || has("/tenants"));
        (pro && !versioned(paths)).then_some(Self::Pro)
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Workspace => "Workspace API",
            Self::Pro => "ZenML Pro API",
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(paths: &[&str]) -> Option<Api> {
        let paths: Map<String, Value> =
            paths.iter().map(|p| ((*p).to_owned(), json!({}))).collect();
        Api::of(&json!({ "paths": paths }))
    }

    #[test]
    fn an_api_is_recognised_by_its_paths() {
        assert_eq!(of(&["/api/v1/info", "/api/v1/runs"]), Some(Api::Workspace));
        assert_eq!(of(&["/organizations", "/tenants"]), Some(Api::Pro));
        assert_eq!(of(&["/organizations", "/workspaces"]), Some(Api::Pro));
    }

    #[test]
    fn other_apis_are_not_recognised() {
        assert_eq!(of(&["/pets"]), None);
        assert_eq!(of(&["/api/v1/runs"]), None);
        assert_eq!(of(&["/organizations", "/repos"]), None);
        assert_eq!(of(&["/organizations", "/workspaces", "/api/v1/pets"]), None);
        assert_eq!(Api::of(&json!({})), None);
    }
}
