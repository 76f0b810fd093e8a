//! The committed documents and overlays match `specs/sources.toml`, `specs/README.md` and the pages that
//! name the supported versions.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use zenml_codegen::canonical::{Prose, canonical, to_text};
use zenml_codegen::files;
use zenml_codegen::read::read;
use zenml_codegen::render::{Options, render};

#[derive(Deserialize)]
struct Source {
    title: String,
    version: String,
    operations: usize,
    schemas: usize,
    canonical_sha256: String,
}

#[test]
fn the_workspace_document_matches_sources_toml() {
    check_source("workspace");
}

#[test]
fn the_pro_document_matches_sources_toml() {
    check_source("pro");
}

#[test]
fn the_workspace_document_is_canonical() {
    check_canonical("workspace");
}

#[test]
fn the_pro_document_is_canonical() {
    check_canonical("pro");
}

#[test]
fn the_pages_name_the_supported_versions() {
    let specs = specs();
    let availability = files::load(&specs, "workspace", None).unwrap().availability;
    let availability = availability.unwrap();
    let (oldest, newest) = (&availability.floor, &availability.newest);
    for (page, words) in [
        (
            "README.md",
            format!("| ZenML {oldest} to {newest}, open source"),
        ),
        ("docs/servers.md", format!("**ZenML {oldest} and newer**")),
    ] {
        assert!(
            text(&specs.join("..").join(page)).contains(&words),
            "{page} does not say `{words}`; adapt it to specs/availability.json",
        );
    }
}

#[test]
fn every_response_type_has_a_sample() {
    for api in ["workspace", "pro"] {
        let model = files::load(&specs(), api, None)
            .unwrap()
            .generate()
            .unwrap();
        let received = model.received();
        assert!(received.len() > 25, "{api}: {received:?}");
        let is_sampled = |name: &String| model.sample(&syn::parse_str(name).unwrap()).is_some();
        let without: Vec<String> = received
            .into_iter()
            .filter(|name| !is_sampled(name))
            .collect();
        assert_eq!(without, [""; 0], "{api}");
    }
}

#[test]
fn every_workspace_overlay_action_applies() {
    corrected("workspace");
}

#[test]
fn every_pro_overlay_action_applies() {
    corrected("pro");
}

#[test]
fn every_operation_of_a_reconstruction_states_its_evidence() {
    let document = document("pro");
    // The vendor's own document needs no evidence.
    if !text(&specs().join("sources.toml")).contains("\norigin = \"reconstructed ") {
        return;
    }
    for (id, operation) in operations(&document) {
        let evidence = operation.get("x-evidence").and_then(Value::as_str);
        assert!(
            matches!(
                evidence,
                Some("documented" | "client-observed" | "inferred")
            ),
            "{id}: {evidence:?}",
        );
    }
}

#[test]
fn workspace_strings_with_secretive_names_are_secrets() {
    assert_eq!(
        plain_strings_with_secretive_names("workspace"),
        [
            // Groups of metadata, hashes, labels and lookups: none of them gives access.
            "MetadataGrouping.metadata_key",
            "MetadataMetric.metadata_key",
            "OAuthTokenResponse.token_type",
            "PipelineRunRequest.child_key",
            "PipelineRunResponseBody.child_key",
            "StepRunRequest.cache_key",
            "StepRunResponseMetadata.cache_key",
        ],
    );
}

#[test]
fn pro_strings_with_secretive_names_are_secrets() {
    assert_eq!(
        plain_strings_with_secretive_names("pro"),
        ["OAuthTokenResponse.token_type"],
    );
}

#[test]
fn workspace_settings_that_may_hold_secrets_are_secret_maps() {
    let document = corrected("workspace");
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let settings = schemas.iter().flat_map(|(schema, definition)| {
        let properties = definition.get("properties").and_then(Value::as_object);
        let named = properties.into_iter().flatten();
        let maps = named.filter(|(name, map)| name.starts_with("config") && is_free_map(map));
        maps.map(move |(name, _)| format!("{schema}.{name}"))
    });
    assert_eq!(
        settings.collect::<Vec<_>>(),
        [
            // Schemas, and settings that refer to secrets: the official client warns of plain values.
            "AuthenticationMethodModel.config_schema",
            "ComponentInfo.configuration",
            "ComponentRequest.configuration",
            "ComponentResponseMetadata.configuration",
            "ComponentUpdate.configuration",
            "FlavorRequest.config_schema",
            "FlavorResponseMetadata.config_schema",
            "FlavorUpdate.config_schema",
            "PipelineSnapshotResponseMetadata.config_schema",
            "PipelineSnapshotResponseMetadata.config_template",
            "RunTemplateResponseMetadata.config_schema",
            "RunTemplateResponseMetadata.config_template",
            "ServiceRequest.config",
            "ServiceResponseMetadata.config",
            "WebhookTriggerRequest.configuration",
            "WebhookTriggerResponseBody.configuration",
            "WebhookTriggerUpdate.configuration",
        ],
    );
}

