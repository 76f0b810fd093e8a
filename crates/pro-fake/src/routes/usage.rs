//! What workspace servers report as used.

use serde_json::Value;

use super::Routes;
use crate::{
    call::{Call, Outcome, Refusal},
    state::{State, Usage},
};

pub(super) const ROUTES: Routes = &[
    ("POST /usage-event", report),
    ("POST /usage-batch", report_batch),
];

fn report(state: &mut State, call: &Call<'_>) -> Outcome {
    let workspace = call.caller()?.server()?;
    let organization = state.workspace(workspace)?.organization;
    if call.body_id("organization_id")? != Some(organization) {
        return Err(Refusal::forbidden("another organization's usage"));
    }
    state.usage.push(Usage {
        feature: call.body_text("feature").unwrap_or_default().to_owned(),
        total: call.body_number("total").unwrap_or_default(),
        workspace,
        metadata: call.input.body.get("metadata").cloned().unwrap_or_default(),
    });
    Ok(Value::Null)
}

/// Totals by feature, under a name of which the document does not say what it names.
fn report_batch(state: &mut State, call: &Call<'_>) -> Outcome {
    let workspace = call.caller()?.server()?;
    for (of, totals) in call.input.body.as_object().into_iter().flatten() {
        for (feature, total) in totals.as_object().into_iter().flatten() {
            state.usage.push(Usage {
                feature: feature.clone(),
                total: total.as_i64().unwrap_or_default(),
                workspace,
                metadata: serde_json::json!({ "of": of }),
            });
        }
    }
    Ok(Value::Null)
}
