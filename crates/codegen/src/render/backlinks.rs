//! Where each type is used, for its documentation.

use std::collections::BTreeMap;

use super::docs::{evidence_text, paragraph, prose};
use super::feature_gates::FeatureGates;
use super::links::Links;
use crate::model::{Api, Outcome, mentioned};

/// The number of links of one kind; further ones are only counted.
const MENTIONS: usize = 4;

#[derive(Default)]
struct Mentions {
    returned_by: Vec<String>,
    sent_by: Vec<String>,
    part_of: Vec<String>,
}

/// The items that mention each type.
pub(super) struct Backlinks(BTreeMap<String, Mentions>);

impl Backlinks {
    pub(super) fn new(api: &Api, gates: &FeatureGates, links: &Links<'_>) -> Self {
        let mut backlinks: BTreeMap<String, Mentions> = BTreeMap::new();
        for operation in &api.operations {
            let link = links.method(&operation.name);
            if let Outcome::Json(ty) = &operation.result {
                for name in mentioned(ty) {
                    backlinks
                        .entry(name)
                        .or_default()
                        .returned_by
                        .push(link.clone());
                }
            }
            for name in operation.body.iter().flat_map(|body| mentioned(&body.ty)) {
                backlinks
                    .entry(name)
                    .or_default()
                    .sent_by
                    .push(link.clone());
            }
        }
        for (parent, ty) in &api.types {
            let link = if gates.ty(parent).is_some() {
                format!("`{parent}`")
            } else {
                format!("[`{parent}`]")
            };
            for name in ty.parts().into_iter().flat_map(mentioned) {
                let holders = &mut backlinks.entry(name.clone()).or_default().part_of;
                if name != *parent && !holders.contains(&link) {
                    holders.push(link.clone());
                }
            }
        }
        Self(backlinks)
    }

    /// Returns the documentation of a type.
    pub(super) fn ty(
        &self,
        name: &str,
        description: Option<&str>,
        evidence: Option<&str>,
    ) -> Vec<String> {
        let mut lines = description.map(prose).unwrap_or_default();
        if let Some(mentions) = self.0.get(name) {
            for (verb, links) in [
                ("Returned by", &mentions.returned_by),
                ("Sent by", &mentions.sent_by),
                ("Part of", &mentions.part_of),
            ] {
                if !links.is_empty() {
                    paragraph(&mut lines, vec![format!("{verb} {}.", list(links))]);
                }
            }
        }
        if lines.is_empty() {
            lines.push("Values of a parameter.".to_owned());
        }
        if let Some(evidence) = evidence {
            let text = format!("Evidence: {}.", evidence_text(evidence));
            paragraph(&mut lines, vec![text]);
        }
        lines
    }
}

/// Returns `a, b`, or the first few and the number of the others.
fn list(items: &[String]) -> String {
    let shown = items.get(..MENTIONS).unwrap_or(items);
    match items.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
