//! Do the offline tests of the checkout pass with the package?

use std::{fmt::Write as _, fs, path::Path};

use anyhow::Result;
use zenml_test_server::paths;

use super::stage::{copy, files_of};

/// The targets in `tests/` that have tests which need no server. `api_listing` is not among them, because
/// it is about the documents.
pub const TARGETS: [&str; 8] = [
    "download_memory",
    "errors",
    "installed_provider",
    "mock",
    "pro",
    "secret_leaks",
    "wire_fuzz",
    "zeroize",
];

/// Makes an unpacked package a workspace with these tests. The package has neither them nor the crates that only
/// they use, which are those of the checkout, with its generator.
///
/// # Errors
/// Returns an error if git is missing, or if a file cannot be read or written.
pub async fn add(package: &Path) -> Result<()> {
    let checkout = paths::workspace();
    for file in files_of(checkout).await? {
        if file.starts_with("tests") || file.starts_with("examples/pro_demo") {
            copy(&checkout.join(&file), &package.join(&file))?;
        }
    }
    // The versions that are tested.
    copy(&checkout.join("Cargo.lock"), &package.join("Cargo.lock"))?;
    let crates = checkout.join("crates");
    let manifest = package.join("Cargo.toml");
    let mut text = fs::read_to_string(&manifest)?;
    write!(
        text,
        "\n[workspace]\n\n[patch.crates-io]\nzenml-codegen = {{ path = {:?} }}\n",
        crates.join("codegen")
    )?;
    for name in ["pro-fake", "test-server"] {
        let folder = crates.join(name);
        write!(
            text,
            "\n[dev-dependencies.zenml-{name}]\npath = {folder:?}\n"
        )?;
    }
    for name in TARGETS {
        let file = path(name);
        write!(text, "\n[[test]]\nname = \"{name}\"\npath = \"{file}\"\n")?;
    }
    fs::write(manifest, text)?;
    Ok(())
}

/// Returns the main file of a test target, relative to the folder of the package.
fn path(name: &str) -> String {
    let file = format!("tests/{name}.rs");
    if paths::workspace().join(&file).is_file() {
        file
    } else {
        format!("tests/{name}/main.rs")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts the lines of a file, or of the Rust files of a folder, that start with a text.
    fn count(path: &Path, start: &str) -> usize {
        if path.is_dir() {
            let entries = fs::read_dir(path).unwrap();
            let paths = entries.map(|entry| entry.unwrap().path());
            return paths.map(|path| count(&path, start)).sum();
        }
        if path.extension().is_none_or(|extension| extension != "rs") {
            return 0;
        }
        let text = fs::read_to_string(path).unwrap();
        text.lines().filter(|line| line.starts_with(start)).count()
    }

    #[test]
    fn every_target_with_offline_tests_is_run_with_the_package() {
        let folder = paths::workspace().join("tests");
        let mut targets = Vec::new();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let tests = count(&path, "#[test]") + count(&path, "#[tokio::test");
            if tests > count(&path, "#[ignore") && !["api_listing", "upgrade"].contains(&name) {
                targets.push(name.to_owned());
            }
        }
        targets.sort();
        assert_eq!(targets, TARGETS);
    }
}
