//! Does the crate compile, and if not, which lines do not?

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use zenml_test_server::{Progress, cargo_command};

/// Checks the library and the code written by hand on top of it: examples, tests and benchmarks.
const CHECK: [&str; 8] = [
    "check",
    "--package=zenml",
    "--package=zenml-examples",
    "--all-features",
    "--all-targets",
    "--keep-going",
    "--message-format=json",
    "--color=never",
];

/// Result of compiling the crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiled {
    /// Everything compiles.
    Succeeded,
    /// The errors, such as `src/client.rs:12: message`, each once.
    Failed(Vec<String>),
    /// Why the compiler could not be run.
    NotRun(String),
}

/// Checks the crate in a checkout. A cargo that cannot be run is a result too, because the files
/// are already written.
pub async fn check(root: &Path, progress: &dyn Progress) -> Compiled {
    progress.stage("Checking that the crate compiles");
    let checked = run(root, progress).await;
    checked.unwrap_or_else(|error| Compiled::NotRun(format!("{error:#}")))
}

async fn run(root: &Path, progress: &dyn Progress) -> Result<Compiled> {
    let mut command = cargo_command();
    command
        .args(CHECK)
        .current_dir(root)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // In the process group of this process, so that both end together.
    let mut cargo = command.spawn().context("cannot start cargo")?;
    let (stdout, stderr) = (cargo.stdout.take(), cargo.stderr.take());
    let messages = async {
        let mut errors = Vec::new();
        let mut lines = BufReader::new(stdout.context("cargo has no standard output")?).lines();
        while let Some(line) = lines.next_line().await? {
            // The output of build scripts and compiler wrappers comes between the messages.
            let Ok(message) = serde_json::from_str::<Value>(&line) else {
                continue;
            };
            if let Some(name) = message.pointer("/target/name").and_then(Value::as_str) {
                progress.detail(name);
            }
            errors.extend(error(&message));
        }
        anyhow::Ok(errors)
    };
    let stderr = async {
        let mut text = String::new();
        let mut stderr = stderr.context("cargo has no standard error")?;
        stderr.read_to_string(&mut text).await?;
        anyhow::Ok(text)
    };
    let (mut errors, stderr) = tokio::try_join!(messages, stderr)?;
    if cargo.wait().await?.success() {
        return Ok(Compiled::Succeeded);
    }
    errors.sort();
    errors.dedup();
    if errors.is_empty() {
        // The compiler was not run: the build script or cargo itself has failed.
        let lines = stderr.lines().filter(|line| line.contains("error"));
        // The report must not depend on the folder of the checkout.
        let root = root.display().to_string();
        errors.extend(lines.map(|line| line.replace(&root, ".")));
    }
    Ok(Compiled::Failed(errors))
}

/// Returns the place and text of an error in cargo's messages, or `None` for other messages.
fn error(message: &Value) -> Option<String> {
    let message = message.get("message")?;
    if message.get("level")? != "error" {
        return None;
    }
    let text = message.get("message")?.as_str()?;
    let spans = message.get("spans")?.as_array()?;
    let Some(span) = spans
        .iter()
        .find(|span| span.get("is_primary") == Some(&Value::Bool(true)))
    else {
        // `aborting due to 2 previous errors` adds nothing.
        return (!text.starts_with("aborting due to")).then(|| text.to_owned());
    };
    let file = span.get("file_name")?.as_str()?;
    // Generated code is outside the checkout, in a folder that differs between machines.
    let file = if Path::new(file).is_absolute() {
        format!("generated {}", file.rsplit('/').next().unwrap_or(file))
    } else {
        file.to_owned()
    };
    Some(format!("{file}:{}: {text}", span.get("line_start")?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(level: &str, file: &str) -> Value {
        json!({"reason": "compiler-message", "message": {
            "level": level,
            "message": "no method named `x`",
            "spans": [
                {"is_primary": false, "file_name": "src/other.rs", "line_start": 1},
                {"is_primary": true, "file_name": file, "line_start": 12},
            ],
        }})
    }

    #[test]
    fn an_error_has_its_file_and_line() {
        assert_eq!(
            error(&message("error", "src/pro_client.rs")).unwrap(),
            "src/pro_client.rs:12: no method named `x`"
        );
    }

    #[test]
    fn generated_code_is_named_without_its_folder() {
        assert_eq!(
            error(&message("error", "/target/out/pro.rs")).unwrap(),
            "generated pro.rs:12: no method named `x`"
        );
    }

    #[test]
    fn other_messages_are_not_errors() {
        assert_eq!(error(&message("warning", "src/pro_client.rs")), None);
        assert_eq!(error(&json!({"reason": "build-finished"})), None);
        let aborted = json!({"message": {
            "level": "error", "message": "aborting due to 1 previous error", "spans": [],
        }});
        assert_eq!(error(&aborted), None);
    }
}
