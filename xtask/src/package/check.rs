//! Do the packages work for a user?

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, ensure};
use zenml_test_server::paths;

use super::{
    Package, extract, features, folder, offline_tests, out_dir,
    stage::{FILES, GENERATED},
    target, units,
};
use crate::{
    cargo::{self, Cargo},
    ceilings::Ceilings,
};

/// Workspace of the unpacked packages and of programs that depend on `zenml`.
///
/// The patch stands for the registry: before a release, it does not have this version of the generator.
const MANIFEST: &str = r#"[workspace]
members = ["program*", "zenml", "zenml-codegen"]
resolver = "3"

[patch.crates-io]
zenml-codegen = { path = "zenml-codegen" }

# Like crates of a registry.
[profile.dev.package.zenml]
incremental = false
"#;

/// What the build script says if it would have to generate.
const REFUSAL: &str = "enable the feature `generate`";

/// The profile of the checkout, so that both share compiled dependencies.
const PROFILE: [&str; 4] = [
    "--config",
    "profile.dev.debug='line-tables-only'",
    "--config",
    "profile.dev.package.'*'.debug=false",
];

/// A user of the packages.
pub struct Consumer {
    pub folder: PathBuf,
}

impl Consumer {
    /// Extracts the packages next to a program.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub async fn create(packages: &[Package]) -> Result<Self> {
        let folder = folder().join("consumer");
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for package in packages {
            extract(package, &folder.join(package.name)).await?;
        }
        fs::write(folder.join("Cargo.toml"), MANIFEST)?;
        write_program(&folder.join("program"), "")?;
        // The versions that are tested.
        fs::copy(
            paths::workspace().join("Cargo.lock"),
            folder.join("Cargo.lock"),
        )?;
        Ok(Self { folder })
    }

    /// Adds a program that depends on `zenml` with these features in place of the default.
    ///
    /// # Errors
    /// Returns an error if a file cannot be written.
    pub fn add_program(&self, name: &str, features: &[&str]) -> Result<()> {
        let features = format!(", default-features = false, features = {features:?}");
        write_program(&self.folder.join(name), &features)
    }

    fn cargo(&self, arguments: &str) -> Cargo {
        Cargo::new(arguments)
            .arg("--offline")
            .args(&PROFILE)
            .folder(&self.folder)
            .env("CARGO_TARGET_DIR", &target().to_string_lossy())
    }

    /// Checks the packages.
    ///
    /// # Errors
    /// Returns an error that says what does not work.
    pub async fn check(&self, ceilings: &Ceilings) -> Result<()> {
        let tree = self.cargo("tree --package program --edges normal,build --prefix none");
        let (_, tree) = tree.output().await?;
        ensure!(
            tree.contains("zenml v")
                && !tree.contains("zenml-codegen")
                && !tree.contains("progenitor"),
            "a program that depends on zenml would compile the generator:\n{tree}"
        );
        let program = units(self.cargo("build --quiet --package program")).await?;
        ceilings.check("units compiled for a program", program)?;
        for set in features::sets(&cargo::features("zenml").await?) {
            // A warning is an error: most are about code that only another feature uses.
            let checked = if set.is_empty() { "no features" } else { &set };
            eprintln!("Checking the library with {checked}");
            self.cargo("rustc --quiet --package zenml --lib --profile check --no-default-features")
                .args(&["--features", &set, "--", "-D", "warnings"])
                .run()
                .await?;
        }
        // The features that are switched off must not be compiled.
        let minimal =
            self.cargo("check --quiet --package zenml --no-default-features --features rustls");
        let library = units(minimal).await?;
        ceilings.check("units compiled for the library with rustls only", library)?;
        let generating =
            self.cargo("check --quiet --package zenml --features generate,mock,pro-inferred");
        let generated = out_dir(generating).await?;
        let mut lines = 0;
        for file in FILES {
            let carried = self.folder.join("zenml").join(GENERATED).join(file);
            let carried = fs::read_to_string(carried)?;
            if ["workspace.rs", "pro.rs"].contains(&file) {
                lines += carried.lines().count() as u64;
            }
            ensure!(
                carried == fs::read_to_string(generated.join(file))?,
                "the feature `generate` generates another {file} than the package carries"
            );
        }
        ceilings.check("generated lines of both clients", lines)?;
        for (variable, document) in [
            ("ZENML_WORKSPACE_SPEC", "workspace.json"),
            ("ZENML_PRO_SPEC", "pro.json"),
        ] {
            let document = self.folder.join("zenml/specs").join(document);
            let without_generator = self
                .cargo("check --package program")
                .env(variable, &document.to_string_lossy());
            let outcome = without_generator.messages(|_| ()).await;
            let refusal = outcome.err().map(|error| error.to_string());
            ensure!(
                refusal
                    .as_ref()
                    .is_some_and(|text| text.contains(REFUSAL) && text.contains(variable)),
                "{variable} without the feature `generate` must be an error that names both: {refusal:?}"
            );
        }
        self.test().await
    }

    /// Runs the offline tests with the unpacked package.
    async fn test(&self) -> Result<()> {
        let package = self.folder.join("zenml");
        offline_tests::add(&package).await?;
        let test = "test --quiet --lib --features mock,pro-inferred";
        let command = self.cargo(test).folder(&package);
        let command = command.env("ZENML_TEST_FUZZ_SECONDS", "5");
        let targets = offline_tests::TARGETS.iter();
        targets
            .fold(command, |command, name| command.arg("--test").arg(name))
            .run()
            .await
    }
}

/// Writes a program with the name of its folder.
fn write_program(folder: &Path, features: &str) -> Result<()> {
    let name = folder.file_name().unwrap_or_default().display();
    let manifest = format!(
        r#"[package]
name = "{name}"
version = "0.0.0"
edition = "2024"

[dependencies]
tokio = {{ version = "1", features = ["macros", "rt-multi-thread"] }}
zenml = {{ path = "../zenml"{features} }}
"#
    );
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/main.rs"), include_str!("program.rs"))?;
    Ok(())
}
