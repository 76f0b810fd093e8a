//! How is a document read from a file?

use std::path::Path;

use anyhow::{Context, Result, bail};
use tokio::fs;
use tokio::io::AsyncReadExt;

use super::Fetched;

pub(super) async fn fetch(path: &Path, limit: u64) -> Result<Fetched> {
    let cannot_read = || format!("cannot read {}", path.display());
    let file = fs::File::open(path).await.with_context(cannot_read)?;
    let mut raw = Vec::new();
    // One byte more than allowed shows that the file is too long.
    let mut beginning = file.take(limit + 1);
    beginning
        .read_to_end(&mut raw)
        .await
        .with_context(cannot_read)?;
    if raw.len() as u64 > limit {
        bail!(
            "{} has more than {limit} bytes, more than any document of ZenML; give another file",
            path.display()
        );
    }
    // The origin must not depend on the folder of the file.
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok(Fetched {
        raw,
        origin: format!("the file {}", name.to_string_lossy()),
        printed_by: None,
    })
}
