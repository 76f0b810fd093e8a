//! What changed between any two documents? Implements `cargo xtask diff`.

use std::path::Path;

use anyhow::{Result, bail};
use serde_json::Value;
use zenml_api_diff::{Notice, Report, compare};
use zenml_codegen::availability::Availability;
use zenml_codegen::{SpecSource, model};
use zenml_test_server::Progress;

use crate::api::Api;
use crate::availability;
use crate::document::Document;
use crate::generation::generated;
use crate::overlays::{Overlays, correct_alike, overlays_path};
use crate::plan::CRATE_VERSION;
use crate::source::{Limits, Source, Token};

/// Fetches two documents and compares them. The availability and the overlays of the checkout at `root`
/// are applied to both where they match.
///
/// # Errors
/// Returns an error if a document cannot be fetched or does not describe `api`, if the two describe
/// different APIs, or if the token would be sent to two servers.
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
            "the token of --token-env would be sent to two servers, {} and {}; save the document \
             of one of them to a file first",
            old.origin().ascii_serialization(),
            new.origin().ascii_serialization()
        );
    }
    let limits = Limits::default();
    let old = Document::new(old.fetch(token, &limits, progress).await?, api)?;
    let new = Document::new(new.fetch(token, &limits, progress).await?, api)?;
    if old.api != new.api {
        bail!(
            "{} is the document of the {}, but {} is that of the {}; give two documents of one API",
            old.origin,
            old.api,
            new.origin,
            new.api
        );
    }
    progress.stage("Comparing");
    let overlays = Overlays::read(&root.join(overlays_path(old.api)))?.values();
    let availability = availability::read(root, old.api)?;
    report(&old, &new, availability.as_ref(), &overlays)
}

/// Compares two documents of one API.
///
/// # Errors
/// Returns an error if a document is malformed. If no code can be generated from one of them, the
/// report says so and has the changes over HTTP only.
pub fn report(
    old: &Document,
    new: &Document,
    availability: Option<&Availability>,
    overlays: &[Value],
) -> Result<Report> {
    let [before, after] = correct_alike([&old.text, &new.text], overlays)?;
    let report = compare(&before, &after);
    let model = |document: &Document| {
        generated(&document.text, availability, overlays, SpecSource::External)
    };
    Ok(match (model(old), model(new)) {
        (Ok(before), Ok(after)) => {
            let mut report = report.with_rust(&before, &after, CRATE_VERSION);
            report.notices.extend(left_out(old, &before));
            report.notices.extend(left_out(new, &after));
            report
        }
        (before, after) => {
            let cannot = |document: &Document, model: Result<_>| {
                let error = model.err()?;
                Some(format!("{}: {error:#}", document.origin))
            };
            let lines = [cannot(old, before), cannot(new, after)];
            let mut report = report;
            report.notices.push(Notice {
                heading: "Rust items are not compared: no code can be generated".to_owned(),
                lines: lines.into_iter().flatten().collect(),
            });
            report
        }
    })
}

/// Returns the parts of a document that cannot be expressed, each with its reason.
fn left_out(document: &Document, generated: &model::Api) -> Option<Notice> {
    let parts = generated.left_out.iter();
    let lines: Vec<String> = parts
        .map(|left_out| format!("{}: {}", left_out.part, left_out.reason))
        .collect();
    let heading = format!(
        "Parts that no code is generated for, in {}; `request` reaches the operations",
        document.origin
    );
    (!lines.is_empty()).then_some(Notice { heading, lines })
}
