use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use tokio::fs::{self, File, OpenOptions};
use uuid::Uuid;

/// A file that is not complete yet. It is removed when it is dropped before it is.
#[derive(Debug)]
pub(crate) struct PartFile(Option<PathBuf>);

impl PartFile {
    /// Creates the file beside its final path, so that a rename suffices in the end.
    pub async fn create(path: &Path) -> io::Result<(Self, File)> {
        let Some(name) = path.file_name() else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "the path names no file",
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

    /// Puts the file in its final place, over whatever is there.
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
            // Nobody is left to tell when this fails, or when there was no file yet.
            let _ = std::fs::remove_file(part);
        }
    }
}
