//! How the samples of response types are rendered: each as one text of JSON.

use super::feature_gates::FeatureGates;
use crate::model::Api;

pub(super) fn samples(api: &Api, gates: &FeatureGates) -> String {
    let received = api.received();
    let lines = received.iter().filter_map(|name| {
        let text = api.sample(name)?.to_string();
        let gate = gates.ty(name).map(|gate| format!("{gate} "));
        Some(format!(
            "    {}{name} = {text:?};\n",
            gate.unwrap_or_default()
        ))
    });
    format!(
        "crate::mock::sample::samples! {{\n{}}}\n",
        lines.collect::<String>()
    )
}
