//! What does codegen write for the Pro API?

use crate::pro::types;

include!(concat!(env!("OUT_DIR"), "/pro_mock.rs"));
