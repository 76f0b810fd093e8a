//! Walks the keywords of the specifications.

use super::{Object, Treatment};

/// The keywords of JSON Schema 2020-12 by vocabulary, and those of OpenAPI 3.1.
const KEYWORDS: [(&str, &[&str]); 10] = [
    (
        "core",
        &[
            "$anchor",
            "$comment",
            "$defs",
            "$dynamicAnchor",
            "$dynamicRef",
            "$id",
            "$ref",
            "$schema",
            "$vocabulary",
        ],
    ),
    (
        "applicator",
        &[
            "additionalProperties",
            "allOf",
            "anyOf",
            "contains",
            "dependentSchemas",
            "else",
            "if",
            "items",
            "not",
            "oneOf",
            "patternProperties",
            "prefixItems",
            "properties",
            "propertyNames",
            "then",
        ],
    ),
    (
        "unevaluated",
        &["unevaluatedItems", "unevaluatedProperties"],
    ),
    (
        "validation",
        &[
            "const",
            "dependentRequired",
            "enum",
            "exclusiveMaximum",
            "exclusiveMinimum",
            "maxContains",
            "maxItems",
            "maxLength",
            "maxProperties",
            "maximum",
            "minContains",
            "minItems",
            "minLength",
            "minProperties",
            "minimum",
            "multipleOf",
            "pattern",
            "required",
            "type",
            "uniqueItems",
        ],
    ),
    (
        "meta-data",
        &[
            "default",
            "deprecated",
            "description",
            "examples",
            "readOnly",
            "title",
            "writeOnly",
        ],
    ),
    ("format", &["format"]),
    (
        "content",
        &["contentEncoding", "contentMediaType", "contentSchema"],
    ),
    (
        "OpenAPI",
        &["discriminator", "example", "externalDocs", "xml"],
    ),
    (
        "older drafts",
        &["$recursiveRef", "definitions", "dependencies"],
    ),
    ("OpenAPI 3.0", &["nullable"]),
];

/// Keywords that a person has to review if they differ.
const NOT_UNDERSTOOD: [&str; 17] = [
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveRef",
    "$schema",
    "$vocabulary",
    "contentSchema",
    "definitions",
    "dependencies",
    "else",
    "if",
    "nullable",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
    "unknownKeyword",
];

const INFORMATIVE: [&str; 9] = [
    "$comment",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "title",
    "xml",
];

#[test]
fn every_keyword_of_the_specifications_has_a_treatment() {
    for keyword in KEYWORDS.iter().flat_map(|(_, keywords)| *keywords) {
        let expected = if NOT_UNDERSTOOD.contains(keyword) {
            Treatment::NotUnderstood
        } else if INFORMATIVE.contains(keyword) {
            Treatment::Annotation
        } else {
            Treatment::Compared
        };
        assert_eq!(Object::Schema.treatment(keyword), expected, "{keyword}");
    }
}

#[test]
fn an_unknown_keyword_is_not_understood() {
    assert_eq!(
        Object::Schema.treatment("unknownKeyword"),
        Treatment::NotUnderstood
    );
    assert_eq!(
        Object::Operation.treatment("callbacks"),
        Treatment::NotUnderstood
    );
    assert_eq!(
        Object::Document.treatment("webhooks"),
        Treatment::NotUnderstood
    );
}

#[test]
fn an_extension_is_an_annotation() {
    assert_eq!(
        Object::Schema.treatment("x-anything"),
        Treatment::Annotation
    );
}
