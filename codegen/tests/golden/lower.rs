//! How 3.1 is said in 3.0.3 with notes, and what is refused.

use zenml_codegen::lower::lower;

use crate::case::{Case, cases};

cases! { "lower", check:
    notes_what_may_be_null_and_takes_it_out_of_required
    reads_a_list_of_types_as_alternatives
    marks_null_inside_lists_and_maps
    keeps_limits_defaults_and_constants_as_notes
    marks_who_reads_an_object
    reads_a_union_of_text_forms_as_text
    reads_an_enum_or_text_as_the_open_enum
    reads_a_union_of_scalars_as_any_json
    reads_a_query_union_as_a_filter
    reads_a_filter_in_a_request_body
    names_a_union_after_what_its_variants_share
    names_a_union_after_its_alternatives
    takes_the_tag_of_a_union_from_an_extension
    recognises_the_page_envelope
    turns_places_of_a_list_into_a_tuple
    names_an_inline_enum_after_its_place
    names_an_inline_object_after_its_place
    puts_named_scalars_where_they_are_used
    hides_passwords_in_a_secret
    drops_schemas_that_nothing_refers_to
    keeps_an_object_without_properties_as_a_type
    takes_the_name_of_the_python_function
    gives_the_name_to_the_operation_that_is_not_deprecated
    tells_operations_apart_by_parameter_or_method
    tells_files_and_event_streams_from_json
    reads_null_as_no_content_and_errors_as_statuses
    notes_that_a_body_may_be_left_out
    keeps_forms
    refuses_an_unknown_keyword
    refuses_an_unknown_type
    refuses_a_reference_to_nothing
    refuses_an_intersection
    refuses_a_cookie
    refuses_two_media_types
    refuses_two_successes
    refuses_schemas_with_one_name_in_rust
    refuses_an_enum_of_mixed_values
    refuses_a_tag_that_does_not_name_all_variants
    refuses_a_replacement_that_does_not_exist
    refuses_an_unknown_member_of_an_operation
    refuses_an_unknown_member_of_a_path
}

fn check(case: &Case) {
    case.check(lower(&case.json("input.json")));
}
