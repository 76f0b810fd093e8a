//! Checks how each kind of change is classified and described: the labelled set.
//!
//! A case is a JSON Patch of a document in `tests/compare/bases/`. Expected classes were written by
//! hand; use `UPDATE_GOLDEN` for wording only.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use zenml_api_diff::{Change, Item, Place, Subject, compare};
use zenml_codegen::canonical::{Prose, canonical};
use zenml_codegen::{SpecSource, generate};

use crate::case::{Case, cases};

cases! { "compare", check:
    operation_removed
    operation_added
    operation_renamed_on_the_same_path
    operation_moved_to_another_path
    operation_moved_to_another_method
    operation_deprecated
    operation_no_longer_deprecated
    deprecated_operation_removed
    operation_with_another_summary
    operation_with_another_description
    operation_with_another_tag
    operation_requires_credentials
    operation_requires_no_credentials
    operation_accepts_more_credentials
    operations_renamed_from_tenant_to_workspace
    alias_removed_while_its_twin_stays
    parameter_removed
    parameter_added_optional
    parameter_added_required
    parameter_became_required
    parameter_became_optional
    parameter_of_another_type
    parameter_renamed
    path_parameter_renamed
    parameter_moved_to_a_header
    parameter_of_another_style
    parameter_style_spelled_out
    parameter_no_longer_allows_lists
    parameter_takes_integers_too
    parameter_without_null
    parameter_with_another_default
    parameter_limited_more_tightly
    parameter_limited_less_tightly
    parameter_deprecated
    parameter_with_a_description
    redundant_alternative_of_a_parameter_dropped
    header_parameter_became_required
    parameters_of_the_path_instead_of_the_operation
    body_added_optional
    body_added_required
    body_removed
    body_became_required
    body_became_optional
    body_of_another_content_type
    body_of_one_more_content_type
    body_of_another_schema
    body_field_added_optional
    body_field_added_required
    body_field_removed
    body_field_renamed
    body_field_became_required
    body_field_became_optional
    body_field_may_be_null
    body_field_can_no_longer_be_null
    body_field_of_a_wider_type
    body_field_of_another_type
    body_field_items_of_another_type
    body_field_items_may_be_null
    body_field_limited_more_tightly
    body_field_with_a_pattern
    limits_in_another_notation
    body_field_of_fewer_multiples
    body_field_of_more_multiples
    body_field_of_other_multiples
    limit_beside_a_reference_tightened
    limit_beside_a_union_loosened
    limit_beside_a_negation
    format_beside_a_reference
    body_field_became_a_uuid
    body_no_longer_allows_undeclared_properties
    body_field_no_longer_allows_undeclared_properties
    body_field_allows_undeclared_properties
    empty_object_became_one_with_fields
    undeclared_field_became_required
    undeclared_field_may_be_missing
    body_field_read_only
    body_field_of_bytes_in_another_notation
    response_field_added
    response_field_added_always_there
    response_field_removed
    response_field_renamed
    response_field_of_a_schema_renamed
    response_field_replaced_by_an_unrelated_one
    response_field_may_be_missing
    response_field_may_be_missing_or_null
    response_field_always_there
    response_field_may_be_null
    response_field_can_no_longer_be_null
    response_field_traded_missing_for_null
    response_field_of_another_type
    response_field_of_a_wider_type
    response_field_of_a_narrower_type
    response_field_became_free_json
    response_field_of_another_format
    response_field_lost_its_format
    response_field_gained_a_format
    response_field_checked_for_another_format
    response_field_marked_as_a_secret
    response_field_limit_loosened
    response_field_with_a_default
    response_field_with_a_description
    response_field_deprecated
    response_field_write_only
    response_map_of_another_type
    response_of_another_schema
    response_became_a_list
    response_without_a_schema_gained_one
    response_may_be_null
    response_is_no_longer_null
    response_without_a_body
    response_with_a_body
    response_of_another_content_type
    response_of_one_more_content_type
    success_of_another_status
    success_of_one_more_status_with_another_body
    success_of_one_more_status_with_the_same_body
    error_added
    error_removed
    only_success_removed
    error_field_removed
    error_field_added
    response_header_added
    shared_field_may_be_missing
    shared_field_is_required
    shared_field_may_be_null
    shared_field_added
    shared_field_added_required
    shared_field_limited_more_tightly
    shared_field_with_another_default
    shared_field_removed
    enum_value_added
    enum_value_removed
    enum_value_renamed
    enum_replaced
    enum_became_any_string
    string_became_an_enum
    enum_only_sent_gains_a_value
    enum_only_received_loses_a_value
    constant_changed
    variant_received
    variant_sent
    variant_no_longer_sent
    variant_no_longer_received
    union_with_another_discriminator
    union_with_another_discriminator_value
    union_without_discriminator
    union_in_another_order
    union_by_any_of_instead_of_one_of
    union_named_instead_of_in_place
    untagged_union_gains_an_alternative
    untagged_union_loses_an_alternative
    scalars_gain_an_alternative
    scalars_became_one_type
    scalars_by_a_list_of_types
    one_schema_became_a_union
    place_of_a_tuple_of_another_type
    tuple_of_another_length
    field_of_a_variant_removed
    field_of_a_recursive_schema_added
    field_of_a_recursive_schema_may_be_null
    null_by_a_list_of_types
    null_by_one_of
    null_by_an_enum
    reference_wrapped_in_all_of
    enum_of_one_value_as_a_constant
    schema_inlined
    schema_extracted
    schema_inlined_with_a_change
    schema_renamed
    schema_renamed_with_a_change
    schema_split_into_input_and_output
    generic_page_renamed
    generic_page_of_a_changed_item
    field_refers_to_a_twin
    field_refers_to_a_sibling_with_less
    required_listed_in_another_order
    titles_and_examples
    default_of_null_spelled_out
    unused_schema_added
    security_scheme_redeclared
    security_scheme_with_another_annotation
    servers_listed
    keyword_that_is_not_understood
    negation_that_is_not_understood
    negation_beside_a_type
    intersection_beside_a_type
    nothing_changed_but_the_version
    string_or_an_enum
    field_became_an_integer_or_a_number
    schema_used_by_others_than_before
    response_header_may_be_missing
    response_header_removed
    field_name_that_contains_the_old_one
    two_fields_of_one_type_replaced
    limits_of_a_range_renamed_are_not_mixed_up
    union_without_its_mapping
    tuple_no_longer_allows_more_items
    required_read_only_field_added_to_a_body
    field_required_beside_a_reference_became_optional
    map_keys_lost_a_value_behind_a_reference
    response_field_removed_behind_a_path_reference
    operation_on_a_server_of_its_own
    operation_requires_one_credential_less
    enum_beside_a_list_of_types_lost_null
    negated_enum_gained_a_value_behind_a_reference
    at_least_zero_items_spelled_out
    enum_as_a_union_of_constants
    number_bound_became_inclusive
    header_parameter_in_lower_case
    form_field_of_another_encoding
    base_class_maps_another_value
    verb_after_a_path_parameter_changed
    callback_body_changed_behind_a_reference
    query_parameter_became_a_list
    merged_base_of_a_named_response_lost_a_field
    merged_base_of_a_response_lost_a_field
    merged_base_of_a_body_requires_a_field
}

