//! What does a document have without a description, and which descriptions match nothing?

use zenml_api_diff::Notice;
use zenml_codegen::descriptions::Descriptions;
use zenml_codegen::model;

/// Returns what to change in the descriptions of an API. They never stop a run: the code is generated
/// without them, and `cargo test` reports them too.
pub fn notices(descriptions: &Descriptions, model: &model::Api) -> Vec<Notice> {
    if *descriptions == Descriptions::default() {
        return Vec::new();
    }
    let notices = [
        (
            "Describe these operations and groups in descriptions.json",
            descriptions.missing(model),
        ),
        (
            "Delete these entries of descriptions.json, which match nothing",
            descriptions.unused(model),
        ),
    ];
    let notices = notices.into_iter().filter(|(_, names)| !names.is_empty());
    notices
        .map(|(heading, names)| Notice {
            heading: heading.to_owned(),
            lines: names.iter().map(|name| format!("`{name}`")).collect(),
        })
        .collect()
}
