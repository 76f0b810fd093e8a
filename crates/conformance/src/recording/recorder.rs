//! How are responses recorded: without secrets, all of them or a small sample, and as a whole folder
//! or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use serde_json::Value;
use tempfile::TempDir;
use zenml::StatusCode;

use super::{Entry, INDEX};
use crate::json::{Json, Step};
use crate::operation::{Api, Body, Operation};
use crate::schema::Schema;
use crate::scrub::Scrubber;
use crate::shape::Shape;

/// How much a recording holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every response in full.
    Full,
    /// Lists of at most two items, and only responses that show something new: a member, a type or
    /// an enum value that no earlier response of the operation had.
    Small,
}

/// Number of list items in a small recording.
const ITEMS: usize = 2;

/// Collects responses and finally writes them to a folder.
#[derive(Debug)]
pub struct Recorder {
    api: Api,
    folder: PathBuf,
    extent: Extent,
    /// Each entry with its body.
    entries: Vec<(Entry, String)>,
    scrubber: Scrubber,
    /// The features seen so far, by operation, label and status.
    seen: BTreeMap<String, BTreeSet<String>>,
}

/// A request and its response.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The operation.
    pub operation: &'static Operation,
    /// Part of the file name that distinguishes ways to call the operation; may be empty.
    pub label: &'a str,
    /// Path and query of the request.
    pub path: &'a str,
    /// The status code of the response.
    pub status: StatusCode,
    /// The body of the response.
    pub body: &'a Bytes,
}

impl Recorder {
    /// Creates a recorder for a new folder.
    ///
    /// # Errors
    /// Returns an error if the folder exists and is not empty.
    pub fn new(api: Api, folder: &Path, extent: Extent, scrubber: Scrubber) -> Result<Self> {
        let is_empty = fs::read_dir(folder).is_ok_and(|mut files| files.next().is_none());
        ensure!(
            !folder.exists() || is_empty,
            "{} already exists; name a new folder, or remove this one",
            folder.display()
        );
        Ok(Self {
            api,
            folder: folder.to_path_buf(),
            extent,
            entries: Vec::new(),
            scrubber,
            seen: BTreeMap::new(),
        })
    }

    /// Records a response without its secrets.
    pub fn record(&mut self, exchange: &Exchange<'_>) {
        let is_file = matches!(exchange.operation.body, Body::Bytes | Body::Events);
        if is_file && exchange.status.is_success() {
            // Replaying a file or an event stream checks nothing, and it may be large.
            return;
        }
        let text = String::from_utf8_lossy(exchange.body);
        if let Ok(json) = text.parse::<Json>() {
            if let Some(text) = self.prepare(exchange, json) {
                self.add(exchange, text, "json");
            }
        } else {
            self.add(exchange, text.into_owned(), "txt");
        }
    }

    /// Returns the text to record, or `None` if a small recording does not need it.
    fn prepare(&mut self, exchange: &Exchange<'_>, mut json: Json) -> Option<String> {
        let schema = if exchange.status.is_success() {
            self.api.response_schema(exchange.operation)
        } else {
            Schema::new(&Value::Null, &Value::Null)
        };
        self.scrubber.scrub(&mut json, schema);
        if self.extent == Extent::Full {
            return Some(json.to_string());
        }
        shorten(&mut json);
        let mut features = BTreeSet::new();
        collect_features(&json, schema, "$", &mut features);
        let key = format!(
            "{} {} {}",
            exchange.operation.call.id, exchange.label, exchange.status
        );
        let seen = self.seen.entry(key).or_default();
        let known = seen.len();
        seen.extend(features);
        (seen.len() > known).then(|| json.to_string())
    }

    fn add(&mut self, exchange: &Exchange<'_>, text: String, extension: &str) {
        let status = exchange.status.as_u16();
        let mut stem = exchange.operation.call.name.to_owned();
        if !exchange.label.is_empty() {
            stem = format!("{stem}-{}", exchange.label);
        }
        if !exchange.status.is_success() {
            stem = format!("{stem}-{status}");
        }
        let is_taken = |file: &str| self.entries.iter().any(|(entry, _)| entry.file == file);
        let file = (1_usize..)
            .map(|number| format!("{stem}-{number}.{extension}"))
            .find(|file| !is_taken(file))
            .unwrap_or_default();
        let entry = Entry {
            file,
            operation_id: exchange.operation.call.id.to_owned(),
            method: exchange.operation.call.method.to_string(),
            path: exchange.path.to_owned(),
            status,
        };
        self.entries.push((entry, text));
    }

