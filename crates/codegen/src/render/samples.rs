//! How the samples of response types are rendered: each as one text of JSON.

use super::attribute;
use super::feature_gates::FeatureGates;
use crate::model::Api;

pub(super) fn samples(api: &Api, gates: &FeatureGates) -> String {
    let received = api.received();
    let lines = received.iter().filter_map(|name| {
        let text = api.sample(&syn::parse_str(name).ok()?)?.to_string();
        let gate = attribute(gates.ty(name));
        Some(format!("    {gate}{name} = {text:?};\n"))
    });
    format!(
        "crate::mock::sample::samples! {{\n{}}}\n",
        lines.collect::<String>()
    )
}
