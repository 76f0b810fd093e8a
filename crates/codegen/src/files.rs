//! The edge: the files that an API is generated from.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Error, Origin, Result};

/// A document and its corrections, as found on disk.
#[derive(Debug, Clone)]
pub struct Source {
    /// Where the document lies.
    pub path: PathBuf,
    /// The document's text.
    pub text: String,
    /// The overlays, in the order of their file names.
    pub overlays: Vec<Value>,
    /// Whose document it is.
    pub origin: Origin,
}

/// The document that an environment variable's value names, if it is set and not empty.
///
/// # Errors
///
/// When the path is relative: a build script runs in its package's folder, which for a dependency
/// lies somewhere in cargo's registry.
pub fn named_by(variable: &str, value: Option<OsString>) -> Result<Option<PathBuf>> {
    let path = value.filter(|value| !value.is_empty()).map(PathBuf::from);
    match path {
        Some(path) if path.is_relative() => Err(Error::new(
            "",
            format!("{variable} is `{}`, a relative path", path.display()),
            "give an absolute path; a relative one would be looked for in the folder of the crate \
             that is built, not in yours",
        )),
        path => Ok(path),
    }
}

/// Reads `specs/<api>.json`, or `other` in its place, and `specs/overlays/<api>/*.json`.
///
/// # Errors
///
/// When a file cannot be read, or an overlay is no JSON; the message names the file.
pub fn load(specs: &Path, api: &str, other: Option<&Path>) -> Result<Source> {
    let own = specs.join(format!("{api}.json"));
    let path = other.map_or(own, Path::to_path_buf);
    let mut overlays = Vec::new();
    for file in overlay_files(&specs.join("overlays").join(api))? {
        let overlay = serde_json::from_str(&text(&file)?).map_err(|error| {
            Error::new(
                "",
                format!("{} is no JSON: {error}", file.display()),
                "correct the overlay",
            )
        })?;
        overlays.push(overlay);
    }
    Ok(Source {
        text: text(&path)?,
        path,
        overlays,
        origin: if other.is_some() {
            Origin::Elsewhere
        } else {
            Origin::Specs
        },
    })
}

impl Source {
    /// [`generate`](crate::generate) from these files, with the document's path in the error.
    ///
    /// # Errors
    ///
    /// See [`generate`](crate::generate).
    pub fn generate(&self) -> Result<crate::api::Api> {
        crate::generate(&self.text, &self.overlays, self.origin)
            .map_err(|error| self.explain(error))
    }

    /// The document, [`corrected`](crate::corrected), with its path in the error.
    ///
    /// # Errors
    ///
    /// See [`corrected`](crate::corrected).
    pub fn document(&self) -> Result<Value> {
        crate::corrected(&self.text, &self.overlays, self.origin)
            .map_err(|error| self.explain(error))
    }

    fn explain(&self, error: Error) -> Error {
        Error {
            problem: format!("{} (in {})", error.problem, self.path.display()),
            ..error
        }
    }
}

fn overlay_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |error| cannot_read(folder, &error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| cannot_read(path, &error))
}

fn cannot_read(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        "",
        format!("cannot read {}: {error}", path.display()),
        "give the path of an OpenAPI document that exists",
    )
}
