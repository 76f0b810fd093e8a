//! Checks that no keyword of JSON Schema 2020-12 and no member of an OpenAPI 3.1 object is skipped in
//! silence.

#![allow(
    clippy::indexing_slicing,
    reason = "a test may panic, and so may its helpers"
)]

use serde_json::{Value, json};
use zenml_api_diff::{Class, Report, compare};

/// A keyword, two values of it, and what stands beside it.
fn keywords() -> Vec<(&'static str, Value, Value, Value)> {
    let object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let array = json!({"type": "array"});
    let string = json!({"type": "string"});
    let number = json!({"type": "number"});
    let nothing = json!({});
    let (x, y) = (json!({"type": "string"}), json!({"type": "integer"}));
    vec![
        ("$anchor", json!("a"), json!("b"), string.clone()),
        ("$comment", json!("a"), json!("b"), string.clone()),
        ("$dynamicAnchor", json!("a"), json!("b"), string.clone()),
        ("$dynamicRef", json!("#a"), json!("#b"), nothing.clone()),
        (
            "$id",
            json!("https://a"),
            json!("https://b"),
            string.clone(),
        ),
        (
            "$ref",
            json!("#/components/schemas/A"),
            json!("#/components/schemas/B"),
            nothing.clone(),
        ),
        (
            "$schema",
            json!("https://a"),
            json!("https://b"),
            string.clone(),
        ),
        (
            "$vocabulary",
            json!({"a": true}),
            json!({"b": true}),
            string.clone(),
        ),
        ("additionalProperties", x.clone(), y.clone(), object.clone()),
        ("allOf", json!([x]), json!([y]), nothing.clone()),
        (
            "anyOf",
            json!([x, {"type": "null"}]),
            json!([y, {"type": "null"}]),
            nothing.clone(),
        ),
        ("const", json!("a"), json!("b"), string.clone()),
        ("contains", x.clone(), y.clone(), array.clone()),
        (
            "contentEncoding",
            json!("base64"),
            json!("base32"),
            string.clone(),
        ),
        (
            "contentMediaType",
            json!("text/csv"),
            json!("image/png"),
            string.clone(),
        ),
        ("contentSchema", x.clone(), y.clone(), string.clone()),
        ("default", json!("a"), json!("b"), string.clone()),
        (
            "dependentRequired",
            json!({"a": ["b"]}),
            json!({"a": ["c"]}),
            object.clone(),
        ),
        (
            "dependentSchemas",
            json!({"a": x}),
            json!({"a": y}),
            object.clone(),
        ),
        ("deprecated", json!(false), json!(true), string.clone()),
        ("description", json!("a"), json!("b"), string.clone()),
        (
            "discriminator",
            json!({"propertyName": "a"}),
            json!({"propertyName": "b"}),
            object.clone(),
        ),
        ("else", x.clone(), y.clone(), object.clone()),
        ("enum", json!(["a"]), json!(["b"]), string.clone()),
        ("example", json!("a"), json!("b"), string.clone()),
        ("examples", json!(["a"]), json!(["b"]), string.clone()),
        ("exclusiveMaximum", json!(1), json!(2), number.clone()),
        ("exclusiveMinimum", json!(1), json!(2), number.clone()),
        (
            "externalDocs",
            json!({"url": "https://a"}),
            json!({"url": "https://b"}),
            string.clone(),
        ),
        ("format", json!("date"), json!("uuid"), string.clone()),
        ("format", json!("date"), json!("uuid"), nothing.clone()),
        ("if", x.clone(), y.clone(), object.clone()),
        ("items", x.clone(), y.clone(), array.clone()),
        ("items", x.clone(), y.clone(), nothing.clone()),
        ("maxContains", json!(1), json!(2), array.clone()),
        ("maxItems", json!(1), json!(2), array.clone()),
        ("maxLength", json!(1), json!(2), string.clone()),
        ("maxProperties", json!(1), json!(2), object.clone()),
        ("maximum", json!(1), json!(2), number.clone()),
        ("minContains", json!(1), json!(2), array.clone()),
        ("minItems", json!(1), json!(2), array.clone()),
        ("minLength", json!(1), json!(2), string.clone()),
        ("minProperties", json!(1), json!(2), object.clone()),
        ("minimum", json!(1), json!(2), number.clone()),
        ("minimum", json!(1), json!(2), nothing.clone()),
        ("multipleOf", json!(2), json!(3), number),
        ("not", x.clone(), y.clone(), nothing.clone()),
        ("nullable", json!(false), json!(true), string.clone()),
        (
            "oneOf",
            json!([x, {"type": "null"}]),
            json!([y, {"type": "null"}]),
            nothing.clone(),
        ),
        ("pattern", json!("a"), json!("b"), string.clone()),
        (
            "patternProperties",
            json!({"a": x}),
            json!({"a": y}),
            object.clone(),
        ),
        (
            "patternProperties",
            json!({"a": x}),
            json!({"b": x}),
            object.clone(),
        ),
        ("prefixItems", json!([x]), json!([y]), array.clone()),
        (
            "properties",
            json!({"b": x}),
            json!({"b": y}),
            nothing.clone(),
        ),
        (
            "propertyNames",
            json!({"maxLength": 1}),
            json!({"maxLength": 2}),
            object.clone(),
        ),
        ("readOnly", json!(false), json!(true), string.clone()),
        ("required", json!(["a"]), json!(["b"]), object.clone()),
        ("then", x.clone(), y.clone(), object.clone()),
        ("title", json!("a"), json!("b"), string.clone()),
        ("type", json!("string"), json!("integer"), nothing.clone()),
        ("unevaluatedItems", x.clone(), y.clone(), array.clone()),
        (
            "unevaluatedProperties",
            x.clone(),
            y.clone(),
            object.clone(),
        ),
        ("uniqueItems", json!(false), json!(true), array),
        ("unknownKeyword", json!(1), json!(2), string.clone()),
        ("writeOnly", json!(false), json!(true), string.clone()),
        ("x-anything", json!(1), json!(2), string.clone()),
        ("xml", json!({"name": "a"}), json!({"name": "b"}), string),
        (
            "$defs",
            json!({"a": x}),
            json!({"a": y}),
            json!({"$ref": "#/components/schemas/Keyword/$defs/a"}),
        ),
    ]
}

