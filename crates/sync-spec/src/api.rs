//! The two APIs, and how their documents are told apart.

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
    /// The API of every ZenML server
    Workspace,
    /// The API of the ZenML Pro control plane
    Pro,
}

impl Api {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Workspace, Self::Pro];

    /// Its name in file names and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::Pro => "pro",
        }
    }

    /// Where its document is taken from unless somebody says otherwise.
    pub const fn default_source(self) -> &'static str {
        match self {
            Self::Workspace => "pypi:latest",
            Self::Pro => "https://cloudapi.zenml.io/openapi.json",
        }
    }

    /// Whose document it is; none if it is neither's.
    ///
    /// By paths that each version has had since ZenML 0.80, not by the title, which a
    /// reconstruction or a white-labelled server may change.
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
    fn an_api_is_known_by_its_paths() {
        assert_eq!(of(&["/api/v1/info", "/api/v1/runs"]), Some(Api::Workspace));
        assert_eq!(of(&["/organizations", "/tenants"]), Some(Api::Pro));
        assert_eq!(of(&["/organizations", "/workspaces"]), Some(Api::Pro));
    }

    #[test]
    fn other_apis_are_neither() {
        assert_eq!(of(&["/pets"]), None);
        assert_eq!(of(&["/api/v1/runs"]), None);
        assert_eq!(of(&["/organizations", "/repos"]), None);
        assert_eq!(of(&["/organizations", "/workspaces", "/api/v1/pets"]), None);
        assert_eq!(Api::of(&json!({})), None);
    }
}
