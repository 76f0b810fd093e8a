//! What do the overlays of an API correct, and which of their actions are stale?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use zenml_codegen::canonical::{Prose, canonical};
use zenml_codegen::files::DESCRIPTIONS;
use zenml_codegen::overlay::apply_matching;
use zenml_codegen::read::read;

/// Returns the folder of an API's overlays, below the root of a checkout.
pub fn overlays_path(api: Api) -> PathBuf {
    PathBuf::from(format!("specs/overlays/{}", api.name()))
}

/// Corrects two documents alike, for a comparison of what they declare. An action that matches
/// something in one of them only is applied to neither: it would look like a change of the API.
///
/// # Errors
/// Returns an error if a document is malformed.
pub fn correct_alike(texts: [&str; 2], overlays: &[Value]) -> Result<[Value; 2]> {
    let [old, new] = texts.map(read);
    let mut documents = [old?, new?].map(|document| canonical(&document, Prose::Strip));
    for overlay in overlays {
        let actions = overlay.get("actions").and_then(Value::as_array);
        for action in actions.into_iter().flatten() {
            let mut single = overlay.clone();
            if let Some(actions) = single.get_mut("actions") {
                *actions = Value::Array(vec![action.clone()]);
            }
            let corrected = documents
                .clone()
                .map(|document| apply_matching(document, &single));
            if let [Ok((old, old_stale)), Ok((new, new_stale))] = corrected
                && old_stale.is_empty()
                && new_stale.is_empty()
            {
                documents = [old, new];
            }
        }
    }
    Ok(documents.map(|document| canonical(&document, Prose::Strip)))
}

use crate::api::Api;
use crate::files;

/// The overlays of an API's document, in the order in which they are applied.
#[derive(Debug, Clone)]
pub struct Overlays {
    files: Vec<OverlayFile>,
}

#[derive(Debug, Clone)]
struct OverlayFile {
    name: String,
    text: String,
    value: Value,
}

/// An action that matches nothing in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaleAction {
    /// The name of the overlay's file.
    pub file: String,
    /// The JSON pointer of the action in that file.
    pub pointer: String,
    /// The JSONPath of what it would correct.
    pub target: String,
    /// Why the action exists.
    pub description: String,
}

/// The new text of each changed file by name; `None` deletes the file.
pub type Rewritten = BTreeMap<String, Option<String>>;

impl Overlays {
    /// Reads the overlays of a folder, sorted by file name.
    ///
    /// # Errors
    /// Returns an error if the folder or a file cannot be read, or a file is not JSON.
    pub fn read(folder: &Path) -> Result<Self> {
        let texts = files::read_folder(folder, |name| {
            name.ends_with(".json") && name != DESCRIPTIONS
        })?;
        let files = texts.into_iter().map(|(name, text)| {
            let value = serde_json::from_str(&text)
                .with_context(|| format!("{} is not JSON", folder.join(&name).display()))?;
            Ok(OverlayFile { name, text, value })
        });
        let files = files.collect::<Result<_>>()?;
        Ok(Self { files })
    }

    /// Returns the overlays in the order in which they are applied.
    pub fn values(&self) -> Vec<Value> {
        self.files.iter().map(|file| file.value.clone()).collect()
    }

    /// Returns the actions that match nothing in `document`.
    ///
    /// # Errors
    /// Returns an error if an overlay is malformed or an action cannot be applied.
    pub fn stale(&self, document: &Value) -> Result<Vec<StaleAction>> {
        let mut document = document.clone();
        let mut stale = Vec::new();
        for file in &self.files {
            let in_file = |error| anyhow!("{}: {error}", file.name);
            let (corrected, unmatched) = apply_matching(document, &file.value).map_err(in_file)?;
            document = corrected;
            stale.extend(unmatched.into_iter().map(|error| {
                let action = file.value.pointer(&error.pointer);
                let text = |key: &str| {
                    let text = action.and_then(|action| action.get(key)?.as_str());
                    text.unwrap_or_default().to_owned()
                };
                StaleAction {
                    file: file.name.clone(),
                    target: text("target"),
                    description: text("description"),
                    pointer: error.pointer,
                }
            }));
        }
        Ok(stale)
    }

