//! Does the library compile if it is generated from other documents?

use std::path::Path;

use zenml_test_server::{cargo_command, paths::workspace};

/// Compiles the library with these environment variables, which name documents.
pub fn assert_compiles(documents: &[(&str, &Path)]) {
    let output = cargo_command()
        .as_std_mut()
        .args([
            "check",
            "--quiet",
            "--package=zenml",
            "--lib",
            // No other command has these features, so that no other has to compile again.
            "--features=generate,mock,pro-inferred",
        ])
        .current_dir(workspace())
        .envs(documents.iter().copied())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{documents:?}:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
