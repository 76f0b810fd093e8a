//! How another server's document is brought to the forms that the later stages know.

use zenml_codegen::{SpecSource, corrected};

use crate::case::{Case, cases};

cases! { "external", check:
    moves_the_parameters_of_a_path_to_its_operations
    replaces_references_to_parameters_bodies_responses_and_paths
    gives_each_operation_an_id_of_its_own
    declares_a_success_where_none_is_declared
}

fn check(case: &Case) {
    case.check(corrected(
        &case.text("input.json"),
        None,
        &[],
        SpecSource::External,
    ));
}
