//! Where is a download until it is complete?

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf, is_separator};

use tokio::task::spawn_blocking;

use crate::runtime::random;

/// A temporary file that is removed on drop, unless it was moved to its final path.
#[derive(Debug)]
pub(crate) struct PartFile {
    part: PathBuf,
    target: PathBuf,
    is_complete: bool,
}

impl PartFile {
    /// Creates the file in the directory of its final path, so that a rename completes it.
    ///
    /// # Errors
    /// Returns an error if a file cannot have this path, or if the path is that of a directory, a
    /// device or a link that leads nowhere.
    pub async fn create(path: &Path) -> io::Result<(Self, tokio::fs::File)> {
        let path = path.to_owned();
        // The blocking task owns the guard from the moment that the file exists: if the caller is
        // dropped meanwhile, the task drops its result, and the file is removed.
        let (guard, file) = spawn_blocking(move || Self::create_blocking(path)).await??;
        Ok((guard, file.into()))
    }

    fn create_blocking(path: PathBuf) -> io::Result<(Self, File)> {
        let (target, replaced) = resolve(path)?;
        // The name of the target is not part of this name, because it may be as long as names can be.
        let name = format!(".{}.part", random::uuid().simple());
        let part = target.with_file_name(name);
        let file = create_private(&part)?;
        let guard = Self {
            part,
            target,
            is_complete: false,
        };
        if let Some(replaced) = replaced {
            keep_access(&file, &replaced);
        }
        Ok((guard, file))
    }

    /// Moves the file to its final path, and replaces an existing file.
    pub async fn complete(mut self) -> io::Result<()> {
        tokio::fs::rename(&self.part, &self.target).await?;
        self.is_complete = true;
        Ok(())
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.is_complete {
            // A drop cannot report errors.
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Returns the path of the file itself if the path is a symbolic link, and what the file is now if
/// it exists.
fn resolve(path: PathBuf) -> io::Result<(PathBuf, Option<Metadata>)> {
    let invalid = |reason| Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
    let replaced = match fs::metadata(&path) {
        Ok(metadata) => Some(metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let last = path.as_os_str().as_encoded_bytes().last();
    let is_directory = match &replaced {
        Some(metadata) => metadata.is_dir(),
        None => path.file_name().is_none() || last.is_some_and(|&c| is_separator(c.into())),
    };
    if is_directory {
        return invalid("it is a directory; add a file name");
    }
    match replaced {
        Some(metadata) if !metadata.is_file() => {
            invalid("it is not a regular file; open it and use `write_to`")
        }
        Some(metadata) if cfg!(windows) && metadata.permissions().readonly() => {
            invalid("the file is read-only")
        }
        Some(metadata) => {
            let is_link = fs::symlink_metadata(&path)?.is_symlink();
            let target = if is_link {
                fs::canonicalize(path)?
            } else {
                path
            };
            Ok((target, Some(metadata)))
        }
        None if fs::symlink_metadata(&path).is_ok() => {
            invalid("it is a symbolic link to a file that does not exist")
        }
        None => Ok((path, None)),
    }
}

/// Creates a file that only its owner can read. On Windows, the directory decides who can.
fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Gives a file the owner, group and permissions of the file that it replaces, as far as the system
/// lets it. It never becomes readable to others than the replaced file.
#[cfg(unix)]
fn keep_access(file: &File, replaced: &Metadata) {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

    let (user, group) = (replaced.uid(), replaced.gid());
    // Only root may give a file to another user.
    let is_kept =
        fchown(file, Some(user), Some(group)).is_ok() || fchown(file, None, Some(group)).is_ok();
    // A new group gets no permissions, and a new content does not run as another user.
    let mode = replaced.mode() & if is_kept { 0o777 } else { 0o707 };
    // Some file systems have no permissions to set. There, the file stays as it was created.
    let _ = file.set_permissions(fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn keep_access(_: &File, _: &Metadata) {}
