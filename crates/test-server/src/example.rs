//! How does a test run an example, as a user does?

use std::{env, path::Path, process::Command};

use anyhow::{Context, Result, ensure};

/// Returns the command that runs an example, without the settings and the login of the user who runs
/// the tests.
///
/// # Errors
/// Returns an error if the example is not built.
pub fn example(name: &str) -> Result<Command> {
    // Cargo puts examples beside the folder of the test program.
    let test = env::current_exe()?;
    let folder = test.parent().and_then(Path::parent);
    let folder = folder.context("the test program is in no folder")?;
    let program = folder.join("examples").join(name);
    ensure!(
        program.exists(),
        "{} is not built; run `cargo build --package zenml-examples --all-features --examples`",
        program.display()
    );
    let mut command = Command::new(program);
    let settings = env::vars_os().map(|(variable, _)| variable);
    for variable in settings.filter(|variable| variable.to_string_lossy().starts_with("ZENML_")) {
        command.env_remove(variable);
    }
    command.env("ZENML_CONFIG_PATH", folder.join("no-login"));
    Ok(command)
}
