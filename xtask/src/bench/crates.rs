//! Which crates does `bench build` compare, and how are they compiled?

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use zenml_test_server::{cargo_command, paths};

use super::rustc::{self, Measured};

/// A crate that is compiled for a measurement.
pub struct Contender {
    pub name: &'static str,
    /// The folder with its `Cargo.toml`.
    folder: PathBuf,
    /// Arguments that make the crates comparable: only the Workspace API.
    features: &'static [&'static str],
    target: PathBuf,
}

/// Way to compile a crate.
#[derive(Debug, Clone, Copy)]
pub struct Mode {
    pub name: &'static str,
    arguments: &'static [&'static str],
    folder: &'static str,
}

pub const CHECK: Mode = Mode {
    name: "check",
    arguments: &["check"],
    folder: "debug",
};
pub const DEBUG: Mode = Mode {
    name: "debug build",
    arguments: &["build"],
    folder: "debug",
};
pub const RELEASE: Mode = Mode {
    name: "release build",
    arguments: &["build", "--release"],
    folder: "release",
};

impl Contender {
    /// Returns this crate, with the Workspace API only.
    pub fn ours(target: &Path) -> Self {
        Self {
            name: "zenml",
            folder: paths::workspace().to_path_buf(),
            features: &[
                "--package=zenml",
                "--no-default-features",
                "--features=rustls",
            ],
            target: target.to_path_buf(),
        }
    }

    /// Creates a crate from the output of `crates/codegen/examples/plain.rs`.
    ///
    /// # Errors
    /// Returns an error if the output cannot be generated or written.
    pub async fn plain(target: &Path) -> Result<Self> {
        let folder = target.join("plain");
        let source = cargo_command()
            .args([
                "run",
                "--quiet",
                "--package=zenml-codegen",
                "--example=plain",
            ])
            .current_dir(paths::workspace())
            .kill_on_drop(true)
            .output()
            .await?;
        if !source.status.success() {
            bail!(
                "cannot generate the plain client:\n{}",
                String::from_utf8_lossy(&source.stderr)
            );
        }
        fs::create_dir_all(folder.join("src"))?;
        fs::write(folder.join("src/lib.rs"), source.stdout)?;
        fs::write(folder.join("Cargo.toml"), include_str!("plain.toml"))?;
        // Both crates get the same versions of their dependencies.
        fs::copy(
            paths::workspace().join("Cargo.lock"),
            folder.join("Cargo.lock"),
        )?;
        Ok(Self {
            name: "plain",
            folder,
            features: &[],
            target: target.to_path_buf(),
        })
    }

    /// Returns the measured command as typed in a shell.
    pub fn command_line(&self, mode: Mode) -> String {
        let words = mode.arguments.iter().chain(self.features);
        let words: Vec<&str> = words.copied().collect();
        format!("CARGO_INCREMENTAL=0 cargo {}", words.join(" "))
    }

    /// Compiles the crate, after compiling its dependencies.
    ///
    /// # Errors
    /// Returns an error if the crate does not compile.
    pub async fn compile(&self, mode: Mode) -> Result<Measured> {
        let measurements = self.target.join("measurements.jsonl");
        self.cargo(mode, &measurements).await?;
        let lib = self.folder.join("src/lib.rs");
        fs::File::options()
            .write(true)
            .open(lib)?
            .set_modified(SystemTime::now())?;
        fs::remove_file(&measurements).or_else(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
        self.cargo(mode, &measurements).await?;
        rustc::last(&measurements, self.name)
    }

    async fn cargo(&self, mode: Mode, measurements: &Path) -> Result<Vec<Value>> {
        let output = cargo_command()
            .args(mode.arguments)
            .args(self.features)
            .args(["--quiet", "--lib", "--message-format=json"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("CARGO_INCREMENTAL", "0")
            .env("RUSTC_WRAPPER", std::env::current_exe()?)
            .env(rustc::MEASUREMENTS, measurements)
            .kill_on_drop(true)
            .output()
            .await
            .context("cannot start cargo")?;
        if !output.status.success() {
            bail!(
                "`{}` failed in {}:\n{}",
                self.command_line(mode),
                self.folder.display(),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect())
    }

    /// Returns the size of the compiled library in bytes.
    ///
    /// # Errors
    /// Returns an error if the library has not been built.
    pub fn library_size(&self, mode: Mode) -> Result<u64> {
        let library = format!("lib{}.rlib", self.name);
        let path = self.target.join(mode.folder).join(library);
        let metadata = fs::metadata(&path).with_context(|| path.display().to_string())?;
        Ok(metadata.len())
    }

    /// Returns the executable of the build script, and its output folder.
    ///
    /// # Errors
    /// Returns an error if the crate has no build script.
    pub async fn build_script(&self) -> Result<(PathBuf, PathBuf)> {
        let messages = self
            .cargo(CHECK, &self.target.join("measurements.jsonl"))
            .await?;
        let is_ours = |message: &&Value| {
            let id = message.get("package_id").and_then(Value::as_str);
            // The id of a package in a folder of the same name contains the folder only.
            id.is_some_and(|id| id.contains("#zenml@") || id.contains("/zenml#"))
        };
        let find = |reason: &str, pointer: &str| {
            let of_reason = |message: &&Value| message.get("reason").is_some_and(|r| r == reason);
            messages
                .iter()
                .filter(is_ours)
                .filter(of_reason)
                .find_map(|message| message.pointer(pointer)?.as_str())
                .map(PathBuf::from)
                .with_context(|| format!("cargo reported no {reason} of `{}`", self.name))
        };
        Ok((
            find("compiler-artifact", "/filenames/0")?,
            find("build-script-executed", "/out_dir")?,
        ))
    }
}
