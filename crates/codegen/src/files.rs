//! Which files an API is generated from.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::availability::Availability;
use crate::descriptions::Descriptions;
use crate::{Error, Result, SpecSource};

/// The name of the file beside the overlays that is not an overlay: the descriptions.
pub const DESCRIPTIONS: &str = "descriptions.json";

/// A document and its corrections, as read from disk.
#[derive(Debug, Clone)]
pub struct SpecFiles {
    /// The path of the document.
    pub path: PathBuf,
    /// The document's text.
    pub text: String,
    /// What the supported versions of the server have, if known.
    pub availability: Option<Availability>,
    /// The overlays, in the order of their file names.
    pub overlays: Vec<Value>,
    /// The descriptions of the API.
    pub descriptions: Descriptions,
    /// Where the document comes from.
    pub source: SpecSource,
}

/// Returns the path that an environment variable holds, if it is set and not empty.
///
/// # Errors
///
/// Returns an error if the path is relative: a build script runs in the folder of its package,
/// which for a dependency is in cargo's registry.
pub fn path_in_variable(variable: &str, value: Option<OsString>) -> Result<Option<PathBuf>> {
    let path = value.filter(|value| !value.is_empty()).map(PathBuf::from);
    match path {
        Some(path) if path.is_relative() => Err(Error::new(
            "",
            format!("{variable} is `{}`, a relative path", path.display()),
            "set an absolute path; a relative one would start in the folder of the crate being \
             built, not in yours",
        )),
        path => Ok(path),
    }
}

/// The API that `specs/availability.json` is about: the versions of the other one are unknown.
const VERSIONED: &str = "workspace";

/// Reads `specs/<api>.json`, or `external` in its place, `specs/overlays/<api>/*.json`, and for the
/// Workspace API `specs/availability.json`.
///
/// # Errors
///
/// Returns an error that names the file if one cannot be read, or if an overlay, the availability or
/// the descriptions are malformed.
pub fn load(specs: &Path, api: &str, external: Option<&Path>) -> Result<SpecFiles> {
    let committed = specs.join(format!("{api}.json"));
    let path = external.map_or(committed, Path::to_path_buf);
    let mut overlays = Vec::new();
    let folder = specs.join("overlays").join(api);
    for file in overlay_files(&folder)? {
        let overlay = serde_json::from_str(&text(&file)?).map_err(|error| {
            Error::new(
                "",
                format!("{} is not JSON: {error}", file.display()),
                "correct the overlay",
            )
        })?;
        overlays.push(overlay);
    }
    let availability = (api == VERSIONED).then(|| {
        let path = specs.join("availability.json");
        Availability::read(&text(&path)?)
    });
    Ok(SpecFiles {
        text: text(&path)?,
        path,
        availability: availability.transpose()?,
        overlays,
        descriptions: descriptions(&folder.join(DESCRIPTIONS))?,
        source: if external.is_some() {
            SpecSource::External
        } else {
            SpecSource::Committed
        },
    })
}

impl SpecFiles {
    /// Calls [`generate`](crate::generate) with these files, and adds the descriptions.
    ///
    /// # Errors
    ///
    /// Returns the error of [`generate`](crate::generate), with the path of the document.
    pub fn generate(&self) -> Result<crate::model::Api> {
        let availability = self.availability.as_ref();
        let api = crate::generate(&self.text, availability, &self.overlays, self.source);
        let mut api = api.map_err(|error| self.with_path(error))?;
        self.descriptions.apply(&mut api);
        Ok(api)
    }

    /// Calls [`corrected`](crate::corrected) with these files.
    ///
    /// # Errors
    ///
    /// Returns the error of [`corrected`](crate::corrected), with the path of the document.
    pub fn document(&self) -> Result<Value> {
        let availability = self.availability.as_ref();
        crate::corrected(&self.text, availability, &self.overlays, self.source)
            .map_err(|error| self.with_path(error))
    }

    fn with_path(&self, error: Error) -> Error {
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
        let is_json = path.extension().is_some_and(|end| end == "json");
        if is_json && !path.ends_with(DESCRIPTIONS) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads the descriptions of an API. An API without the file has none.
///
/// # Errors
///
/// Returns an error that names the file if it cannot be read or is malformed.
pub fn descriptions(path: &Path) -> Result<Descriptions> {
    if !path.exists() {
        return Ok(Descriptions::default());
    }
    Descriptions::read(&text(path)?).map_err(|error| Error {
        problem: format!("{}: {}", path.display(), error.problem),
        ..error
    })
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
