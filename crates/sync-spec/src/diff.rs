//! `cargo xtask diff`: what has changed between any two documents.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::Value;
use zenml_api_diff::{Notice, Report, compare};
use zenml_codegen::SpecSource;
use zenml_codegen::canonical::{Prose, canonical};
use zenml_codegen::corrected;
use zenml_test_server::Progress;

use crate::api::Api;
use crate::corrections::Corrections;
use crate::document::Document;
use crate::plan::{Side, compared, overlays_path};
use crate::source::{Limits, Source, Token};

/// Obtains two documents and compares them, with the corrections of the checkout at `root` applied
/// where they match.
///
/// # Errors
/// When a document cannot be obtained, is not of `api` (if that is given), or if the two are not of
/// the same API. When there is a token and two servers that it would go to.
pub async fn diff(
    root: &Path,
    [old, new]: [&Source; 2],
    api: Option<Api>,
    token: Option<&Token>,
    progress: &dyn Progress,
) -> Result<Report> {
    if let (Source::Url(old), Source::Url(new), Some(_)) = (old, new, token)
        && old.origin() != new.origin()
    {
        bail!(
            "the token of --token-env would go to two servers, {} and {}: save the document of one \
             of them to a file first",
            old.origin().ascii_serialization(),
            new.origin().ascii_serialization()
        );
    }
    let limits = Limits::default();
    let old = Document::new(old.fetch(token, &limits, progress).await?, api)?;
    let new = Document::new(new.fetch(token, &limits, progress).await?, api)?;
    if old.api != new.api {
        bail!(
            "{} is the document of the {}, {} of the {}: they have nothing in common",
            old.origin,
            old.api,
            new.origin,
            new.api
        );
    }
    progress.stage("Comparing");
    let overlays = Corrections::read(&root.join(overlays_path(old.api)))?.overlays();
    report(&old, &new, &overlays)
}

/// Compares two documents of one API.
///
/// # Errors
/// When an overlay cannot be applied.
pub fn report(old: &Document, new: &Document, overlays: &[Value]) -> Result<Report> {
    let side = |document: &Document| Side::new(&document.text, overlays, SpecSource::External);
    match (side(old), side(new)) {
        (Ok(before), Ok(after)) => Ok(compared(&before, &after)),
        // What happens over HTTP can still be said.
        (before, after) => {
            let cannot = |document: &Document, side: Result<Side>| {
                let error = side.err()?;
                Some(format!("{}: {error:#}", document.origin))
            };
            let http = |document: &Document| {
                let corrected = corrected(&document.text, overlays, SpecSource::External)?;
                anyhow::Ok(canonical(&corrected, Prose::Strip))
            };
            let mut report = compare(&http(old)?, &http(new)?);
            report.notices.push(Notice {
                heading: "The Rust side is not compared: no code can be generated".to_owned(),
                lines: [cannot(old, before), cannot(new, after)]
                    .into_iter()
                    .flatten()
                    .collect(),
            });
            Ok(report)
        }
    }
}
