//! `cargo xtask conformance`.

use std::process::ExitCode;

use anyhow::Result;

use crate::{
    cargo::{Cargo, exit_code},
    filled_server,
    interrupt::or_interrupted,
};

/// Options with which the program needs no server of ours.
const WITHOUT_SERVER: [&str; 5] = ["--server", "--recordings", "--help", "-h", "--api"];

/// Runs the program in `crates/conformance`, with a server if it needs one.
///
/// # Errors
/// Returns an error if the server does not start or cannot be filled.
pub async fn run(options: &[String]) -> Result<ExitCode> {
    let program = Cargo::new("run --quiet --package zenml-conformance --")
        .in_current_folder()
        .args(options);
    let status = or_interrupted(async {
        // Built first, with cargo's progress, so that neither a terminal nor a server waits.
        Cargo::new("build --package zenml-conformance")
            .run()
            .await?;
        if !needs_server(options) {
            return program.status().await;
        }
        let server = filled_server::start().await?;
        let status = program.server(server.access()).status().await?;
        server.stop().await?;
        Ok(status)
    })
    .await?;
    Ok(exit_code(status))
}

fn needs_server(options: &[String]) -> bool {
    !options.iter().any(|option| {
        let name = option.split('=').next().unwrap_or_default();
        WITHOUT_SERVER.contains(&name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_started_unless_the_options_name_another_source() {
        let needs = |options: &[&str]| {
            let options: Vec<String> = options.iter().map(|o| (*o).to_owned()).collect();
            needs_server(&options)
        };
        assert!(needs(&[]));
        assert!(needs(&["--record", "responses", "--objects=3"]));
        assert!(!needs(&["--server", "https://zenml.example.com"]));
        assert!(!needs(&["--server=https://zenml.example.com"]));
        assert!(!needs(&["--recordings", "responses"]));
        assert!(!needs(&["--help"]));
    }
}
