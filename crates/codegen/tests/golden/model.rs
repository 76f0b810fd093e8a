//! Which names are rejected because Rust could not tell two items apart.

use zenml_codegen::{SpecSource, generate};

use crate::case::{Case, cases};

cases! { "model", check:
    refuses_members_with_the_same_field
    refuses_builders_with_the_same_name
    refuses_alternatives_with_the_same_variant
}

fn check(case: &Case) {
    let error = generate(&case.text("input.json"), None, &[], SpecSource::Committed)
        .err()
        .unwrap_or_else(|| panic!("generated"));
    case.check_file("expected-error.txt", &format!("{error}\n"));
}
