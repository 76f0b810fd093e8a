//! A document from a file.

use std::path::Path;

use anyhow::{Context, Result, bail};
use tokio::fs;
use tokio::io::AsyncReadExt;

use super::Fetched;

pub(super) async fn fetch(path: &Path, limit: u64) -> Result<Fetched> {
    let cannot_read = || format!("cannot read {}", path.display());
    let file = fs::File::open(path).await.with_context(cannot_read)?;
    let mut raw = Vec::new();
    // A byte more than allowed tells that there is more.
    let mut start = file.take(limit + 1);
    start
        .read_to_end(&mut raw)
        .await
        .with_context(cannot_read)?;
    if raw.len() as u64 > limit {
        bail!(
            "{} has more than {limit} bytes, which no document of ZenML has",
            path.display()
        );
    }
    // Other people have other folders.
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok(Fetched {
        raw,
        origin: format!("the file {}", name.to_string_lossy()),
        printed_by: None,
    })
}
