//! `cargo xtask package`.

mod check;
mod features;
mod offline_tests;
pub mod stage;

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::Value;
use tokio::process::Command;
use zenml_test_server::paths;

use crate::{cargo::Cargo, ceilings::Ceilings};

pub use check::Consumer;

/// The published packages, in the order of their dependencies.
pub const PACKAGES: [&str; 2] = ["zenml-codegen", "zenml"];

/// Package the published crates, and check the packages
///
/// Copies the checkout, adds the generated code of both clients, makes the generator optional, and
/// packages the copy. Then checks the packages: a program builds with `zenml` and without the
/// generator; the library compiles without features, with each alone, and with all default features but
/// one; the feature `generate` generates the same code; and the offline tests pass.
///
/// Works without a network if the dependencies have been downloaded before. Leaves the copy in
/// target/package/stage/, where `cargo publish` publishes it, and the packages in target/package/.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Make the packages, and do not check them
    #[arg(long)]
    no_check: bool,
}

/// A published crate, packaged.
pub struct Package {
    pub name: &'static str,
    /// The file that would be uploaded.
    pub file: PathBuf,
}

impl Package {
    /// Returns the compressed size in bytes.
    ///
    /// # Errors
    /// Returns an error if the file is missing.
    pub fn size(&self) -> Result<u64> {
        Ok(fs::metadata(&self.file)?.len())
    }
}

/// Runs the command.
///
/// # Errors
/// Returns an error if a crate cannot be packaged, or if a package is too large or does not work.
pub async fn run(arguments: &Arguments) -> Result<ExitCode> {
    let packages = package().await?;
    let ceilings = Ceilings::read()?;
    for package in &packages {
        let size = package.size()?;
        println!("{} {} bytes", package.file.display(), size);
        ceilings.check(&format!("{}: package size in bytes", package.name), size)?;
    }
    if !arguments.no_check {
        Consumer::create(&packages).await?.check(&ceilings).await?;
        println!("The packages work.");
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the folder of everything that packaging leaves behind.
#[must_use]
pub fn folder() -> PathBuf {
    target().join("package")
}

/// Returns cargo's target folder.
fn target() -> PathBuf {
    paths::scratch().with_file_name("")
}

/// Packages the published crates.
///
/// # Errors
/// Returns an error if the library cannot be generated, or if cargo fails.
pub async fn package() -> Result<Vec<Package>> {
    Cargo::new("fetch --quiet").run().await?;
    let stage = folder().join("stage");
    let generating = Cargo::new("check --quiet --package zenml --features mock,pro-inferred");
    stage::stage(&out_dir(generating).await?, &stage).await?;
    let command = PACKAGES.iter().fold(
        // The checks build the packages with the features of interest.
        Cargo::new("package --quiet --no-verify --allow-dirty --offline --target-dir")
            .arg(&folder().to_string_lossy()),
        |command, name| command.arg("--package").arg(name),
    );
    command.folder(&stage).run().await?;
    let files = folder().join("package");
    PACKAGES
        .into_iter()
        .map(|name| {
            let file = files.join(format!("{name}-{}.crate", env!("CARGO_PKG_VERSION")));
            ensure!(file.is_file(), "cargo did not write {}", file.display());
            Ok(Package { name, file })
        })
        .collect()
}

/// Runs a command that compiles, and returns the number of its units: crates, build scripts, and their runs.
///
/// # Errors
/// Returns an error if the command fails.
pub async fn units(command: Cargo) -> Result<u64> {
    let mut units = 0;
    command
        .messages(|message| {
            let reason = message.get("reason").and_then(Value::as_str);
            if matches!(reason, Some("compiler-artifact" | "build-script-executed")) {
                units += 1;
            }
        })
        .await?;
    Ok(units)
}

/// Runs a command that compiles the library, and returns the folder of its generated code.
///
/// # Errors
/// Returns an error if the command fails.
async fn out_dir(command: Cargo) -> Result<PathBuf> {
    let mut found = None;
    command
        .messages(|message| {
            if message
                .get("reason")
                .is_some_and(|reason| reason == "build-script-executed")
                && let Some(folder) = message
                    .get("out_dir")
                    .and_then(Value::as_str)
                    .map(Path::new)
                && is_of_the_library(folder)
            {
                found = Some(folder.to_path_buf());
            }
        })
        .await?;
    found.context("cargo did not report the folder of the generated code")
}

/// Returns whether a folder has the generated code: other build scripts have other files.
fn is_of_the_library(folder: &Path) -> bool {
    let parent = folder.parent().and_then(Path::file_name);
    parent.and_then(|name| name.to_str()).is_some_and(|name| {
        let hash = name.strip_prefix("zenml-");
        hash.is_some_and(|hash| hash.chars().all(|c| c.is_ascii_hexdigit()))
    })
}

/// Extracts a package.
///
/// # Errors
/// Returns an error if `tar` is missing or fails.
async fn extract(package: &Package, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let status = Command::new("tar")
        .arg("-xzf")
        .arg(&package.file)
        .args(["--strip-components=1", "-C"])
        .arg(to)
        .kill_on_drop(true)
        .status()
        .await
        .context("cannot start tar")?;
    ensure!(
        status.success(),
        "tar cannot extract {}",
        package.file.display()
    );
    Ok(())
}
