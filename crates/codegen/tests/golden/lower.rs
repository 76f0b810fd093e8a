//! How OpenAPI 3.1 is written as 3.0.3 with notes, and what is rejected.

use zenml_codegen::lower::lower;

use crate::case::{Case, cases};

cases! { "lower", check:
    notes_nullable_members_and_makes_them_optional
    reads_a_list_of_types_as_alternatives
    marks_null_inside_lists_and_maps
    keeps_limits_defaults_and_constants_as_notes
    marks_the_direction_of_an_object
    reads_a_union_of_string_formats_as_text
    reads_an_enum_or_text_as_the_open_enum
    reads_a_union_of_scalars_as_any_json
    reads_a_query_union_as_a_filter
    reads_a_filter_in_a_request_body
    names_a_union_after_what_its_variants_share
    names_a_union_after_its_alternatives
    takes_the_tag_of_a_union_from_an_extension
    recognises_the_page_envelope
    turns_prefix_items_into_a_tuple
    names_an_inline_enum_after_its_location
    names_an_inline_object_after_its_location
    inlines_named_scalars
    hides_passwords_in_a_secret
    drops_unused_schemas
    keeps_an_object_without_properties_as_a_type
    takes_the_name_of_the_python_function
    gives_the_name_to_the_operation_that_is_not_deprecated
    distinguishes_operations_by_parameter_or_method
    distinguishes_files_and_event_streams_from_json
    reads_null_as_no_content_and_errors_as_statuses
    notes_an_optional_body
    keeps_forms
    refuses_an_unknown_keyword
    refuses_an_unknown_type
    refuses_a_dangling_reference
    refuses_an_intersection
    refuses_a_cookie
    refuses_two_media_types
    refuses_two_successes
    refuses_schemas_with_the_same_name_in_rust
    refuses_an_enum_of_mixed_values
    refuses_a_tag_that_does_not_name_all_variants
    refuses_a_replacement_that_does_not_exist
    refuses_an_unknown_member_of_an_operation
    refuses_an_unknown_member_of_a_path
    hides_maps_with_secrets_in_a_secret_map
    refuses_properties_beside_an_intersection
    refuses_properties_beside_alternatives
    refuses_structure_beside_a_reference
    refuses_a_named_object_that_may_be_null
    refuses_a_response_by_reference
    reads_media_types_with_parameters_and_suffixes
    opens_an_object_with_typed_additional_members
    refuses_a_parameter_with_content
    refuses_a_list_parameter_that_is_not_repeated
    notes_a_deprecated_parameter
    refuses_an_object_as_a_parameter
    sends_a_parameter_of_any_scalar_as_text
    refuses_a_secret_in_a_path
    refuses_a_secret_in_a_header
    refuses_a_list_of_secrets_as_a_parameter
    uses_schema_names_for_a_discriminator_without_mapping
    refuses_a_discriminator_without_property
    omits_variants_that_a_partial_tag_does_not_name
    types_a_constant_by_its_value
    notes_ranges_of_errors
    refuses_a_response_that_is_neither_success_nor_error
    inherits_the_security_of_the_document
    refuses_webhooks
    notes_the_evidence_of_schemas_and_responses
    notes_that_a_result_may_be_null
    recognises_a_page_envelope_with_more_members
    reads_a_recursive_alias_as_any_json
    names_a_group_after_a_keyword
    refuses_a_tag_with_an_invalid_name
    refuses_a_parameter_in_two_locations
    refuses_parameters_with_the_same_setter
    renames_an_operation_named_like_a_method_of_the_client
    renames_an_operation_named_like_a_keyword
    refuses_an_operation_with_an_invalid_name
    refuses_a_schema_with_an_invalid_name
    applies_the_tag_of_a_union_everywhere
    refuses_a_discriminator_without_alternatives
}

fn check(case: &Case) {
    case.check(lower(&case.json("input.json")));
}
