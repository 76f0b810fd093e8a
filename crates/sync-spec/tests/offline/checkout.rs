//! A checkout with two small APIs.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Value, json};
use tempfile::TempDir;
use zenml_sync_spec::api::Api;
use zenml_sync_spec::plan::Permissions;
use zenml_sync_spec::source::{Limits, Source};
use zenml_sync_spec::sync::{Mode, Options, Outcome, sync};
use zenml_sync_spec::transaction::UNDO_LOG;
use zenml_test_server::Silent;

pub const TODAY: &str = "2026-11-21";

/// A folder that looks like a checkout, and another with documents to follow. Both are deleted with
/// the value.
pub struct Checkout {
    root: TempDir,
    documents: TempDir,
}

/// The content of every file by path.
pub type Tree = BTreeMap<PathBuf, String>;

impl Checkout {
    /// Creates a checkout with both documents in version 1, and their snapshots.
    pub fn new() -> Self {
        let checkout = Self::empty();
        for api in ["workspace", "pro"] {
            fs::create_dir_all(checkout.path().join("specs/overlays").join(api)).unwrap();
        }
        let entry = "title = \"\"\nversion = \"\"\noperations = 0\nschemas = 0\norigin = \"\"\n\
                     retrieved = \"\"\nraw_sha256 = \"\"\ncanonical_sha256 = \"\"\n";
        checkout.write(
            "specs/sources.toml",
            &format!("[workspace]\n{entry}[pro]\n{entry}"),
        );
        for api in Api::ALL {
            let document = document(api, "1").to_string();
            checkout.write(&format!("specs/{}.json", api.name()), &document);
        }
        checkout.write("specs/overlays/workspace/names.json", OVERLAY);
        let options = Options {
            permissions: accept(),
            ..checkout.options("1", &Api::ALL)
        };
        run(checkout.path(), &options).unwrap();
        checkout
    }

    fn empty() -> Self {
        Self {
            root: TempDir::new().unwrap(),
            documents: TempDir::new().unwrap(),
        }
    }

    pub fn path(&self) -> &Path {
        self.root.path()
    }

    /// The folder with the documents to follow.
    pub fn documents(&self) -> &Path {
        self.documents.path()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Returns the options to follow a version of some documents.
    pub fn options(&self, version: &str, apis: &[Api]) -> Options {
        options_from(self.documents(), version, apis)
    }

    /// Returns every file, except the undo log of an interrupted run.
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        let mut folders = vec![self.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.ends_with(UNDO_LOG) {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path)
                } else {
                    let name = path.strip_prefix(self.path()).unwrap().to_path_buf();
                    tree.insert(name, fs::read_to_string(&path).unwrap());
                }
            }
        }
        tree
    }

    /// Copies a file, or the files of a folder, from another checkout.
    pub fn copy_from(&self, root: &Path, path: &str) {
        let source = root.join(path);
        if source.is_file() {
            return self.write(path, &fs::read_to_string(source).unwrap());
        }
        for entry in fs::read_dir(source).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            self.copy_from(root, &format!("{path}/{name}"));
        }
    }

    /// Creates another checkout with the same files.
    pub fn copy(&self) -> Self {
        let copy = Self::empty();
        for (path, text) in self.tree() {
            copy.write(path.to_str().unwrap(), &text);
        }
        fs::create_dir_all(copy.path().join("specs/overlays/pro")).unwrap();
        copy
    }
}

pub const OVERLAY: &str = r#"{
  "overlay": "1.0.0",
  "info": {"title": "Names", "version": "1"},
  "actions": [
    {
      "target": "$.components.schemas.Run.properties.secret",
      "description": "It is a secret.",
      "update": {"format": "password"}
    },
    {
      "target": "$.components.schemas.Run.properties.name",
      "update": {"minLength": 1}
    }
  ]
}
"#;

pub fn accept() -> Permissions {
    Permissions {
        accept: true,
        ..Permissions::default()
    }
}

pub fn options(sources: Vec<(Api, Source)>) -> Options {
    Options {
        sources,
        mode: Mode::Write { compile: false },
        permissions: Permissions::default(),
        token: None,
        limits: Limits::default(),
        today: TODAY.to_owned(),
    }
}

/// Returns the options to follow a version of some documents, written to files in a folder.
pub fn options_from(folder: &Path, version: &str, apis: &[Api]) -> Options {
    let sources = apis.iter().map(|&api| {
        let path = folder.join(format!("{}-{version}.json", api.name()));
        fs::write(&path, document(api, version).to_string()).unwrap();
        (api, Source::File(path))
    });
    options(sources.collect())
}

/// Runs the command to its end.
pub fn run(root: &Path, options: &Options) -> Result<Outcome> {
    run_watched(root, options, &mut |_| {})
}

pub fn run_watched(
    root: &Path,
    options: &Options,
    watch: &mut dyn FnMut(&Path),
) -> Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(sync(root, options, &Silent, watch))
}

/// Returns a small document of an API. Version 2 has more operations, groups and members.
pub fn document(api: Api, version: &str) -> Value {
    let number: usize = version.parse().unwrap();
    let mut paths: Vec<(&str, &str)> = match api {
        Api::Workspace => vec![("/api/v1/info", "server"), ("/api/v1/runs", "runs")],
        Api::Pro => vec![
            ("/organizations", "organizations"),
            ("/workspaces", "workspaces"),
        ],
    };
    if number > 1 {
        paths.push(match api {
            Api::Workspace => ("/api/v1/tags", "tags"),
            Api::Pro => ("/teams", "teams"),
        });
    }
    let operation = |&(path, tag): &(&str, &str)| {
        let schema = json!({"$ref": "#/components/schemas/Run"});
        let content = json!({"application/json": {"schema": schema}});
        let operation = json!({
            "operationId": format!("get_{tag}"),
            "summary": format!("Get {tag}"),
            "tags": [tag],
            "responses": {"200": {"description": "", "content": content}},
        });
        (path.to_owned(), json!({ "get": operation }))
    };
    let mut properties = json!({
        "name": {"type": "string", "description": "What it is called."},
        "secret": {"type": "string"},
    });
    if number > 1 {
        properties["started"] = json!({"type": "string", "format": "date-time"});
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": format!("The {api}"), "version": version},
        "paths": paths.iter().map(operation).collect::<Value>(),
        "components": {"schemas": {
            "Run": {"type": "object", "properties": properties, "required": ["name"]},
        }},
    })
}
