//! Where things are.

use std::path::{Path, PathBuf};

/// The root of the workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap_or(package)
}

/// Everything that servers leave behind: `zenml/` in cargo's target directory, which
/// `CARGO_TARGET_DIR` can move.
#[must_use]
pub fn scratch() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| workspace().join("target"), PathBuf::from)
        .join("zenml")
}

/// The folder of one installed server version.
pub(crate) fn version(version: &str) -> PathBuf {
    scratch().join(version)
}

/// The script that serves.
pub(crate) fn serve_script() -> PathBuf {
    workspace().join("crates/test-server/serve/serve.py")
}

/// The scripts that fill a server.
pub(crate) fn fill_scripts() -> PathBuf {
    workspace().join("crates/test-server/fill")
}

/// What the server loads besides its own package.
pub(crate) fn plugins() -> PathBuf {
    workspace().join("crates/test-server/plugins")
}
