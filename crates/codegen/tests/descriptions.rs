//! The descriptions in `specs/overlays/*/descriptions.json` match the documents, and read well.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use std::collections::BTreeSet;
use std::path::Path;

use zenml_codegen::descriptions::Descriptions;
use zenml_codegen::files::{self, SpecFiles};
use zenml_codegen::model::Api;
use zenml_codegen::reserved::CLIENT_METHODS;

const APIS: [&str; 2] = ["workspace", "pro"];

fn files(api: &str) -> SpecFiles {
    let specs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs");
    files::load(&specs, api, None).unwrap()
}

fn described(api: &str) -> (Descriptions, Api) {
    let files = files(api);
    let model = files.generate().unwrap();
    (files.descriptions, model)
}

#[test]
fn every_operation_and_group_has_a_description() {
    for api in APIS {
        let (descriptions, model) = described(api);
        let missing = descriptions.missing(&model);
        assert!(
            missing.is_empty(),
            "describe these in specs/overlays/{api}/descriptions.json: {missing:#?}"
        );
    }
}

#[test]
fn every_description_matches_something() {
    for api in APIS {
        let (descriptions, model) = described(api);
        let unused = descriptions.unused(&model);
        assert!(
            unused.is_empty(),
            "delete these from specs/overlays/{api}/descriptions.json: {unused:#?}"
        );
    }
}

#[test]
fn links_name_methods_of_the_client() {
    for api in APIS {
        let (descriptions, model) = described(api);
        let operations = model.operations.iter().map(|o| o.name.as_str());
        let methods: BTreeSet<&str> = operations.chain(CLIENT_METHODS.iter().copied()).collect();
        for text in texts(&descriptions) {
            for link in text.split("[`").skip(1) {
                let (name, after) = link.split_once("`]").unwrap();
                assert!(
                    after.starts_with('(') || methods.contains(name),
                    "`{name}` is not a method: {text}"
                );
            }
        }
    }
}

#[test]
fn texts_are_sentences() {
    for api in APIS {
        for text in texts(&files(api).descriptions) {
            assert!(
                text.starts_with(|c: char| c.is_uppercase() || c == '['),
                "{text}"
            );
            assert!(text.ends_with('.'), "{text}");
            assert!(!text.contains(".."), "two full stops: {text}");
            assert!(!text.contains("  "), "two spaces: {text}");
        }
    }
}

#[test]
fn operations_start_with_a_verb_in_the_third_person() {
    for api in APIS {
        for (key, operation) in &files(api).descriptions.operations {
            let verb = operation.text.split(' ').next().unwrap();
            assert!(verb.ends_with('s'), "{key}: {}", operation.text);
        }
    }
}

fn texts(descriptions: &Descriptions) -> Vec<&String> {
    let groups = descriptions.groups.values();
    let groups = groups.flat_map(|group| [&group.summary, &group.details]);
    let operations = descriptions.operations.values();
    let operations = operations.flat_map(|operation| {
        std::iter::once(&operation.text).chain(operation.parameters.values())
    });
    let all = groups.chain(operations);
    all.chain(descriptions.parameters.values()).collect()
}
