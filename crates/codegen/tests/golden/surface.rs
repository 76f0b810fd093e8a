//! What the listing of an API says, and where.

use zenml_codegen::surface::surface;
use zenml_codegen::{Origin, generate};

use crate::case::{Case, cases};

cases! { "surface", check:
    lists_operations_parameters_and_types
    puts_types_with_the_only_group_that_uses_them
}

fn check(case: &Case) {
    let api = generate(&case.text("input.json"), &[], Origin::Specs)
        .unwrap_or_else(|error| panic!("{error}"));
    let listings = surface(&api).into_iter();
    let all: String = listings
        .map(|(group, listing)| format!("# {group}\n{listing}"))
        .collect();
    case.check_file("expected.txt", &all);
}
