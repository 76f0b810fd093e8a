//! Which names of a document the library uses itself.
//!
//! An item of a document with such a name gets an underscore at its end, in all documents alike.
//! `tests/reserved_names.rs` compares these lists with the methods of the library.

/// Methods of the clients, which operations are methods of too.
pub const CLIENT_METHODS: &[&str] = &[
    "builder",
    "builder_from_env",
    "check_version",
    "clone",
    "connect_workspace",
    "from_env",
    "request",
    "stream_run_logs",
    "stream_step_logs",
    "trigger",
    "url",
    "wait_for_run",
    "with_options",
];

/// Methods of request builders, besides the setters of parameters.
pub const BUILDER_METHODS: &[&str] = &[
    "all_projects",
    "body",
    "clone",
    "count",
    "first",
    "max_items",
    "one",
    "prefetch",
    "send",
    "stream",
];

/// Methods of generated structs and of `Response`, which dereferences to them, and the field that
/// keeps undeclared members.
pub const MEMBERS: &[&str] = &[
    "clone",
    "http_headers",
    "http_request_id",
    "http_status",
    "into_inner",
    "new",
    "sample",
    "unknown_fields",
];

/// Methods that only some generated structs have, besides the accessors of their parts.
pub const MEMBERS_OF_TYPES: &[(&str, &[&str])] = &[
    ("PipelineRunResponse", &["duration", "into_result"]),
    ("StepRunResponse", &["duration", "into_result"]),
];

/// Types that the modules of request builders import.
pub const BUILDER_IMPORTS: &[&str] = &[
    "BTreeMap",
    "Borrow",
    "Call",
    "Display",
    "Future",
    "Into",
    "IntoIterator",
    "Json",
    "JsonObject",
    "Method",
    "Operation",
    "Option",
    "Response",
    "Result",
    "Send",
    "Uuid",
    "Vec",
];

/// Names that the generated module of types imports, or that the macros in it use.
pub const TYPE_IMPORTS: &[&str] = &[
    "AsRef",
    "BTreeMap",
    "Box",
    "Clone",
    "Debug",
    "Default",
    "Deserialize",
    "Eq",
    "Err",
    "FilePart",
    "Filter",
    "From",
    "Into",
    "Json",
    "JsonObject",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Secret",
    "SecretMap",
    "Self",
    "Serialize",
    "Some",
    "String",
    "Uuid",
    "Vec",
];

/// Returns `name`, with an underscore at its end if it is reserved.
pub(crate) fn unreserved(name: &str, reserved: &[&str]) -> String {
    if reserved.contains(&name) {
        format!("{name}_")
    } else {
        name.to_owned()
    }
}

/// Returns the name of a member of a type, with an underscore at its end if it is reserved.
pub(crate) fn unreserved_member(ty: &str, name: &str) -> String {
    let own = MEMBERS_OF_TYPES.iter().find(|(owner, _)| *owner == ty);
    let name = unreserved(name, MEMBERS);
    own.map_or(name.clone(), |(_, methods)| unreserved(&name, methods))
}