    /// Removes actions; everything else keeps its formatting. Returns the remaining overlays and
    /// the changed files.
    ///
    /// # Errors
    /// Returns an error if an overlay is malformed.
    pub fn without(&self, stale: &[StaleAction]) -> Result<(Self, Rewritten)> {
        let mut remaining = Vec::new();
        let mut changed = Rewritten::new();
        for file in &self.files {
            let indices: Vec<usize> = stale
                .iter()
                .filter(|stale| stale.file == file.name)
                .filter_map(|stale| stale.pointer.strip_prefix("/actions/")?.parse().ok())
                .collect();
            if indices.is_empty() {
                remaining.push(file.clone());
                continue;
            }
            let text = cut(&file.text, &indices)
                .with_context(|| format!("{} is not an overlay", file.name))?;
            if let Some(text) = &text {
                remaining.push(OverlayFile {
                    name: file.name.clone(),
                    value: serde_json::from_str(text)
                        .with_context(|| format!("cannot remove actions from {}", file.name))?,
                    text: text.clone(),
                });
            }
            changed.insert(file.name.clone(), text);
        }
        Ok((Self { files: remaining }, changed))
    }
}

/// Removes actions from an overlay's text; returns `None` if no other action remains.
fn cut(text: &str, indices: &[usize]) -> Result<Option<String>> {
    #[derive(Deserialize)]
    struct Actions<'a> {
        #[serde(borrow)]
        actions: Vec<&'a RawValue>,
    }
    let Actions { actions } = serde_json::from_str(text)?;
    let start_of = |action: &RawValue| action.get().as_ptr().addr() - text.as_ptr().addr();
    let spans: Vec<(usize, usize)> = actions
        .iter()
        .map(|action| (start_of(action), start_of(action) + action.get().len()))
        .collect();
    let kept: Vec<&(usize, usize)> = spans
        .iter()
        .enumerate()
        .filter(|(index, _)| !indices.contains(index))
        .map(|(_, span)| span)
        .collect();
    let (Some(first), Some(last)) = (spans.first(), spans.last()) else {
        return Ok(None);
    };
    if kept.is_empty() {
        return Ok(None);
    }
    let (Some(head), Some(tail)) = (text.get(..first.0), text.get(last.1..)) else {
        return Ok(None);
    };
    // The separator is the same between any two actions: a comma and an indented line.
    let between = spans
        .get(1)
        .and_then(|second| text.get(first.1..second.0))
        .unwrap_or(", ");
    let kept: Vec<&str> = kept
        .into_iter()
        .filter_map(|(start, end)| text.get(*start..*end))
        .collect();
    Ok(Some(format!("{head}{}{tail}", kept.join(between))))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const TEXT: &str = r#"{
  "overlay": "1.0.0", "info": {"version": "1", "title": "z before a"},
  "actions": [
    {"target": "$.a", "update": {"b": 1}},
    {"target": "$.gone", "remove": true,
     "description": "why, with a ] and a }"},
    {"target": "$.c", "update": {"z": 1, "a": 2}}
  ]
}
"#;

    #[test]
    fn removing_an_action_keeps_the_formatting_of_the_rest() {
        let cut = |indices: &[usize]| super::cut(TEXT, indices).unwrap().unwrap();
        let without_middle = TEXT.replace(
            "    {\"target\": \"$.gone\", \"remove\": true,\n     \"description\": \"why, with a ] and a }\"},\n",
            "",
        );
        assert_eq!(cut(&[1]), without_middle);
        let without_first =
            TEXT.replace("    {\"target\": \"$.a\", \"update\": {\"b\": 1}},\n", "");
        assert_eq!(cut(&[0]), without_first);
        let last_two = cut(&[1, 2]);
        assert!(last_two.ends_with("{\"b\": 1}}\n  ]\n}\n"), "{last_two}");
    }

    #[test]
    fn an_overlay_without_actions_is_deleted() {
        assert_eq!(cut(TEXT, &[0, 1, 2]).unwrap(), None);
    }

    #[test]
    fn a_stale_action_has_its_file_pointer_and_target() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::write(folder.path().join("b.json"), TEXT).unwrap();
        let overlays = Overlays::read(folder.path()).unwrap();
        let document = serde_json::json!({"a": {}, "c": {}});
        let stale = overlays.stale(&document).unwrap();
        assert_eq!(
            stale,
            [StaleAction {
                file: "b.json".into(),
                pointer: "/actions/1".into(),
                target: "$.gone".into(),
                description: "why, with a ] and a }".into(),
            }]
        );
        let (remaining, changed) = overlays.without(&stale).unwrap();
        assert_eq!(remaining.stale(&document).unwrap(), []);
        assert_eq!(changed.len(), 1);
    }
}
