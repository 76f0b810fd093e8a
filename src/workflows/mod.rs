//! What takes several calls?

#[cfg(feature = "pro")]
pub(crate) mod connect_workspace;
pub(crate) mod run_target;
pub(crate) mod trigger;
pub(crate) mod wait_for_run;
