//! How the availability changes a document: the committed one, or another server's (`external.json`).

use zenml_codegen::availability::{Availability, apply};

use crate::case::{Case, cases};

cases! { "availability", check:
    makes_a_member_optional_that_an_older_response_lacks_or_sends_as_null
    notes_a_member_of_a_request_and_leaves_it_required
    notes_operations_and_parameters
    notes_values_of_an_enum
    leaves_a_union_as_it_is_that_older_versions_send_as_something_else
    makes_a_member_optional_in_each_object_of_a_union
    notes_what_is_gone_in_the_document_of_an_older_server
    refuses_the_document_of_another_version
    refuses_a_place_to_which_no_schema_leads
}

fn check(case: &Case) {
    let availability = Availability::read(&case.text("availability.json"))
        .unwrap_or_else(|error| panic!("{error}"));
    let (text, source) = case.document();
    let mut document = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}"));
    let applied = apply(&mut document, &availability, source);
    case.check(applied.map(|()| document));
}