fn is_free_map(schema: &Value) -> bool {
    let alternatives = schema.get("anyOf").and_then(Value::as_array);
    (schema.get("additionalProperties") == Some(&Value::Bool(true))
        && schema.get("x-secret").is_none())
        || alternatives.is_some_and(|schemas| schemas.iter().any(is_free_map))
}

/// Returns the properties that are plain strings although their name suggests a secret.
fn plain_strings_with_secretive_names(api: &str) -> Vec<String> {
    const SECRETIVE: [&str; 6] = [
        "key",
        "token",
        "password",
        "secret",
        "credential",
        "device_code",
    ];
    let document = corrected(api);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let properties = schemas.iter().flat_map(|(schema, definition)| {
        let properties = definition.get("properties").and_then(Value::as_object);
        let named = properties.into_iter().flatten();
        named.map(move |(name, property)| (schema, name, property))
    });
    properties
        .filter(|(_, name, _)| SECRETIVE.iter().any(|word| name.contains(word)))
        .filter(|(_, _, property)| is_plain_string(property))
        .map(|(schema, name, _)| format!("{schema}.{name}"))
        .collect()
}

fn is_plain_string(schema: &Value) -> bool {
    let alternatives = schema.get("anyOf").and_then(Value::as_array);
    (schema.get("type").is_some_and(|kind| kind == "string") && schema.get("format").is_none())
        || alternatives.is_some_and(|schemas| schemas.iter().any(is_plain_string))
}

#[test]
fn every_replacement_is_an_operation_that_is_not_deprecated_itself() {
    for api in ["workspace", "pro"] {
        let document = corrected(api);
        let by_id: BTreeMap<&str, &Value> = operations(&document).collect();
        for (id, operation) in &by_id {
            let Some(replacement) = operation.get("x-replaced-by").and_then(Value::as_str) else {
                continue;
            };
            assert_eq!(operation["deprecated"], true, "{id}");
            assert!(by_id[replacement].get("deprecated").is_none(), "{id}");
        }
    }
}

#[test]
fn one_workspace_operation_has_an_unknown_response() {
    let document = corrected("workspace");
    let unknown: Vec<&str> = operations(&document)
        .filter(|(_, operation)| {
            let responses = operation["responses"].as_object().unwrap();
            let success = responses.iter().find(|(status, _)| status.starts_with('2'));
            let content = &success.unwrap().1["content"];
            content["application/json"].get("schema") == Some(&Value::Object(Map::new()))
        })
        .map(|(id, _)| id)
        .collect();
    assert_eq!(
        unknown,
        ["receive_webhook_event_api_v1_webhooks__webhook_type___webhook_id__events_post"],
    );
}

fn check_source(api: &str) {
    let sources: BTreeMap<String, Source> =
        toml::from_str(&text(&specs().join("sources.toml"))).unwrap();
    let source = &sources[api];
    let text = text(&specs().join(format!("{api}.json")));
    let document = read(&text).unwrap();

    let digest = Sha256::digest(text.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, source.canonical_sha256);
    assert_eq!(document["info"]["title"], source.title.as_str());
    assert_eq!(document["info"]["version"], source.version.as_str());
    assert_eq!(operations(&document).count(), source.operations);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert_eq!(schemas.len(), source.schemas);
}

fn check_canonical(api: &str) {
    let document = document(api);
    assert!(
        to_text(&canonical(&document, Prose::Strip)) == text(&specs().join(format!("{api}.json"))),
        "specs/{api}.json is not in canonical form; run `cargo xtask sync-spec {api}`",
    );
}

/// Returns the document with all its overlays applied.
fn corrected(api: &str) -> Value {
    let files = files::load(&specs(), api, None).unwrap();
    assert!(!files.overlays.is_empty(), "no overlays of {api}");
    files.document().unwrap()
}

fn operations(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .values()
        .flat_map(|item| item.as_object().unwrap().values())
        .filter_map(|operation| Some((operation.get("operationId")?.as_str()?, operation)))
}

fn document(api: &str) -> Value {
    read(&text(&specs().join(format!("{api}.json")))).unwrap()
}

fn specs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../specs")
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_same_specs_give_the_same_bytes() {
    let options = Options {
        client: "WorkspaceClient",
        variable: "client",
        deduplicates_post: true,
        inferred_feature: "pro-inferred",
    };
    for api in ["workspace", "pro"] {
        let rust = || {
            let source = files::load(&specs(), api, None).unwrap();
            render(&source.generate().unwrap(), options)
        };
        assert!(rust() == rust(), "{api} differs from build to build");
    }
}