/// Returns the report on two values of a keyword, in a schema that is sent and received.
fn report(schemas: [Value; 2], parts: [&Value; 2]) -> Report {
    let document = |(schema, part): (&Value, &Value)| {
        let content =
            json!({"application/json": {"schema": {"$ref": "#/components/schemas/Keyword"}}});
        json!({
            "openapi": "3.1.0",
            "info": {"title": "Keywords", "version": "1"},
            "paths": {"/it": {"post": {
                "operationId": "do_it",
                "requestBody": {"content": content},
                "responses": {"200": {"description": "", "content": content}},
            }}},
            "components": {"schemas": {
                "Keyword": schema,
                "Part": part,
                "A": {"type": "object", "properties": {"a": {"type": "string"}}},
                "B": {"type": "array", "items": {"type": "string"}},
            }},
        })
    };
    compare(
        &document((&schemas[0], parts[0])),
        &document((&schemas[1], parts[1])),
    )
}

#[test]
fn no_keyword_is_skipped_in_silence() {
    for (keyword, old, new, beside) in keywords() {
        let schema = |value: Value| {
            let mut schema = beside.clone();
            match keyword {
                "$defs" => {
                    schema = json!({"type": "object", "properties": {"p": beside}, "$defs": value})
                }
                _ => schema[keyword] = value,
            }
            schema
        };
        let nothing = json!({});
        let report = report([schema(old.clone()), schema(new.clone())], [&nothing; 2]);
        assert!(!report.is_empty(), "{keyword}: {old} → {new}");
        for change in &report.changes {
            assert!(
                change.kind.rules().contains(&change.rule()),
                "{}",
                change.rule()
            );
        }
    }
}

#[test]
fn a_schema_behind_a_reference_is_never_skipped_whatever_keyword_has_it() {
    let reference = json!({"$ref": "#/components/schemas/Part"});
    for (keyword, value) in [
        ("additionalProperties", reference.clone()),
        ("allOf", json!([reference])),
        ("allOf", json!([reference, {"required": ["a"]}])),
        ("anyOf", json!([reference])),
        ("contains", reference.clone()),
        ("contentSchema", reference.clone()),
        ("dependentSchemas", json!({"a": reference})),
        ("else", reference.clone()),
        ("if", reference.clone()),
        ("items", reference.clone()),
        ("not", reference.clone()),
        ("oneOf", json!([reference])),
        ("patternProperties", json!({"a": reference})),
        ("prefixItems", json!([reference])),
        ("properties", json!({"a": reference})),
        ("propertyNames", reference.clone()),
        ("then", reference.clone()),
        ("unevaluatedItems", reference.clone()),
        ("unevaluatedProperties", reference.clone()),
    ] {
        let schema = json!({ keyword: value });
        let parts = [
            json!({"type": "object", "properties": {"a": {"type": "string"}}}),
            json!({"type": "object", "properties": {"a": {"type": "integer"}}}),
        ];
        let report = report([schema.clone(), schema], [&parts[0], &parts[1]]);
        assert_eq!(
            report.count(Class::Breaking),
            1,
            "{keyword}: {:#?}",
            report.changes
        );
    }
}

