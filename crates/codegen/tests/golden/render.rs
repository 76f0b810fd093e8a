//! The Rust that the whole pipeline generates.

use zenml_codegen::availability::Availability;
use zenml_codegen::descriptions::Descriptions;
use zenml_codegen::generate;
use zenml_codegen::render::{Options, mock, render};

use crate::case::{Case, cases};

cases! { "render", check:
    open_structs_for_responses
    accessors_of_responses_with_parts
    durations_of_what_starts_and_ends
    three_states_for_requests
    constructors_take_required_fields
    open_enums_and_unions
    builders_with_a_setter_for_each_parameter
    inferred_operations_behind_a_feature
    deprecated_operations_with_their_replacement
    prose_of_the_vendor_as_inert_rustdoc
    files_and_event_streams
    text_results_and_secret_parameters
    lists_that_are_read_item_by_item
    pages_and_tuples_that_contain_themselves
    maps_with_secrets
    multipart_forms
    results_of_a_success_without_content
    types_named_like_those_of_the_prelude
    unions_of_objects_that_include_each_other
    unions_told_apart_by_an_integer
    types_that_only_a_list_parameter_uses
    results_that_may_be_null
    evidence_and_errors_in_the_docs
    names_of_the_library_with_an_underscore
    lists_in_headers_and_paths
    versions_and_editions_in_the_docs
    descriptions_of_groups_operations_and_parameters
    rules_for_what_older_servers_ignore
    samples_of_responses
    limits_of_numbers
    operations_that_are_left_out
}

fn check(case: &Case) {
    let options = Options {
        client: "WorkspaceClient",
        variable: "client",
        deduplicates_post: true,
        inferred_feature: "pro-inferred",
    };
    let availability = case
        .has("availability.json")
        .then(|| Availability::read(&case.text("availability.json")))
        .transpose()
        .unwrap_or_else(|error| panic!("{error}"));
    let availability = availability.as_ref();
    let (text, source) = case.document();
    let mut api =
        generate(&text, availability, &[], source).unwrap_or_else(|error| panic!("{error}"));
    if case.has("descriptions.json") {
        Descriptions::read(&case.text("descriptions.json"))
            .unwrap_or_else(|error| panic!("{error}"))
            .apply(&mut api);
    }
    case.check_file("expected.rs", &render(&api, options));
    if case.has("expected_mock.rs") {
        case.check_file("expected_mock.rs", &mock(&api, options));
    }
}
