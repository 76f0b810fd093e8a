//! What does codegen write for the Workspace API?

use crate::workspace::types;

include!(concat!(env!("OUT_DIR"), "/workspace_mock.rs"));
