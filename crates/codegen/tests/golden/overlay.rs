//! How Overlay 1.0 actions change a document, and which are rejected.

use serde_json::json;
use zenml_codegen::overlay::{apply, apply_matching};

use crate::case::{Case, cases};

cases! { "overlay", check:
    merges_objects_key_by_key
    replaces_scalars_and_joins_lists
    appends_an_entry_to_a_list
    removes_a_key
    removes_several_entries_of_a_list
    updates_every_match
    replaces_a_schema_by_remove_and_update
    selects_by_filter
    ignores_update_when_remove_is_set
    refuses_an_action_that_matches_nothing
    refuses_a_broken_target
    refuses_to_update_a_scalar
    refuses_to_remove_the_document
    refuses_an_action_without_effect
    refuses_another_overlay_version
    refuses_a_document_that_is_not_an_overlay
}

fn check(case: &Case) {
    case.check(apply(case.json("input.json"), &case.json("overlay.json")));
}

#[test]
fn stale_actions_are_reported_while_the_others_apply() {
    let overlay = json!({
        "overlay": "1.0.0",
        "info": {"title": "Example", "version": "1"},
        "actions": [
            {"target": "$.paths['/gone']", "remove": true},
            {"target": "$.info", "update": {"version": "2"}},
        ],
    });
    let (document, stale) = apply_matching(json!({"info": {}, "paths": {}}), &overlay).unwrap();
    assert_eq!(document, json!({"info": {"version": "2"}, "paths": {}}));
    let pointers: Vec<_> = stale.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/actions/0"]);
}
