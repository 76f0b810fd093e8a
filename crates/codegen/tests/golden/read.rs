//! Which texts `read` accepts as OpenAPI documents, and its errors for all others.

use zenml_codegen::read::read;

use crate::case::{Case, cases};

cases! { "read", check:
    accepts_openapi_3_1
    names_the_line_of_broken_json
    recognises_an_html_page
    refuses_an_empty_file
    refuses_a_repeated_key
    refuses_openapi_3_0
    refuses_swagger_2
    refuses_json_that_is_not_openapi
    refuses_a_list
    refuses_a_document_without_paths
    refuses_an_operation_without_id
    refuses_an_operation_id_used_twice
    distinguishes_the_methods_of_a_path
}

fn check(case: &Case) {
    case.check(read(&case.text("input.json")));
}
