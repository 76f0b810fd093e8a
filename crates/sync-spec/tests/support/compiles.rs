//! Does the library compile if it is generated from other documents?

use std::path::Path;
use std::process::Command;

use zenml_test_server::paths::workspace;

/// Compiles the library with these environment variables, which name documents.
pub fn assert_compiles(documents: &[(&str, &Path)]) {
    let output = Command::new(env!("CARGO"))
        .args([
            "check",
            "--quiet",
            "--package=zenml",
            "--lib",
            "--all-features",
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
