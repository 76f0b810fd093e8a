//! Folders of recorded answers: one file for each, and `index.json` that says what they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use zenml::StatusCode;

use crate::json::{Json, Step};
use crate::operation::{Api, Body, Operation};
use crate::schema::{Schema, Shape};
use crate::scrub::Scrubber;

const INDEX: &str = "index.json";

/// An entry of `index.json`: one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The file that holds the body, inside the folder.
    pub file: String,
    /// The id that the vendor's document gives the operation.
    pub operation_id: String,
    /// The HTTP method of the request.
    pub method: String,
    /// Path and query of the request.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
}

/// Reads the index of a folder.
///
/// # Errors
/// When it is missing, or is no list of entries.
pub fn index(folder: &Path) -> Result<Vec<Entry>> {
    let path = folder.join(INDEX);
    let text = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| {
        format!(
            "{} is no list of {{file, operation_id, method, path, status}}",
            path.display()
        )
    })
}

impl Entry {
    /// Reads the body.
    ///
    /// # Errors
    /// When the file is missing, or not inside the folder.
    pub fn body(&self, folder: &Path) -> Result<Bytes> {
        let is_inside = Path::new(&self.file)
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        ensure!(is_inside, "{} lies outside of the folder", self.file);
        let path = folder.join(&self.file);
        let body = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(body.into())
    }

    /// The status.
    ///
    /// # Errors
    /// When it is none.
    pub fn status(&self) -> Result<StatusCode> {
        StatusCode::from_u16(self.status).with_context(|| format!("{}: no status", self.file))
    }
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Every answer, as it is.
    Everything,
    /// Lists of at most two items, and only answers that show something that no answer before did:
    /// a member, a type, a value of an enum.
    WhatIsNew,
}

/// How many items of a list are kept in a small recording.
const ITEMS: usize = 2;

/// Keeps answers, and makes a folder of them in the end.
#[derive(Debug)]
pub struct Recorder {
    api: Api,
    folder: PathBuf,
    extent: Extent,
    /// Each with its body.
    entries: Vec<(Entry, String)>,
    scrubber: Scrubber,
    seen: BTreeMap<String, BTreeSet<String>>,
}

/// An answer on its way into a recording.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The operation.
    pub operation: &'static Operation,
    /// What distinguishes answers of one operation, for the name of the file.
    pub label: &'a str,
    /// Path and query of the request.
    pub path: &'a str,
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: &'a Bytes,
}

impl Recorder {
    /// Begins a folder.
    ///
    /// # Errors
    /// When it exists and is not empty.
    pub fn new(api: Api, folder: &Path, extent: Extent, scrubber: Scrubber) -> Result<Self> {
        let is_empty = fs::read_dir(folder).is_ok_and(|mut files| files.next().is_none());
        if folder.exists() && !is_empty {
            bail!(
                "{} exists already: name a new folder to record into, or remove it",
                folder.display()
            );
        }
        Ok(Self {
            api,
            folder: folder.to_path_buf(),
            extent,
            entries: Vec::new(),
            scrubber,
            seen: BTreeMap::new(),
        })
    }

    /// Keeps an answer, without its secrets.
    pub fn keep(&mut self, answer: &Answer<'_>) {
        let operation = answer.operation;
        let text = String::from_utf8_lossy(answer.body);
        let json = match operation.body {
            Body::Json(_) | Body::Text => text.parse::<Json>(),
            // Files and streams of a server are of no use here, and may be large.
            Body::Bytes | Body::Events if answer.status.is_success() => return,
            Body::Bytes | Body::Events => text.parse(),
        };
        let (text, ending) = match json {
            Ok(json) => match self.prepared(answer, json) {
                Some(text) => (text, "json"),
                None => return,
            },
            Err(_) => (text.into_owned(), "txt"),
        };
        self.add(answer, text, ending);
    }

    /// The answer's text, unless it shows nothing new in a small recording.
    fn prepared(&mut self, answer: &Answer<'_>, mut json: Json) -> Option<String> {
        let schema = match answer.status.is_success() {
            true => self.api.answer(answer.operation),
            false => Schema::new(&serde_json::Value::Null, &serde_json::Value::Null),
        };
        self.scrubber.scrub(&mut json, schema);
        if self.extent == Extent::Everything {
            return Some(json.to_string());
        }
        shorten(&mut json);
        let mut features = BTreeSet::new();
        collect_features(&json, schema, "$", &mut features);
        let key = format!(
            "{} {} {}",
            answer.operation.call.id, answer.label, answer.status
        );
        let seen = self.seen.entry(key).or_default();
        let known = seen.len();
        seen.extend(features);
        (seen.len() > known).then(|| json.to_string())
    }

