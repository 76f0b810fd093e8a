//! What the canonical form removes, sorts and keeps.

use serde_json::Value;
use zenml_codegen::canonical::{Prose, canonical};

use crate::case::{Case, cases};

cases! { "canonical", check:
    strips_descriptions_examples_and_titles
    keeps_properties_named_like_prose
    keeps_default_const_and_enum_values_as_they_are
    keeps_evidence_and_strips_other_remarks
    sorts_keys_and_sets
    sorts_parameters_by_location_and_name
    keeps_the_order_of_alternatives_with_null_last
    keeps_the_order_of_tags_and_servers
    turns_a_title_that_is_a_sentence_into_a_description
}

/// `expected.json` is the stripped form, `expected-keep.json` the one that keeps descriptions.
fn check(case: &Case) {
    let input = case.json("input.json");
    let stripped = canonical(&input, Prose::Strip);
    let kept = canonical(&input, Prose::Keep);
    case.check_text("expected.json", &stripped);
    if case.has("expected-keep.json") {
        case.check_text("expected-keep.json", &kept);
    }
    assert_stable(&stripped, Prose::Strip);
    assert_stable(&kept, Prose::Keep);
    assert_eq!(canonical(&kept, Prose::Strip), stripped);
}

fn assert_stable(document: &Value, prose: Prose) {
    assert_eq!(&canonical(document, prose), document, "not idempotent");
}
