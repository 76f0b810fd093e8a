//! Which server versions have what is derived from their documents.

use std::fs;

use serde_json::{Value, json};
use zenml_codegen::availability::Availability;
use zenml_sync_spec::api::Api;
use zenml_sync_spec::availability::{Documents, PATH, extend, first, rebuild};
use zenml_sync_spec::output::rebuild_text;
use zenml_sync_spec::sync::Options;
use zenml_test_server::Silent;

use crate::checkout::{Checkout, accept, run};

/// Returns a document with two operations that share a schema, which has this name and members.
fn document(version: &str, schema: &str, members: Value, parameters: Value) -> Value {
    let reference = format!("#/components/schemas/{schema}");
    let one = json!({ "$ref": reference });
    let operation = |id: &str, schema: Value| {
        let content = json!({ "application/json": { "schema": schema } });
        let ok = json!({ "200": { "description": "", "content": content } });
        json!({ "operationId": id, "responses": ok, "parameters": parameters })
    };
    let required: Vec<&String> = members.as_object().unwrap().keys().collect();
    json!({
        "openapi": "3.1.0",
        "info": { "title": "ZenML", "version": version },
        "paths": {
            "/api/v1/info": { "get": operation("info", one.clone()) },
            "/api/v1/runs": { "get": operation("runs", json!({ "type": "array", "items": one })) },
        },
        "components": { "schemas": {
            (schema): { "type": "object", "properties": members, "required": required },
        } },
    })
}

/// Version 0.91.0 renames the schema and adds a member and a parameter, 0.92.0 an enum value, and
/// 0.93.0 removes the parameter.
fn documents() -> [Value; 4] {
    let name = json!({ "type": "string" });
    let status = |values: Value| json!({ "type": "string", "enum": values });
    let soft = json!([{ "name": "soft", "in": "query", "schema": { "type": "boolean" } }]);
    let (old, new) = (status(json!(["done"])), status(json!(["done", "paused"])));
    [
        document("0.90.0", "Run", json!({ "status": old }), json!([])),
        document(
            "0.91.0",
            "Run-Output",
            json!({ "status": old, "name": name }),
            soft.clone(),
        ),
        document(
            "0.92.0",
            "Run-Output",
            json!({ "status": new, "name": name }),
            soft,
        ),
        document(
            "0.93.0",
            "Run-Output",
            json!({ "status": new, "name": name }),
            json!([]),
        ),
    ]
}

/// Returns the availability of the first `count` documents.
fn derived(count: usize) -> Availability {
    let documents = documents();
    let start = first(&"0.90.0".parse().unwrap(), &documents[0], None);
    documents[..count].windows(2).fold(start, |before, pair| {
        extend(&before, &pair[0], &pair[1], None).unwrap()
    })
}

#[test]
fn each_change_is_dated_once_at_the_shortest_way_to_it() {
    let text: Value = serde_json::from_str(&derived(4).text().unwrap()).unwrap();
    let soft = json!({ "0.90.0": "absent", "0.91.0": "boolean?", "0.93.0": "absent" });
    assert_eq!(
        text,
        json!({
            "floor": "0.90.0",
            "newest": "0.93.0",
            "operations": {
                "GET /api/v1/info": {
                    "query": { "soft": soft },
                    "response": {
                        "name": { "0.90.0": "absent", "0.91.0": "string" },
                        "status=\"paused\"": { "0.90.0": "absent", "0.92.0": "present" },
                    },
                },
                "GET /api/v1/runs": { "query": { "soft": soft } },
            },
        })
    );
}

#[test]
fn extending_the_file_gives_the_same_bytes_as_writing_it_again() {
    let checkout = Checkout::new();
    let folder = checkout.documents().join("printed");
    for (document, version) in documents()
        .iter()
        .zip(["0.90.0", "0.91.0", "0.92.0", "0.93.0"])
    {
        for edition in ["pro", "plain"] {
            fs::create_dir_all(folder.join(edition)).unwrap();
            let path = folder.join(edition).join(format!("{version}.json"));
            fs::write(path, document.to_string()).unwrap();
        }
    }
    let newest = &documents()[3];
    checkout.write("specs/workspace.json", &newest.to_string());
    let read = derived(3).text().unwrap();
    let read = Availability::read(&read).unwrap();
    let extended = extend(&read, &documents()[2], newest, None).unwrap();
    checkout.write(PATH, &extended.text().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let rebuild = |floor: Option<&str>| {
        let floor = floor.map(|floor| floor.parse().unwrap());
        let documents = Documents::Folder(folder.clone());
        runtime
            .block_on(rebuild(checkout.path(), floor, &documents, &Silent))
            .unwrap()
    };
    checkout.write("README.md", "Supported: ZenML 0.90.0 and newer.");
    checkout.write("docs/servers.md", "*Since ZenML 0.93.0.*");
    checkout.write("docs/api-changes-1-to-2.md", "# ZenML 0.90.0");
    let unchanged = rebuild(None);
    assert!(!unchanged.changed && unchanged.pages.is_empty());
    let raised = rebuild(Some("0.92.0"));
    assert!(raised.changed);
    assert!(!raised.text.contains("paused"), "{}", raised.text);
    assert_eq!(raised.pages, ["README.md"]);
    let report = rebuild_text(&raised, true);
    let pages = "These pages name ZenML 0.90.0; adapt them: README.md";
    assert!(report.contains(pages), "{report}");
    assert_eq!(
        raised.effect.unwrap().lines,
        ["No longer `Option`, because all supported servers send a value: `RunOutput.name`"],
    );
}

#[test]
fn following_a_version_extends_the_file_and_reports_the_effect() {
    let checkout = Checkout::new();
    let document = || serde_json::from_str(&checkout.read("specs/workspace.json")).unwrap();
    let old = document();
    let before = first(&"1".parse().unwrap(), &old, None);
    checkout.write(PATH, &before.text().unwrap());
    let options = Options {
        permissions: accept(),
        ..checkout.options("2", &[Api::Workspace])
    };
    let outcome = run(checkout.path(), &options).unwrap();
    let extended = extend(&before, &old, &document(), None).unwrap();
    assert_eq!(checkout.read(PATH), extended.text().unwrap());
    let notice = &outcome.plans[0].report.notices[0];
    assert_eq!(notice.heading, "Effect on supported servers");
    assert_eq!(
        notice.lines,
        ["Servers before 2 refuse: `GET /api/v1/tags`"]
    );
}

#[test]
fn an_operation_that_only_a_pro_workspace_has_is_marked() {
    let document = &documents()[0];
    let mut plain = document.clone();
    plain["paths"]
        .as_object_mut()
        .unwrap()
        .remove("/api/v1/runs");
    let marked = first(&"0.90.0".parse().unwrap(), document, Some(&plain));
    let pro: Vec<&String> = marked.operations.keys().collect();
    assert_eq!(pro, ["GET /api/v1/runs"]);
}

#[test]
fn an_older_document_does_not_extend_the_file() {
    let documents = documents();
    let error = extend(&derived(4), &documents[3], &documents[1], None).unwrap_err();
    assert!(error.to_string().contains("0.91.0"), "{error}");
}
