//! Lists how the comparison treats each member of an OpenAPI 3.1 document and each keyword of JSON
//! Schema 2020-12.

/// How the comparison treats a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// A rule of its own judges differences.
    Compared,
    /// It informs readers; differences are metadata.
    Annotation,
    /// Differences are shown to a person and count as breaking.
    NotUnderstood,
}

/// An object of a document with members of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    Document,
    Info,
    PathItem,
    Operation,
    Parameter,
    RequestBody,
    Response,
    MediaType,
    Schema,
}

/// Members that inform readers, wherever they occur.
const ANNOTATIONS: [&str; 14] = [
    "$comment",
    "contact",
    "default",
    "deprecated",
    "description",
    "example",
    "examples",
    "externalDocs",
    "license",
    "summary",
    "termsOfService",
    "title",
    "version",
    "xml",
];

impl Object {
    /// Returns how the comparison treats a member of this object.
    pub(super) fn treatment(self, key: &str) -> Treatment {
        if self.compared().contains(&key) {
            Treatment::Compared
        } else if ANNOTATIONS.contains(&key) || key.starts_with("x-") {
            Treatment::Annotation
        } else {
            Treatment::NotUnderstood
        }
    }

    const fn compared(self) -> &'static [&'static str] {
        match self {
            // The version of OpenAPI itself decides nothing for callers.
            Self::Document => &[
                "components",
                "info",
                "openapi",
                "paths",
                "security",
                "servers",
                "tags",
            ],
            Self::Info => &["version"],
            Self::PathItem => &[
                "$ref",
                "delete",
                "get",
                "head",
                "options",
                "parameters",
                "patch",
                "post",
                "put",
                "servers",
                "trace",
            ],
            Self::Operation => &[
                "operationId",
                "parameters",
                "requestBody",
                "responses",
                "security",
                "servers",
                "tags",
            ],
            Self::Parameter => &[
                "$ref",
                "allowEmptyValue",
                "allowReserved",
                "content",
                "explode",
                "in",
                "name",
                "required",
                "schema",
                "style",
            ],
            Self::RequestBody => &["$ref", "content", "required"],
            Self::Response => &["$ref", "content", "headers"],
            Self::MediaType => &["encoding", "schema"],
            Self::Schema => SCHEMA,
        }
    }
}

/// Schema keywords with a rule of their own. `readOnly` and `writeOnly` are among them, because they
/// decide in which direction a property exists.
const SCHEMA: &[&str] = &[
    // Their content is compared where a reference leads to it.
    "$defs",
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "dependentRequired",
    "dependentSchemas",
    "discriminator",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "items",
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
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "prefixItems",
    "properties",
    "propertyNames",
    "readOnly",
    "required",
    "type",
    "uniqueItems",
    "writeOnly",
    "x-discriminator",
];

/// Limits that are tighter when they are greater.
pub(super) const LOWER: [&str; 6] = [
    "exclusiveMinimum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
];

/// Limits that are tighter when they are smaller.
pub(super) const UPPER: [&str; 6] = [
    "exclusiveMaximum",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
];

/// Returns whether a keyword is a limit that has no schema inside.
pub(super) fn is_limit(key: &str) -> bool {
    LOWER.contains(&key)
        || UPPER.contains(&key)
        || matches!(key, "format" | "multipleOf" | "pattern" | "uniqueItems")
}

/// Returns whether a member of a schema is an annotation, so that adding or removing it allows the
/// same values.
pub(super) fn is_annotation(key: &str) -> bool {
    matches!(key, "readOnly" | "writeOnly")
        || Object::Schema.treatment(key) == Treatment::Annotation
}

#[cfg(test)]
mod tests;
