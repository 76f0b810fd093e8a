//! What does codegen write for the Pro API?

#[allow(unused_imports, reason = "not every document needs all of them")]
use {
    crate::pro::{self as api, types},
    crate::{Json, JsonObject},
    std::collections::BTreeMap,
    uuid::Uuid,
};

include!(concat!(env!("OUT_DIR"), "/pro_mock.rs"));
