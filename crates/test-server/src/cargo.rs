//! With which environment does a program that cargo runs start cargo?

use std::env;

use tokio::process::Command;

/// Creates a command of cargo that builds the same as one that is typed in a shell.
///
/// Cargo describes the package of a program or test that it runs in environment variables. The build
/// scripts of TLS libraries depend on them. If these variables reached another cargo, that would compile
/// these libraries again, and everything that depends on them.
#[must_use]
pub fn command() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(describes_a_package) {
            command.env_remove(name);
        }
    }
    command
}

fn describes_a_package(variable: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"]
        .iter()
        .any(|prefix| variable.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_does_not_inherit_the_description_of_the_package_that_starts_it() {
        let command = command();
        let changes: Vec<_> = command.as_std().get_envs().collect();
        for name in ["CARGO_MANIFEST_DIR", "CARGO_PKG_NAME", "CARGO_PKG_VERSION"] {
            assert!(env::var_os(name).is_some(), "cargo does not set {name}");
            assert!(changes.contains(&(name.as_ref(), None)), "{changes:?}");
        }
    }

    #[test]
    fn settings_of_cargo_are_inherited() {
        for name in [
            "CARGO",
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_PROFILE_DEV_DEBUG",
        ] {
            assert!(!describes_a_package(name), "{name}");
        }
    }
}
