//! What the listing of an API says, and where.

use std::fmt::Write;

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
    let mut all = String::new();
    for (group, listing) in surface(&api) {
        write!(all, "# {group}\n{listing}").unwrap();
    }
    case.check_file("expected.txt", &all);
}
