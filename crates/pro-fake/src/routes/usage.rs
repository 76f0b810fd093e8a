//! What do workspace servers report as used?

use serde_json::{Value, json};

use super::Routes;
use crate::{
    api_error::ApiError,
    call::{Call, HandlerResult},
    model::Usage,
    state::State,
};

pub(super) const ROUTES: Routes = &[
    ("POST /usage-event", report),
    ("POST /usage-batch", report_batch),
];

fn report(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let workspace = call.caller()?.server()?;
    let organization = state.workspace(workspace)?.organization;
    if call.body_id("organization_id")? != Some(organization) {
        return Err(ApiError::forbidden(
            "the usage belongs to another organization",
        ));
    }
    state.usage.push(Usage {
        feature: call.body_text("feature").unwrap_or_default().to_owned(),
        total: call.body_number("total").unwrap_or_default(),
        workspace,
        metadata: call.input.body.get("metadata").cloned().unwrap_or_default(),
    });
    Ok(Value::Null)
}

/// Stores totals by feature, under a key that the document does not explain.
fn report_batch(state: &mut State, call: &Call<'_>) -> HandlerResult {
    let workspace = call.caller()?.server()?;
    for (of, totals) in call.input.body.as_object().into_iter().flatten() {
        for (feature, total) in totals.as_object().into_iter().flatten() {
            state.usage.push(Usage {
                feature: feature.clone(),
                total: total.as_i64().unwrap_or_default(),
                workspace,
                metadata: json!({ "of": of }),
            });
        }
    }
    Ok(Value::Null)
}
