//! Which options does `cargo xtask diff` have, and what does it do with them?

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};
use zenml_api_diff::{Class, Report, json, terminal};
use zenml_codegen::canonical::to_text;

use super::{Common, progress};
use crate::accepted;
use crate::api::Api;
use crate::diff::diff;
use crate::output;
use crate::source::Source;

/// Exit code of `--fail-on` if there are changes of that class.
const FAILS_ON: u8 = 4;

/// Report what changed between two documents, over HTTP and for Rust callers
///
/// Documents can be raw or canonical. The overlays in specs/overlays/ are applied to both where
/// they match. Takes a few seconds, and longer for `pypi:` versions that are not installed yet.
/// Changes no file of the checkout.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask diff pypi:0.97.0 pypi:0.98.0
  cargo xtask diff specs/workspace.json https://zenml.example.com
  cargo xtask diff before.json after.json --report changes.md --json changes.json
  cargo xtask diff before.json after.json --fail-on breaking

Exit codes:
  0  done
  1  failed
  4  done, and there are changes that --fail-on names

Accepted changes are listed apart and do not count. specs/accepted-changes.toml has an entry for
each, with the rule, the changed thing and the reason:
  [[accepted]]
  rule = \"request-parameter-removed\"
  at = \"list_things.name\"
  reason = \"never worked\"

`cargo xtask sync-spec --help` lists all kinds of sources.")]
pub(super) struct Diff {
    /// The old document: a server, a URL, a file or pypi:VERSION
    old: Source,

    /// The new document
    new: Source,

    /// The API that both must describe [default: decided by their paths]
    #[arg(long, value_enum)]
    api: Option<Api>,

    /// Fail with exit code 4 if there are changes of this class or a more severe one
    #[arg(long, value_enum, value_name = "CLASS")]
    fail_on: Option<FailOn>,

    /// Read accepted changes from this file [default: specs/accepted-changes.toml, if it exists]
    #[arg(long, value_name = "FILE")]
    ignore: Option<PathBuf>,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Changes that break calls over HTTP or in Rust
    Breaking,
    /// Also additions, deprecations and other changes that break nothing
    Compatible,
    /// Also changes of metadata
    Any,
}

impl FailOn {
    fn applies_to(self, report: &Report) -> bool {
        let rust = report.rust.as_ref();
        match self {
            Self::Breaking => report.is_breaking(),
            Self::Compatible => {
                let changes = report.changes.iter();
                let metadata = report.count(Class::MetadataOnly);
                changes.count() > metadata || rust.is_some_and(|rust| !rust.items.is_empty())
            }
            Self::Any => !report.is_empty(),
        }
    }
}

impl Diff {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let token = self.common.token()?;
        self.common.check_writable()?;
        let progress = progress();
        let report = diff(
            &self.common.root,
            [&self.old, &self.new],
            self.api,
            token.as_ref(),
            &*progress,
        )
        .await?;
        progress.done();
        let accepted = match &self.ignore {
            Some(path) => accepted::read(path)?,
            None => accepted::of_checkout(&self.common.root)?,
        };
        let report = report.accepting(&accepted);
        let written = self.common.write(
            || output::pull_request_body([&report].into_iter()),
            || to_text(&json(&report)),
        );
        output::print(&terminal(&report, io::stdout().is_terminal()))?;
        written?;
        Ok(match self.fail_on {
            Some(class) if class.applies_to(&report) => ExitCode::from(FAILS_ON),
            _ => ExitCode::SUCCESS,
        })
    }
}
