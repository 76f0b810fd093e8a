//! Whether the crate compiles, and if not, which lines do not.

use std::env;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::Command;
use zenml_test_server::Progress;

/// The library, and what is written by hand on top of it: examples, tests and benchmarks.
const CHECK: [&str; 7] = [
    "check",
    "--package=zenml",
    "--all-features",
    "--all-targets",
    "--keep-going",
    "--message-format=json",
    "--color=never",
];

/// What the compiler said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compiled {
    /// Everything compiles.
    Yes,
    /// What does not: `src/client.rs:12: message`, each once.
    No(Vec<String>),
    /// It could not be tried: why.
    Unknown(String),
}

/// Checks the crate in a checkout. That cargo cannot be run is a result too: what is to be checked
/// is already written.
pub async fn check(root: &Path, progress: &dyn Progress) -> Compiled {
    progress.stage("Checking that the crate compiles");
    let checked = run(root, progress).await;
    checked.unwrap_or_else(|error| Compiled::Unknown(format!("{error:#}")))
}

async fn run(root: &Path, progress: &dyn Progress) -> Result<Compiled> {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command
        .args(CHECK)
        .current_dir(root)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    // In the process group of this process, so that whoever ends it ends both.
    let mut cargo = command.spawn().context("cannot start cargo")?;
    let (stdout, stderr) = (cargo.stdout.take(), cargo.stderr.take());
    let messages = async {
        let mut errors = Vec::new();
        let mut lines = BufReader::new(stdout.context("cargo has no output")?).lines();
        while let Some(line) = lines.next_line().await? {
            // What build scripts and wrappers of the compiler print comes out among the messages.
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
    let said = async {
        let mut said = String::new();
        let mut stderr = stderr.context("cargo has no output")?;
        stderr.read_to_string(&mut said).await?;
        anyhow::Ok(said)
    };
    let (mut errors, said) = tokio::try_join!(messages, said)?;
    if cargo.wait().await?.success() {
        return Ok(Compiled::Yes);
    }
    errors.sort();
    errors.dedup();
    if errors.is_empty() {
        // No compiler has run: the build script, or cargo itself, has refused.
        let lines = said.lines().filter(|line| line.contains("error"));
        // Other people have other folders.
        let root = root.display().to_string();
        errors.extend(lines.map(|line| line.replace(&root, ".")));
    }
    Ok(Compiled::No(errors))
}

/// The place and text of an error in cargo's messages; none if it is something else.
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
        // `aborting due to 2 previous errors` has no place and says nothing.
        return (!text.starts_with("aborting due to")).then(|| text.to_owned());
    };
    let file = span.get("file_name")?.as_str()?;
    // Generated code is not in the checkout, and where it is differs.
    let file = match Path::new(file).is_absolute() {
        true => format!("generated {}", file.rsplit('/').next().unwrap_or(file)),
        false => file.to_owned(),
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
    fn an_error_is_named_with_file_and_line() {
        assert_eq!(
            error(&message("error", "src/pro_client.rs")).unwrap(),
            "src/pro_client.rs:12: no method named `x`"
        );
    }

    #[test]
    fn generated_code_is_named_without_the_folder_of_the_build() {
        assert_eq!(
            error(&message("error", "/target/out/pro.rs")).unwrap(),
            "generated pro.rs:12: no method named `x`"
        );
    }

    #[test]
    fn other_messages_are_no_errors() {
        assert_eq!(error(&message("warning", "src/pro_client.rs")), None);
        assert_eq!(error(&json!({"reason": "build-finished"})), None);
        let aborted = json!({"message": {
            "level": "error", "message": "aborting due to 1 previous error", "spans": [],
        }});
        assert_eq!(error(&aborted), None);
    }
}
