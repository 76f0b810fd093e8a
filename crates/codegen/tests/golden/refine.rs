//! What cannot be said in Rust, though the document says it.

use zenml_codegen::{Origin, generate};

use crate::case::{Case, cases};

cases! { "refine", check:
    refuses_members_that_are_one_field
    refuses_a_member_named_unknown_fields
    refuses_strings_that_are_one_variant
    refuses_builders_of_one_name
    refuses_a_builder_named_like_a_type_beside_it
    refuses_alternatives_that_are_one_variant
}

fn check(case: &Case) {
    let error = generate(&case.text("input.json"), &[], Origin::Specs)
        .err()
        .unwrap_or_else(|| panic!("generated"));
    case.check_file("expected-error.txt", &format!("{error}\n"));
}