    fn add(&mut self, answer: &Answer<'_>, text: String, ending: &str) {
        let status = answer.status.as_u16();
        let mut stem = answer.operation.call.name.to_owned();
        if !answer.label.is_empty() {
            stem = format!("{stem}-{}", answer.label);
        }
        if !answer.status.is_success() {
            stem = format!("{stem}-{status}");
        }
        let taken = |file: &str| self.entries.iter().any(|(entry, _)| entry.file == file);
        let file = (1_usize..)
            .map(|number| format!("{stem}-{number}.{ending}"))
            .find(|file| !taken(file))
            .unwrap_or_default();
        let entry = Entry {
            file,
            operation_id: answer.operation.call.id.to_owned(),
            method: answer.operation.call.method.to_string(),
            path: answer.path.to_owned(),
            status,
        };
        self.entries.push((entry, text));
    }

    /// Writes the index and puts the folder in its place; says how many answers it holds.
    ///
    /// # Errors
    /// When something cannot be written, and when something like a secret remains in an answer:
    /// then the document declares too little, and nothing is recorded.
    pub fn finish(self) -> Result<usize> {
        let Self {
            mut entries,
            folder,
            scrubber,
            ..
        } = self;
        // At the end, because by now all secrets are known that any answer told.
        for (entry, text) in &entries {
            check(&scrubber, entry, text)?;
        }
        entries.sort_by(|(a, _), (b, _)| a.file.cmp(&b.file));
        let partial = beside(&folder)?;
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
        // It has moved: there is nothing left to clean up.
        drop(partial.keep());
        Ok(entries.len())
    }
}

fn check(scrubber: &Scrubber, entry: &Entry, text: &str) -> Result<()> {
    let json = text.parse().unwrap_or_else(|_| Json::Text(text.to_owned()));
    if let Some((place, what)) = scrubber.leak(&json) {
        bail!(
            "{} {} answers with {what} at {place}, which the document does not declare: nothing \
             has been recorded. An overlay in specs/overlays/ has to say `format: password` there",
            entry.method,
            entry.path
        );
    }
    Ok(())
}

/// A folder that becomes this one when all is written, so that there is never half of it.
fn beside(folder: &Path) -> Result<TempDir> {
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

/// Cuts a list, or the items of a page.
fn shorten(json: &mut Json) {
    let items = [Step::Member("items".to_owned())];
    let list = match json {
        Json::List(_) => Some(json),
        page => page.at_mut(&items),
    };
    if let Some(Json::List(items)) = list {
        items.truncate(ITEMS);
    }
}

/// What an answer shows of its schema: which members there are, of which type, and which values of
/// enums.
fn collect_features(
    value: &Json,
    schema: Schema<'_>,
    pattern: &str,
    features: &mut BTreeSet<String>,
) {
    let shape = schema.shape(value);
    let what = match (shape, value) {
        (Shape::Enum, Json::Text(text)) => text,
        (_, value) => value.kind(),
    };
    features.insert(format!("{pattern}: {what}"));
    // What the document leaves open is kept as it is by every type: one of a kind is enough.
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
        Json::List(items) => {
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

    /// Records bodies of operations into a new folder.
    fn record(folder: &Path, extent: Extent, bodies: &[(&str, &str)]) -> Result<usize> {
        let mut recorder =
            Recorder::new(Api::Workspace, folder, extent, Scrubber::default()).unwrap();
        for (id, body) in bodies {
            recorder.keep(&Answer {
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
        let entries = index(folder).unwrap();
        let bodies = entries.iter().map(|entry| entry.body(folder).unwrap());
        bodies
            .map(|body| String::from_utf8(body.to_vec()).unwrap())
            .collect()
    }

    #[test]
    fn everything_is_kept_as_it_is_but_for_secrets() {
        let parent = TempDir::new().unwrap();
        let folder = parent.path().join("new/answers");
        let all = [
            (STATUS, "\"failed\""),
            (STATUS, "\"failed\""),
            (TOKEN, "\"hunter2\""),
        ];
        assert_eq!(record(&folder, Extent::Everything, &all).unwrap(), 3);
        assert_eq!(
            bodies(&folder),
            ["\"[scrubbed]\"\n", "\"failed\"\n", "\"failed\"\n"]
        );
    }

    #[test]
    fn a_small_recording_keeps_short_lists_and_what_is_new() {
        let folder = TempDir::new().unwrap();
        let all = [
            (TYPES, r#"["alerter","orchestrator","model_registry"]"#),
            (TYPES, r#"["alerter"]"#),
            (STATUS, "\"failed\""),
            (STATUS, "\"failed\""),
            (STATUS, "\"completed\""),
        ];
        assert_eq!(record(folder.path(), Extent::WhatIsNew, &all).unwrap(), 3);
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
    fn nothing_is_written_when_an_answer_holds_a_secret_of_another() {
        let parent = TempDir::new().unwrap();
        let folder = parent.path().join("answers");
        // The later answer tells that the earlier one held a secret.
        let all = [(TYPES, r#"["hunter2"]"#), (TOKEN, "\"hunter2\"")];
        let error = record(&folder, Extent::Everything, &all).unwrap_err();
        assert!(error.to_string().contains("$[0]"), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_holds_something_is_not_touched() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("mine"), "").unwrap();
        let recorder = Recorder::new(
            Api::Workspace,
            folder.path(),
            Extent::Everything,
            Scrubber::default(),
        );
        assert!(recorder.unwrap_err().to_string().contains("exists already"));
    }
}
