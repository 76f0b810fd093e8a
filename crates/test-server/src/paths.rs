//! Where is the checkout, and where do servers keep their files?

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Returns the root of the workspace that this process works on.
///
/// Found at run time, so that a program works on the checkout that it is run in, wherever it was
/// compiled: the nearest workspace above the package that cargo runs, or above the current folder.
/// Without a workspace there, returns the current folder.
#[must_use]
pub fn workspace() -> &'static Path {
    static WORKSPACE: LazyLock<PathBuf> = LazyLock::new(|| {
        let current = env::current_dir().unwrap_or_default();
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let start = package.as_deref().unwrap_or(&current);
        workspace_above(start).map_or_else(|| current.clone(), Path::to_path_buf)
    });
    &WORKSPACE
}

/// Returns the nearest folder at or above `start` with the manifest of a workspace.
fn workspace_above(start: &Path) -> Option<&Path> {
    start.ancestors().find(|folder| {
        let manifest = fs::read_to_string(folder.join("Cargo.toml"));
        manifest.is_ok_and(|text| text.lines().any(|line| line.trim_end() == "[workspace]"))
    })
}

/// Returns the folder of everything that servers leave behind: `zenml/` in cargo's target folder,
/// which `CARGO_TARGET_DIR` can move.
#[must_use]
pub fn scratch() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace().join("target"), PathBuf::from)
        .join("zenml")
}

/// Returns the folder of an installed server version.
pub(crate) fn version(version: &str) -> PathBuf {
    scratch().join(version)
}

/// Returns the script that serves ZenML.
pub(crate) fn serve_script() -> PathBuf {
    workspace().join("crates/test-server/serve/serve.py")
}

/// Returns the scripts that fill a server.
pub(crate) fn fill_scripts() -> PathBuf {
    workspace().join("crates/test-server/fill")
}

/// Returns the script that copies runs in a server's database.
pub(crate) fn copy_runs_script() -> PathBuf {
    workspace().join("crates/test-server/database/copy_runs.py")
}

/// Returns the folder of modules that the server loads in addition to its own package.
pub(crate) fn plugins() -> PathBuf {
    workspace().join("crates/test-server/plugins")
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_nearest_workspace_above_a_folder_is_found() {
        let checkouts = [TempDir::new().unwrap(), TempDir::new().unwrap()];
        for checkout in &checkouts {
            let package = checkout.path().join("crates/a/src");
            fs::create_dir_all(&package).unwrap();
            let manifest = |path: &str, text| fs::write(checkout.path().join(path), text).unwrap();
            manifest("Cargo.toml", "[workspace]\nmembers = []\n");
            manifest(
                "crates/a/Cargo.toml",
                "[package]\nversion.workspace = true\n",
            );
            assert_eq!(workspace_above(&package), Some(checkout.path()));
        }
        assert_eq!(workspace_above(Path::new("/")), None);
    }
}