/// Compares with `expected.txt`, which has class, subject, uses and sentence of each change, and with
/// `expected-rust.txt`, if that exists, which has the changes for Rust callers.
fn check(case: &Case) {
    let (old, new) = documents(case);
    let report = compare(&old, &new);
    let lines: String = report
        .changes
        .iter()
        .map(|change| line(change) + "\n")
        .collect();
    case.check_file("expected.txt", &lines);
    for change in &report.changes {
        assert_resolves(&old, change.old.as_ref(), change);
        assert_resolves(&new, change.new.as_ref(), change);
    }
    let way_back = compare(&new, &old);
    assert_eq!(
        way_back.is_empty(),
        report.is_empty(),
        "a change is visible in one direction only"
    );
    if case.has("expected-rust.txt") {
        let [old, new] = [&old, &new].map(|document| {
            let api = generate(&document.to_string(), None, &[], SpecSource::Committed);
            api.unwrap_or_else(|error| panic!("{error}"))
        });
        let rust = report.with_rust(&old, &new, "0.1.0").rust.unwrap();
        let items: String = rust
            .items
            .iter()
            .map(|item| item_line(item) + "\n")
            .collect();
        case.check_file(
            "expected-rust.txt",
            &format!("{}\n{items}", rust.step.name()),
        );
    }
}

/// Returns the base document of a case, and the patched one.
pub fn documents(case: &Case) -> (Value, Value) {
    let old =
        Case::open("compare", "bases").json(&format!("{}.json", case.text("base.txt").trim()));
    let patch: json_patch::Patch = serde_json::from_value(case.json("patch.json")).unwrap();
    let mut new = old.clone();
    json_patch::patch(&mut new, &patch).unwrap();
    (canonical(&old, Prose::Keep), canonical(&new, Prose::Keep))
}

fn line(change: &Change) -> String {
    let (subject, uses) = match &change.subject {
        Subject::Document => ("document".to_owned(), String::new()),
        Subject::Schema(name) => (name.clone(), uses(change)),
        Subject::Operation(operation) => {
            let place = change.uses[0].place.name().to_owned();
            (
                format!("{} {} {}", operation.name, operation.method, operation.path),
                place,
            )
        }
    };
    format!(
        "{} | {subject} | {uses} | {}",
        change.class.name(),
        change.line()
    )
}

/// Returns effect, signature before and after, and note.
fn item_line(item: &Item) -> String {
    let signatures = [&item.before, &item.after].into_iter().flatten();
    let signatures: Vec<&str> = signatures.map(String::as_str).collect();
    let sign = match (&item.before, &item.after) {
        (None, _) => "+ ",
        (_, None) => "- ",
        _ => "",
    };
    let note = item
        .note
        .map(|note| format!(" | {note}"))
        .unwrap_or_default();
    format!(
        "{} | {sign}{}{note}",
        item.effect.name(),
        signatures.join(" → ")
    )
}

fn uses(change: &Change) -> String {
    let mut places: BTreeMap<Place, Vec<&str>> = BTreeMap::new();
    for reached in &change.uses {
        places
            .entry(reached.place)
            .or_default()
            .push(&reached.operation.name);
    }
    let places = places.into_iter().map(|(place, mut names)| {
        names.sort_unstable();
        format!("{} of {}", place.name(), names.join(", "))
    });
    places.collect::<Vec<_>>().join("; ")
}

fn assert_resolves(document: &Value, pointer: Option<&String>, change: &Change) {
    if let Some(pointer) = pointer {
        assert!(
            document.pointer(pointer).is_some(),
            "{pointer} of {change:?} does not resolve"
        );
    }
}

#[test]
fn every_base_document_equals_itself() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compare/bases");
    for base in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(base.unwrap().path()).unwrap();
        let document = canonical(&serde_json::from_str(&text).unwrap(), Prose::Keep);
        assert!(compare(&document, &document).is_empty());
    }
}
