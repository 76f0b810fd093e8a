//! What the listings of an API contain.

use zenml_codegen::generate;
use zenml_codegen::public_api::listings;

use crate::case::{Case, cases};

cases! { "public_api", check:
    lists_operations_parameters_and_types
    lists_accessors
    lists_types_with_the_only_group_that_uses_them
    lists_tuples_of_one_and_of_eleven_places
    lists_values_that_are_alike_with_names_of_their_own
    lists_operations_that_are_left_out
    lists_parts_that_are_not_operations_and_types_that_cannot_be_named
    completes_the_tag_of_a_union_by_constants_or_reads_it_without
}

fn check(case: &Case) {
    let (text, source) = case.document();
    let api = generate(&text, None, &[], source).unwrap_or_else(|error| panic!("{error}"));
    let all: String = listings(&api)
        .into_iter()
        .map(|(group, listing)| format!("# {group}\n{listing}"))
        .collect();
    case.check_file("expected.txt", &all);
}