/// Returns a document with one more member in one of its objects.
fn member(pointer: &str, key: &str, value: &Value) -> Value {
    let content = json!({"multipart/form-data": {"schema": {"type": "object", "properties": {"f": {"type": "string"}}}}});
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Members", "version": "1"},
        "paths": {"/it": {"post": {
            "operationId": "do_it",
            "parameters": [{"name": "p", "in": "query", "schema": {"type": "string"}}],
            "requestBody": {"content": content},
            "responses": {"200": {
                "description": "",
                "headers": {"X-H": {"schema": {"type": "string"}}},
                "content": content,
            }},
        }}},
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-K"}}},
    });
    if let Some(Value::Object(members)) = document.pointer_mut(pointer) {
        members.insert(key.to_owned(), value.clone());
    }
    document
}

#[test]
fn no_member_of_an_openapi_object_is_skipped_in_silence() {
    let operation = "/paths/~1it/post";
    let parameter = "/paths/~1it/post/parameters/0";
    let body = "/paths/~1it/post/requestBody";
    let response = "/paths/~1it/post/responses/200";
    let header = "/paths/~1it/post/responses/200/headers/X-H";
    let media = "/paths/~1it/post/requestBody/content/multipart~1form-data";
    let path = "/paths/~1it";
    let server = json!([{"url": "https://other.example.com"}]);
    let callback = json!({"done": {"{$request.body#/url}": {"post": {"responses": {}}}}});
    for (pointer, key, value) in [
        ("", "externalDocs", json!({"url": "https://a"})),
        ("", "jsonSchemaDialect", json!("https://a")),
        ("", "security", json!([{"key": []}])),
        ("", "servers", server.clone()),
        ("", "tags", json!([{"name": "a"}])),
        ("", "webhooks", json!({"w": {"post": {"responses": {}}}})),
        ("", "x-anything", json!(1)),
        ("/info", "contact", json!({"name": "a"})),
        ("/info", "description", json!("a")),
        ("/info", "license", json!({"name": "a"})),
        ("/info", "summary", json!("a")),
        ("/info", "termsOfService", json!("https://a")),
        (path, "description", json!("a")),
        (
            path,
            "parameters",
            json!([{"name": "q", "in": "query", "schema": {}}]),
        ),
        (path, "servers", server.clone()),
        (path, "summary", json!("a")),
        (
            path,
            "trace",
            json!({"operationId": "trace_it", "responses": {}}),
        ),
        (operation, "callbacks", callback),
        (operation, "deprecated", json!(true)),
        (operation, "description", json!("a")),
        (operation, "externalDocs", json!({"url": "https://a"})),
        (operation, "security", json!([{"key": []}])),
        (operation, "servers", server),
        (operation, "summary", json!("a")),
        (operation, "tags", json!(["a"])),
        (operation, "x-anything", json!(1)),
        (parameter, "allowEmptyValue", json!(true)),
        (parameter, "allowReserved", json!(true)),
        (parameter, "deprecated", json!(true)),
        (parameter, "description", json!("a")),
        (parameter, "example", json!("a")),
        (parameter, "explode", json!(false)),
        (parameter, "in", json!("header")),
        (parameter, "name", json!("q")),
        (parameter, "required", json!(true)),
        (parameter, "schema", json!({"type": "integer"})),
        (parameter, "style", json!("spaceDelimited")),
        (body, "description", json!("a")),
        (body, "required", json!(true)),
        (body, "content", json!({"application/json": {}})),
        (response, "content", json!({"application/json": {}})),
        (response, "description", json!("a")),
        (response, "headers", json!({})),
        (response, "links", json!({"a": {"operationId": "do_it"}})),
        (header, "deprecated", json!(true)),
        (header, "description", json!("a")),
        (header, "required", json!(true)),
        (header, "schema", json!({"type": "integer"})),
        (
            media,
            "encoding",
            json!({"f": {"contentType": "application/json"}}),
        ),
        (media, "example", json!("a")),
        (media, "examples", json!({"a": {"value": "a"}})),
        (media, "schema", json!({"type": "object", "properties": {}})),
        ("/components/securitySchemes/key", "in", json!("query")),
        ("/components/securitySchemes/key", "description", json!("a")),
    ] {
        let (old, new) = (member("/none", key, &value), member(pointer, key, &value));
        for (a, b) in [(&old, &new), (&new, &old)] {
            let report = compare(a, b);
            assert!(!report.is_empty(), "`{key}` in {pointer}");
            for change in &report.changes {
                let rules = change.kind.rules();
                assert!(
                    rules.contains(&change.rule()),
                    "{} of {rules:?}",
                    change.rule()
                );
            }
        }
    }
}
