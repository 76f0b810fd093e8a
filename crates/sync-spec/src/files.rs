//! How is a file read if it exists, and written whole or not at all?

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Context, Result, bail};
use tempfile::{Builder, NamedTempFile};

/// Reads a file; returns `None` if it does not exist.
///
/// # Errors
/// Returns an error if the file cannot be read.
pub fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        result => result
            .map(Some)
            .with_context(|| format!("cannot read {}", path.display())),
    }
}

/// Reads the files of a folder, sorted by name: those with a name that `is_wanted` accepts.
///
/// # Errors
/// Returns an error if the folder or a file cannot be read.
pub fn read_folder(
    folder: &Path,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, String>> {
    let cannot_read = || format!("cannot read {}", folder.display());
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(cannot_read)? {
        let path = entry.with_context(cannot_read)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if is_wanted(&name) {
            files.extend(read(&path)?.map(|text| (name.into_owned(), text)));
        }
    }
    Ok(files)
}

/// Returns the names of the files in a folder, sorted.
///
/// # Errors
/// Returns an error if the folder cannot be read.
pub fn names(folder: &Path) -> Result<Vec<String>> {
    let cannot_read = || format!("cannot read {}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(cannot_read)? {
        let name = entry.with_context(cannot_read)?.file_name();
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Writes a file, whole or not at all. Creates missing folders.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let mut file = draft(path).with_context(cannot)?;
    file.write_all(text.as_bytes()).with_context(cannot)?;
    file.as_file().sync_all().with_context(cannot)?;
    file.persist(path).with_context(cannot)?;
    sync_folder_of(path).with_context(cannot)
}

/// Deletes a file if it exists.
///
/// # Errors
/// Returns an error if the file cannot be deleted.
pub fn delete(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result
            .and_then(|()| sync_folder_of(path))
            .with_context(|| format!("cannot delete {}", path.display())),
    }
}

/// Checks that a file can be written, before there is anything to write.
///
/// # Errors
/// Returns an error if the file cannot be written.
pub fn check_writable(path: &Path) -> Result<()> {
    if path.is_dir() {
        bail!("cannot write {}: it is a folder", path.display());
    }
    draft(path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(())
}

/// Creates a temporary file beside the one that it will replace.
fn draft(path: &Path) -> io::Result<NamedTempFile> {
    let folder = folder_of(path);
    fs::create_dir_all(folder)?;
    Builder::new()
        // Ignored by git, in case the process is killed before the rename.
        .prefix(".sync-spec-")
        // The permissions of any new file: the umask decides.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Makes a rename or a deletion survive a power failure.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}
