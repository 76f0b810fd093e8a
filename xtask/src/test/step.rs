//! What does each step of `cargo xtask test` run?

use anyhow::Result;
use clap::ValueEnum;

use crate::{
    cargo::{self, Cargo, Features},
    servers,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Step {
    /// Check the formatting
    Fmt,
    /// Lint; a warning is an error
    Clippy,
    /// Run the tests that need no server, and the examples in the documentation
    Offline,
    /// Build the documentation; a warning is an error
    Doc,
    /// Check the library without features, with each feature alone and with all default features but one;
    /// its tests with the default features and without any; certificates with the TLS of the operating
    /// system, and how numbers are read in a program that enables `arbitrary_precision` of serde_json
    Features,
    /// Check that the library compiles with other documents: hand-written code names only what every
    /// supported document has
    Documents,
    /// Package the published crates, and check the packages
    Package,
    /// Count the instructions of a small call, if valgrind is installed
    Instructions,
    /// Start and fill the server for the next steps
    Start,
    /// Run the tests against that server
    Server,
    /// Check that all responses of that server are read without loss
    Conformance,
    /// Run the demo, with a server of its own
    Demo,
    /// Run the demo of ZenML Pro, with a server and a Pro API of its own
    DemoPro,
    /// Run the slow tests (by name only): documents of older servers and of other products, an old
    /// client with the newest server, another Pro document
    OnDemand,
    /// Check responses, calls, waits and logs with supported servers, from the oldest to the newest
    /// (by name only)
    Servers,
}

impl Step {
    pub fn name(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    pub fn about(self) -> String {
        self.to_possible_value()
            .and_then(|value| value.get_help().map(ToString::to_string))
            .unwrap_or_default()
    }

    /// Returns whether the step runs only if it is named.
    pub fn is_on_demand(self) -> bool {
        matches!(self, Self::OnDemand | Self::Servers)
    }

    pub fn needs_server(self) -> bool {
        matches!(self, Self::Server | Self::Conformance)
    }

    /// Returns the commands of the step, without the server.
    pub async fn commands(self) -> Result<Vec<Cargo>> {
        Ok(match self {
            Self::Fmt => vec![Cargo::new("fmt --all --check")],
            Self::Clippy => vec![
                Cargo::new("clippy --workspace --all-targets --all-features -- -D warnings"),
                // The tests that are not part of `cargo test` are not among all targets, either.
                Cargo::new(
                    "clippy --workspace --all-features --test on_demand --test other_documents \
                     --test upgrade -- -D warnings",
                ),
            ],
            Self::Offline => vec![Cargo::new("test --workspace --all-features")],
            Self::Doc => vec![
                Cargo::new("doc --workspace --no-deps --all-features")
                    .env("RUSTDOCFLAGS", "-D warnings"),
            ],
            Self::Features => {
                let mut commands = feature_checks(&cargo::features("zenml").await?);
                // The other steps have all features.
                commands.push(Cargo::new("check --package zenml --tests"));
                commands.push(Cargo::new(
                    "check --package zenml --tests --no-default-features",
                ));
                // One build for two tests. With all features, TLS is rustls; this tests the certificates
                // of the other library. And a program that uses this library may enable
                // `arbitrary_precision` for all of its crates.
                commands.push(Cargo::new(
                    "test --package zenml --lib --no-default-features \
                     --features native-tls,serde_json/arbitrary_precision -- \
                     builder:: environment:: codec:: types:: operation::",
                ));
                commands
            }
            // What the step `offline` has compiled.
            Self::Documents => vec![Cargo::new(
                "test --workspace --all-features --test other_documents",
            )],
            Self::Package => vec![Cargo::new("xtask package")],
            Self::Instructions => vec![Cargo::new("xtask bench calls --only-instructions")],
            Self::Start => vec![],
            Self::Server => {
                vec![
                    // Tests run the examples. As part of the workspace, they need what the step
                    // `offline` has compiled.
                    Cargo::new("build --workspace --all-features --examples"),
                    // The chaos test prints the seed that reproduces it.
                    Cargo::new(
                        "test --workspace --all-features --tests -- --ignored --show-output",
                    ),
                ]
            }
            Self::Conformance => vec![Cargo::new(
                "run --quiet --package zenml-conformance -- --at-least 100",
            )],
            Self::Demo => vec![Cargo::new("xtask demo")],
            Self::DemoPro => vec![Cargo::new("xtask demo --pro")],
            Self::OnDemand => vec![Cargo::new(
                "test --package zenml-sync-spec --test on_demand -- --test-threads=1",
            )],
            Self::Servers => servers::commands(),
        })
    }
}

/// Returns the commands that check the library with each feature alone and with all default features but
/// one. Other steps have all features. A warning is an error: most are about code that only another feature
/// uses.
fn feature_checks(features: &Features) -> Vec<Cargo> {
    let defaults = features.get("default").map_or(&[][..], Vec::as_slice);
    // In a checkout, the clients are always generated: the step `package` checks the feature.
    let is_checked = |name: &&String| *name != "default" && *name != "generate";
    let alone = features.keys().filter(is_checked).cloned();
    let all_but_one = defaults.iter().map(|left_out| {
        let others = defaults.iter().filter(|name| *name != left_out);
        others.cloned().collect::<Vec<_>>().join(",")
    });
    let sets = alone.chain(all_but_one);
    let check = |features: &str| {
        Cargo::new(&format!(
            "rustc --package zenml --lib --profile check --no-default-features{features} -- -D warnings"
        ))
    };
    let mut commands = vec![check("")];
    commands.extend(sets.map(|set| check(&format!(" --features {set}"))));
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_checked_alone_and_as_all_defaults_but_one() {
        let features = [("a", vec![]), ("b", vec!["x"]), ("default", vec!["a", "b"])]
            .map(|(name, enabled)| (name.to_owned(), enabled.into_iter().map(str::to_owned)))
            .map(|(name, enabled)| (name, enabled.collect()));
        let sets: Vec<_> = feature_checks(&Features::from(features))
            .iter()
            .map(|command| {
                let line = command.command_line();
                let line = line.trim_end_matches(" -- -D warnings");
                let (_, set) = line.split_once("--no-default-features").unwrap();
                set.trim_start_matches(" --features ").to_owned()
            })
            .collect();
        assert_eq!(sets, ["", "a", "b", "b", "a"]);
    }
}
