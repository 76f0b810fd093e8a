//! How does the checkout become the tree that is packaged?
//!
//! In the checkout, the build script always generates, so that cargo commands need no flags. In the
//! package, it copies code that was generated before, and the generator is an optional dependency.
//! Cargo cannot express both in one manifest, so the package is made from a copy of the checkout.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use tokio::process::Command;
use zenml_test_server::paths;

/// Folder of the package that has the code of both clients.
pub const GENERATED: &str = "generated";

/// The files in it: for each API, the client, and what the feature `mock` adds.
pub const FILES: [&str; 4] = ["workspace.rs", "workspace_mock.rs", "pro.rs", "pro_mock.rs"];

/// Copies the files of the checkout that git knows or would add, and turns the copy into what is packaged.
///
/// # Errors
/// Returns an error if git is missing, or if a file cannot be read, changed or written.
pub async fn stage(code: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        fs::remove_dir_all(to)?;
    }
    let from = paths::workspace();
    for file in files_of(from).await? {
        copy(&from.join(&file), &to.join(&file))?;
    }
    for file in FILES {
        copy(&code.join(file), &to.join(GENERATED).join(file))?;
    }
    fs::rename(to.join("build.rs"), to.join("generate.rs"))?;
    fs::write(to.join("build.rs"), include_str!("build_script.rs"))?;
    let manifest = to.join("Cargo.toml");
    fs::write(&manifest, packaged(&fs::read_to_string(&manifest)?)?)?;
    Ok(())
}

/// Returns the files of the checkout that git knows or would add, relative to it.
///
/// # Errors
/// Returns an error if git is missing or fails.
pub async fn files_of(checkout: &Path) -> Result<Vec<PathBuf>> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(checkout)
        .kill_on_drop(true)
        .output()
        .await
        .context("cannot start git")?;
    if !output.status.success() {
        bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let names = String::from_utf8(output.stdout)?;
    let files = names.split_terminator('\0').map(PathBuf::from);
    // A deleted file is still known until the next commit.
    Ok(files.filter(|file| checkout.join(file).is_file()).collect())
}

/// Copies a file, and creates the folders that its copy is in.
///
/// # Errors
/// Returns an error if the file cannot be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

/// Returns the manifest of the package: the generator is optional, and the generated code is included. It has
/// no profiles, because cargo ignores those of dependencies, and warns about them.
///
/// # Errors
/// Returns an error if the manifest of the checkout has changed, so that this function has to.
fn packaged(manifest: &str) -> Result<String> {
    let mut packaged = without_profiles(manifest);
    let path = r#"zenml-codegen = { path = "crates/codegen", version"#;
    for (checkout, package) in [
        (
            "\ngenerate = []\n",
            "\ngenerate = [\"dep:zenml-codegen\"]\n",
        ),
        (path, &path.replace("{ path", "{ optional = true, path")),
        (
            r#"include = ["/src", "/build.rs","#,
            r#"include = ["/src", "/build.rs", "/generate.rs", "/generated","#,
        ),
    ] {
        ensure!(
            packaged.matches(checkout).count() == 1,
            "Cargo.toml must have this text once, which the package changes: {checkout}"
        );
        packaged = packaged.replace(checkout, package);
    }
    Ok(packaged)
}

/// Returns the manifest without the tables of profiles.
fn without_profiles(manifest: &str) -> String {
    let mut in_profile = false;
    let lines = manifest.split_inclusive('\n').filter(|line| {
        if line.starts_with('[') {
            in_profile = line.starts_with("[profile.");
        }
        !in_profile
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_of_a_package_is_optional() {
        let manifest = fs::read_to_string(paths::workspace().join("Cargo.toml")).unwrap();
        let packaged = packaged(&manifest).unwrap();
        assert!(packaged.contains("\ngenerate = [\"dep:zenml-codegen\"]\n"));
        assert!(packaged.contains("zenml-codegen = { optional = true, path"));
        assert!(packaged.contains("\"/generated\""));
    }

    #[test]
    fn a_package_has_no_profiles() {
        let manifest =
            "[a]\nb = 1\n[profile.dev]\nc = 1\n[profile.x.package.y]\nd = 1\n[e]\nf = 1\n";
        assert_eq!(without_profiles(manifest), "[a]\nb = 1\n[e]\nf = 1\n");
    }

    #[test]
    fn an_unknown_manifest_is_an_error() {
        assert!(packaged("[package]\n").is_err());
    }
}