    /// Writes the folder and returns the number of responses in it.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written, or if a response still holds something that
    /// looks like a secret. Nothing is recorded then.
    pub fn finish(self) -> Result<usize> {
        let Self {
            mut entries,
            folder,
            scrubber,
            ..
        } = self;
        // Only now are the secrets of all responses known.
        for (entry, text) in &entries {
            check_for_secrets(&scrubber, entry, text)?;
        }
        entries.sort_by(|(a, _), (b, _)| a.file.cmp(&b.file));
        let partial = folder_beside(&folder)?;
        for (entry, text) in &entries {
            fs::write(partial.path().join(&entry.file), format!("{text}\n"))?;
        }
        let index: Vec<&Entry> = entries.iter().map(|(entry, _)| entry).collect();
        let index = serde_json::to_string_pretty(&index)?;
        fs::write(partial.path().join(INDEX), format!("{index}\n"))?;
        if folder.exists() {
            fs::remove_dir(&folder)?;
        }
        fs::rename(partial.path(), &folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        // The temporary folder has been renamed; there is nothing left to delete.
        drop(partial.keep());
        Ok(entries.len())
    }
}

fn check_for_secrets(scrubber: &Scrubber, entry: &Entry, text: &str) -> Result<()> {
    let json = text
        .parse()
        .unwrap_or_else(|_| Json::String(text.to_owned()));
    if let Some((path, what)) = scrubber.leak(&json) {
        bail!(
            "the response of {} {} contains {what} at {path}, which the document does not declare \
             as secret; nothing was recorded. Add `format: password` there with an overlay in \
             specs/overlays/",
            entry.method,
            entry.path
        );
    }
    Ok(())
}

/// Creates the folder to write to before it is renamed, so that half a recording never appears.
fn folder_beside(folder: &Path) -> Result<TempDir> {
    let parent = match folder.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let partial = fs::create_dir_all(parent).and_then(|()| {
        tempfile::Builder::new()
            .prefix(".recording-")
            .tempdir_in(parent)
    });
    partial.with_context(|| format!("cannot write into {}", parent.display()))
}

/// Shortens an array, or the items of a page.
fn shorten(json: &mut Json) {
    let items = [Step::Member("items".to_owned())];
    let list = match json {
        Json::Array(_) => Some(json),
        page => page.at_mut(&items),
    };
    if let Some(Json::Array(items)) = list {
        items.truncate(ITEMS);
    }
}

/// Collects what a response shows of its schema: members, their types, and enum values.
fn collect_features(
    value: &Json,
    schema: Schema<'_>,
    pattern: &str,
    features: &mut BTreeSet<String>,
) {
    let shape = schema.shape(value);
    let feature = match (shape, value) {
        (Shape::Enum, Json::String(text)) => text,
        (_, value) => value.kind(),
    };
    features.insert(format!("{pattern}: {feature}"));
    // Every type passes on free values unchanged, so their content adds nothing.
    if matches!(shape, Shape::Free) {
        return;
    }
    match value {
        Json::Object(members) => {
            for (name, value) in members {
                let child = shape.child(&Step::Member(name.clone()));
                let name = if shape.names(name) { name } else { "*" };
                collect_features(value, child, &format!("{pattern}.{name}"), features);
            }
        }
        Json::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let child = shape.child(&Step::Item(index));
                collect_features(value, child, &format!("{pattern}[*]"), features);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "api_token_api_v1_api_token_get";
    const TYPES: &str = "get_stack_component_types_api_v1_component_types_get";
    const STATUS: &str = "get_run_status_api_v1_runs__run_id__status_get";

    /// Records response bodies into a new folder.
    fn record(folder: &Path, extent: Extent, bodies: &[(&str, &str)]) -> Result<usize> {
        let mut recorder =
            Recorder::new(Api::Workspace, folder, extent, Scrubber::default()).unwrap();
        for (id, body) in bodies {
            recorder.record(&Exchange {
                operation: Api::Workspace.operation(id).unwrap(),
                label: "",
                path: "/",
                status: StatusCode::OK,
                body: &Bytes::copy_from_slice(body.as_bytes()),
            });
        }
        recorder.finish()
    }

    fn bodies(folder: &Path) -> Vec<String> {
        let entries = super::super::index(folder).unwrap();
        let bodies = entries.iter().map(|entry| entry.body(folder).unwrap());
        bodies
            .map(|body| String::from_utf8(body.to_vec()).unwrap())
            .collect()
    }

    #[test]
    fn a_full_recording_holds_every_response_without_its_secrets() {
        let parent = TempDir::new().unwrap();
        let folder = parent.path().join("new/recording");
        let all = [
            (STATUS, "\"failed\""),
            (STATUS, "\"failed\""),
            (TOKEN, "\"hunter2\""),
        ];
        assert_eq!(record(&folder, Extent::Full, &all).unwrap(), 3);
        assert_eq!(
            bodies(&folder),
            ["\"[scrubbed]\"\n", "\"failed\"\n", "\"failed\"\n"]
        );
    }

    #[test]
    fn a_small_recording_holds_short_lists_and_only_new_features() {
        let folder = TempDir::new().unwrap();
        let all = [
            (TYPES, r#"["alerter","orchestrator","model_registry"]"#),
            (TYPES, r#"["alerter"]"#),
            (STATUS, "\"failed\""),
            (STATUS, "\"failed\""),
            (STATUS, "\"completed\""),
        ];
        assert_eq!(record(folder.path(), Extent::Small, &all).unwrap(), 3);
        let mut kept = bodies(folder.path());
        kept.sort();
        assert_eq!(
            kept,
            [
                "\"completed\"\n",
                "\"failed\"\n",
                "[\"alerter\",\"orchestrator\"]\n"
            ]
        );
    }

    #[test]
    fn nothing_is_written_if_a_response_contains_the_secret_of_another() {
        let parent = TempDir::new().unwrap();
        let folder = parent.path().join("recording");
        // The later response reveals that the earlier one contained a secret.
        let all = [(TYPES, r#"["hunter2"]"#), (TOKEN, "\"hunter2\"")];
        let error = record(&folder, Extent::Full, &all).unwrap_err();
        assert!(error.to_string().contains("$[0]"), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_is_not_empty_is_left_alone() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("mine"), "").unwrap();
        let recorder = Recorder::new(
            Api::Workspace,
            folder.path(),
            Extent::Full,
            Scrubber::default(),
        );
        assert!(recorder.unwrap_err().to_string().contains("already exists"));
    }
}
