//! What does codegen write for the Workspace API?

#[allow(unused_imports, reason = "not every document needs all of them")]
use {
    crate::workspace::{self as api, types},
    crate::{Json, JsonObject},
    std::collections::BTreeMap,
    uuid::Uuid,
};

include!(concat!(env!("OUT_DIR"), "/workspace_mock.rs"));
