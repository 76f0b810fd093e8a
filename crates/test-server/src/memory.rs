//! How much memory has a process needed?

use std::fs;

use anyhow::{Context, Result};

/// Returns the peak memory of this process in bytes.
///
/// # Errors
/// Returns an error if the system is not Linux.
pub fn peak_memory() -> Result<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next());
    let kibibytes: u64 = kibibytes.context("the status has no VmHWM")?.parse()?;
    Ok(kibibytes * 1024)
}
