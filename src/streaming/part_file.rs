//! The file of a download that is not complete yet.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::{self, File, OpenOptions};
use uuid::Uuid;

/// A temporary file that is removed on drop, unless it is complete.
#[derive(Debug)]
pub(crate) struct PartFile(Option<PathBuf>);

impl PartFile {
    /// Creates the file next to its final path, so that a rename completes it.
    pub async fn create(path: &Path) -> io::Result<(Self, File)> {
        let Some(name) = path.file_name() else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the path does not end with a file name",
            ));
        };
        let mut part = OsString::from(".");
        part.push(name);
        part.push(format!(".{}.part", Uuid::new_v4().simple()));
        let part = path.with_file_name(part);
        let guard = Self(Some(part.clone()));
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(part)
            .await?;
        Ok((guard, file))
    }

    /// Moves the file to its final path, and replaces an existing file.
    pub async fn complete(mut self, path: &Path) -> io::Result<()> {
        if let Some(part) = &self.0 {
            fs::rename(part, path).await?;
        }
        self.0 = None;
        Ok(())
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if let Some(part) = self.0.take() {
            // A drop cannot report errors, and the file may not exist yet.
            let _ = std::fs::remove_file(part);
        }
    }
}
