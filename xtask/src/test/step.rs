//! What does each step of `cargo xtask test` run?

use clap::ValueEnum;

use crate::{cargo::Cargo, servers};

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
    /// Check the tests of the library with the default features and without any; test it without TLS, with
    /// native-tls, and with `arbitrary_precision` of serde_json
    Features,
    /// Check that the library compiles with other documents: hand-written code names only what every
    /// supported document has
    Documents,
    /// Package the published crates, and check the packages: also without features, with each feature
    /// alone, and with all default features but one
    Package,
    /// Count the instructions of a small call, if valgrind is installed
    Instructions,
    /// Start and fill the server for the next steps
    Start,
    /// Run the tests against that server; one checks that all its responses are read without loss
    Server,
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
        self == Self::Server
    }

    /// Returns the commands of the step, without the server.
    pub fn commands(self) -> Vec<Cargo> {
        match self {
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
                vec![
                    // The other steps have more features.
                    Cargo::new("check --package zenml --tests"),
                    Cargo::new("check --package zenml --tests --no-default-features"),
                    // Without TLS, and in a program that enables `arbitrary_precision` for all crates.
                    Cargo::new(
                        "test --package zenml --lib --no-default-features \
                         --features serde_json/arbitrary_precision -- \
                         codec:: types:: operation:: without_tls",
                    ),
                    // With all features, TLS is rustls.
                    Cargo::new(
                        "test --package zenml --lib --no-default-features --features native-tls -- \
                         builder:: environment::",
                    ),
                ]
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
            Self::Demo => vec![Cargo::new("xtask demo")],
            Self::DemoPro => vec![Cargo::new("xtask demo --pro")],
            Self::OnDemand => vec![Cargo::new(
                "test --package zenml-sync-spec --test on_demand -- --test-threads=1",
            )],
            Self::Servers => servers::commands(),
        }
    }
}
