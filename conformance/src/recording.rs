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
    /// Becomes the folder when all is written, so that there is never half of one.
    partial: TempDir,
    entries: Vec<Entry>,
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
    /// When it exists and is not empty, or nothing can be written beside it.
    pub fn new(api: Api, folder: &Path, extent: Extent, scrubber: Scrubber) -> Result<Self> {
        let is_empty = fs::read_dir(folder).is_ok_and(|mut files| files.next().is_none());
        if folder.exists() && !is_empty {
            bail!(
                "{} exists already: name a new folder to record into, or remove it",
                folder.display()
            );
        }
        let parent = match folder.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        fs::create_dir_all(parent)
            .with_context(|| format!("cannot create {}", parent.display()))?;
        let partial = tempfile::Builder::new()
            .prefix(".recording-")
            .tempdir_in(parent)
            .with_context(|| format!("cannot write into {}", parent.display()))?;
        Ok(Self {
            api,
            folder: folder.to_path_buf(),
            extent,
            partial,
            entries: Vec::new(),
            scrubber,
            seen: BTreeMap::new(),
        })
    }

    /// What must not be in the recording.
    pub fn scrubber(&mut self) -> &mut Scrubber {
        &mut self.scrubber
    }

    /// Keeps an answer, without its secrets.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&mut self, answer: &Answer<'_>) -> Result<()> {
        let operation = answer.operation;
        let text = String::from_utf8_lossy(answer.body);
        let json = match operation.body {
            Body::Json(_) | Body::Text => text.parse::<Json>(),
            // Files and streams of a server are of no use here, and may be large.
            Body::Bytes | Body::Events if answer.status.is_success() => return Ok(()),
            Body::Bytes | Body::Events => text.parse(),
        };
        let (text, ending) = match json {
            Ok(json) => match self.prepared(answer, json)? {
                Some(text) => (text, "json"),
                None => return Ok(()),
            },
            Err(_) => (text.into_owned(), "txt"),
        };
        self.write(answer, &text, ending)
    }

    /// The answer's text, unless it shows nothing new in a small recording.
    fn prepared(&mut self, answer: &Answer<'_>, mut json: Json) -> Result<Option<String>> {
        let schema = match answer.status.is_success() {
            true => self.api.answer(answer.operation),
            false => Schema::new(&serde_json::Value::Null, &serde_json::Value::Null),
        };
        self.scrubber.scrub(&mut json, schema);
        if self.extent == Extent::Everything {
            return Ok(Some(json.to_string()));
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
        Ok((seen.len() > known).then(|| json.to_string()))
    }

    fn write(&mut self, answer: &Answer<'_>, text: &str, ending: &str) -> Result<()> {
        let status = answer.status.as_u16();
        let mut stem = answer.operation.call.name.to_owned();
        if !answer.label.is_empty() {
            stem = format!("{stem}-{}", answer.label);
        }
        if !answer.status.is_success() {
            stem = format!("{stem}-{status}");
        }
        let taken = |file: &str| self.entries.iter().any(|entry| entry.file == file);
        let file = (1_usize..)
            .map(|number| format!("{stem}-{number}.{ending}"))
            .find(|file| !taken(file))
            .unwrap_or_default();
        fs::write(self.partial.path().join(&file), format!("{text}\n"))?;
        self.entries.push(Entry {
            file,
            operation_id: answer.operation.call.id.to_owned(),
            method: answer.operation.call.method.to_string(),
            path: answer.path.to_owned(),
            status,
        });
        Ok(())
    }

    /// Writes the index and puts the folder in its place; says how many answers it holds.
    ///
    /// # Errors
    /// When something cannot be written, and when something like a secret remains in an answer:
    /// then the document declares too little, and nothing is recorded.
    pub fn finish(mut self) -> Result<usize> {
        for entry in &self.entries {
            self.check(entry)?;
        }
        self.entries.sort_by(|a, b| a.file.cmp(&b.file));
        let mut index = serde_json::to_string_pretty(&self.entries)?;
        index.push('\n');
        fs::write(self.partial.path().join(INDEX), index)?;
        if self.folder.exists() {
            fs::remove_dir(&self.folder)?;
        }
        fs::rename(self.partial.path(), &self.folder)
            .with_context(|| format!("cannot create {}", self.folder.display()))?;
        // It has moved: there is nothing left to clean up.
        drop(self.partial.keep());
        Ok(self.entries.len())
    }
}

impl Recorder {
    /// At the end, because by then all secrets are known that any answer told.
    fn check(&self, entry: &Entry) -> Result<()> {
        let body = entry.body(self.partial.path())?;
        let text = String::from_utf8_lossy(&body).into_owned();
        let json = text.parse().unwrap_or(Json::Text(text));
        if let Some((place, what)) = self.scrubber.leak(&json) {
            bail!(
                "{} {} answers with {what} at {place}, which the document does not declare: \
                 nothing has been recorded. An overlay in specs/overlays/ has to say `format: \
                 password` there",
                entry.method,
                entry.path
            );
        }
        Ok(())
    }
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
