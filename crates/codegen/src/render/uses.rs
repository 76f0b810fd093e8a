//! Who sends, returns or contains each type: what its documentation says of it.

use std::collections::BTreeMap;

use super::docs::{evidence_text, paragraph, prose};
use super::gates::Gates;
use crate::api::{Api, Outcome, mentioned};

/// Where more than this many places mention a type, the rest is counted.
const MENTIONS: usize = 4;

#[derive(Default)]
struct Mentions {
    returned_by: Vec<String>,
    sent_by: Vec<String>,
    part_of: Vec<String>,
}

/// The places that mention each type.
pub(super) struct Uses(BTreeMap<String, Mentions>);

impl Uses {
    pub(super) fn new(api: &Api, gates: &Gates) -> Self {
        let mut uses: BTreeMap<String, Mentions> = BTreeMap::new();
        for operation in &api.operations {
            // rustdoc may not see what is behind a feature, so that a link could break.
            let link = if gates.operation(operation).is_some() {
                format!("`{}`", operation.name)
            } else {
                format!("[`{0}`](super::Client::{0})", operation.name)
            };
            if let Outcome::Json(ty) = &operation.result {
                for name in mentioned(ty) {
                    uses.entry(name).or_default().returned_by.push(link.clone());
                }
            }
            for name in operation.body.iter().flat_map(|body| mentioned(&body.ty)) {
                uses.entry(name).or_default().sent_by.push(link.clone());
            }
        }
        for (parent, ty) in &api.types {
            let link = if gates.ty(parent).is_some() {
                format!("`{parent}`")
            } else {
                format!("[`{parent}`]")
            };
            for name in ty.parts().into_iter().flat_map(mentioned) {
                let holders = &mut uses.entry(name.clone()).or_default().part_of;
                if name != *parent && !holders.contains(&link) {
                    holders.push(link.clone());
                }
            }
        }
        Self(uses)
    }

    /// The documentation of a type.
    pub(super) fn ty(
        &self,
        name: &str,
        description: Option<&str>,
        evidence: Option<&str>,
    ) -> Vec<String> {
        let mut lines = description.map(prose).unwrap_or_default();
        if let Some(mentions) = self.0.get(name) {
            for (verb, places) in [
                ("Returned by", &mentions.returned_by),
                ("Sent by", &mentions.sent_by),
                ("Part of", &mentions.part_of),
            ] {
                if !places.is_empty() {
                    paragraph(&mut lines, vec![format!("{verb} {}.", list(places))]);
                }
            }
        }
        if lines.is_empty() {
            lines.push("The values of a parameter.".to_owned());
        }
        if let Some(evidence) = evidence {
            let text = format!("Evidence: {}.", evidence_text(evidence));
            paragraph(&mut lines, vec![text]);
        }
        lines
    }
}

/// `a, b`, or the first few and how many more.
fn list(items: &[String]) -> String {
    let shown = items.get(..MENTIONS).unwrap_or(items);
    match items.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
