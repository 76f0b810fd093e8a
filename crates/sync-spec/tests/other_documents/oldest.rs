//! The newest document without what the oldest supported version lacks, and without what only a Pro
//! workspace has: an approximation of the poorest document that a supported server prints.

use serde_json::Value;
use zenml_codegen::availability::{Availability, Edge, History, Node, Nodes, operations_by_key};

/// Returns the document without what not every supported server has.
pub fn oldest(mut document: Value, availability: &Availability) -> Value {
    let lacks = |history: &History| history.at(&availability.floor).is_absent();
    let nodes = Nodes::new(&document);
    let (mut operations, mut parameters, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for (key, found) in operations_by_key(&document) {
        let Some(facts) = availability.operations.get(&key) else {
            continue;
        };
        let (path, method) = (found.path.to_owned(), found.method.to_owned());
        if facts.pro || facts.exists.as_ref().is_some_and(lacks) {
            operations.push((path, method));
            continue;
        }
        let absent = facts.query.iter().filter(|(_, history)| lacks(history));
        let names = absent.map(|(name, _)| name.clone()).collect::<Vec<_>>();
        parameters.push((path, method, names));
        for (body, places) in [
            (nodes.request(found), &facts.request),
            (nodes.response(found), &facts.response),
        ] {
            let absent = places.iter().filter(|(_, history)| lacks(history));
            let holders = absent.filter_map(|(place, _)| nodes.holder(&body.as_ref()?.0, place));
            parts.extend(holders);
        }
    }
    for (path, method, names) in parameters {
        let listed = document["paths"][path][method]["parameters"].as_array_mut();
        let named = |parameter: &Value| names.iter().any(|name| parameter["name"] == **name);
        listed
            .into_iter()
            .for_each(|listed| listed.retain(|one| !named(one)));
    }
    for (path, method) in operations {
        document["paths"][path]
            .as_object_mut()
            .unwrap()
            .remove(&method);
    }
    for (holder, edge) in parts {
        remove(&mut document, &holder, &edge);
    }
    document["info"]["version"] = availability.floor.to_string().into();
    document
}

/// Removes a member or a value of an enum from the schemas of a value.
fn remove(document: &mut Value, holder: &Node, edge: &Edge) {
    for pointer in holder {
        // The schema may be inside another part that has been removed.
        let Some(schema) = document.pointer_mut(pointer) else {
            continue;
        };
        let (list, name) = match edge {
            Edge::Member(name) => {
                let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
                properties.map(|properties| properties.remove(name));
                ("required", name)
            }
            Edge::Choice(value) => ("enum", value),
            Edge::Item | Edge::Value => continue,
        };
        let list = schema.get_mut(list).and_then(Value::as_array_mut);
        list.into_iter()
            .for_each(|list| list.retain(|one| one != name));
    }
}

#[test]
fn what_not_every_supported_server_has_is_removed() {
    let response = |properties: Value| {
        serde_json::json!({"200": {"content": {"application/json": {"schema": {
            "type": "object", "required": ["id"], "properties": properties,
        }}}}})
    };
    let text = serde_json::json!({"type": "string"});
    let document = serde_json::json!({
        "info": {"version": "0.92.0"},
        "paths": {
            "/a": {"get": {
                "parameters": [{"name": "new", "in": "query"}, {"name": "old", "in": "query"}],
                "responses": response(serde_json::json!({"id": text, "new": text})),
            }, "put": {}},
            "/b": {"get": {}},
        },
    });
    let history = |first: &str| serde_json::json!({"0.90.0": "absent", first: "string?"});
    let availability = serde_json::json!({"floor": "0.90.0", "newest": "0.92.0", "operations": {
        "GET /a": {"query": {"new": history("0.91.0")}, "response": {"new": history("0.92.0")}},
        "PUT /a": {"exists": {"0.90.0": "absent", "0.91.0": "present"}},
        "GET /b": {"pro": true},
    }});
    let availability = Availability::read(&availability.to_string()).unwrap();
    assert_eq!(
        oldest(document, &availability),
        serde_json::json!({
            "info": {"version": "0.90.0"},
            "paths": {
                "/a": {"get": {
                    "parameters": [{"name": "old", "in": "query"}],
                    "responses": response(serde_json::json!({"id": text})),
                }},
                "/b": {},
            },
        })
    );
}
