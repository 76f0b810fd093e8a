//! Which options does `cargo xtask sync-spec` have, and what does it do with them?

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use anyhow::{Context, Result};
use chrono::Utc;
use clap::{Args, ValueEnum};
use zenml_codegen::canonical::to_text;
use zenml_test_server::paths;

use super::{Common, progress};
use crate::api::Api;
use crate::compile::Compiled;
use crate::output;
use crate::plan::Permissions;
use crate::source::{Limits, Source};
use crate::sync::{Mode, Options, Outcome, sync};

/// Exit code of `--check` if anything would change.
const OUT_OF_DATE: u8 = 2;
/// Exit code if the files are written, but the crate does not compile or that could not be checked.
const DOES_NOT_COMPILE: u8 = 3;

/// Update specs/ and the API snapshots to a new version of an API, and report what changed
///
/// Fetches the document, checks it, writes its canonical form to specs/, generates the client from
/// it, leaves changed snapshots (tests/snapshots/) for review and checks that the crate compiles.
/// The report says what changes over HTTP and for Rust callers, what breaks, and which release that
/// needs.
///
/// Takes about two minutes, most of them for compiling; the first run with `pypi:` also installs
/// the package, which takes another minute. All files are written or none. If the command is
/// killed, the next run undoes what was written and starts again.
#[derive(Debug, Args)]
#[command(after_help = "\
Sources:
  pypi:0.98.0, pypi:latest     the document that zenml[server] from PyPI prints, configured as a
                               Pro workspace; installed below target/, once per version
  https://zenml.example.com    a server, which publishes its document at /openapi.json
  https://…/openapi.json       a document; the path ends in .json
  openapi.json                 a file

Exit codes:
  0  done; with --check: everything is up to date
  1  failed; no file has changed, unless the message says so
  2  with --check: out of date
  3  done, but the crate does not compile, or that could not be checked; the report says why

Examples:
  cargo xtask sync-spec                            follow the newest ZenML; then cargo insta review
  cargo xtask sync-spec --accept --report pr.md    the same without a review, for a pull request
  cargo xtask sync-spec --dry-run                  only report what would change
  cargo xtask sync-spec --check --from pypi:0.98.0
  cargo xtask sync-spec pro --from https://cloudapi.example.com --token-env MY_TOKEN

docs/api-changes.md explains how to review the result.")]
pub(super) struct SyncSpec {
    /// The API to follow
    #[arg(value_enum, default_value_t = ApiSelection::Workspace)]
    api: ApiSelection,

    /// Source of the document [default: pypi:latest; for pro,
    /// https://cloudapi.zenml.io/openapi.json]
    #[arg(long, value_name = "SOURCE")]
    from: Option<Source>,

    /// Write nothing; exit with 2 if anything is out of date
    #[arg(long, conflicts_with_all = ["dry_run", "accept"])]
    check: bool,

    /// Write nothing; report what would change
    #[arg(long)]
    dry_run: bool,

    /// Accept the new snapshots instead of leaving them for `cargo insta review`
    #[arg(long)]
    accept: bool,

    /// Accept a document with fewer operations or schemas than the previous one
    #[arg(long)]
    allow_shrink: bool,

    /// Remove actions from specs/overlays/ that no longer match anything, and report them
    #[arg(long)]
    drop_stale: bool,

    /// Do not check that the crate compiles
    #[arg(long)]
    no_compile: bool,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ApiSelection {
    /// The Workspace API, which every ZenML server has
    Workspace,
    /// The ZenML Pro API
    Pro,
    /// Both APIs
    All,
}

impl ApiSelection {
    fn apis(self) -> &'static [Api] {
        match self {
            Self::Workspace => &[Api::Workspace],
            Self::Pro => &[Api::Pro],
            Self::All => &Api::ALL,
        }
    }
}

impl SyncSpec {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let options = self.options()?;
        self.common.check_writable()?;
        let mode = options.mode;
        let progress = progress();
        let outcome = sync(&self.common.root, &options, &*progress, &mut |_| {}).await?;
        progress.done();
        let reports = outcome.plans.iter().map(|plan| &plan.report);
        let written = self.common.write(
            || output::pull_request_body(reports),
            || to_text(&output::to_json(&outcome)),
        );
        let color = io::stdout().is_terminal();
        let command = self.write_command(&outcome);
        output::print(&output::terminal_text(&outcome, mode, &command, color))?;
        written.context("everything else is done")?;
        Ok(exit_code(&outcome, mode))
    }

    fn options(&self) -> Result<Options> {
        let apis = self.api.apis();
        if let (Some(source), [_, _, ..]) = (&self.from, apis) {
            anyhow::bail!(
                "{source} is one document; sync `workspace` and `pro` one after the other"
            );
        }
        if let (Some(Source::Pypi(_)), [Api::Pro]) = (&self.from, apis) {
            anyhow::bail!(
                "the PyPI package prints the document of the Workspace API only; for Pro, give a URL \
                 or a file"
            );
        }
        if let (Some(Source::Pypi(_)) | None, [Api::Workspace], Some(_)) =
            (&self.from, apis, &self.common.token_env)
        {
            anyhow::bail!(
                "--token-env is for servers, and the package from PyPI must not see a token; \
                 remove the option"
            );
        }
        let sources = apis.iter().map(|&api| match &self.from {
            Some(source) => Ok((api, source.clone())),
            None => {
                let source = api.default_source().parse();
                Ok((api, source.map_err(anyhow::Error::msg)?))
            }
        });
        Ok(Options {
            sources: sources.collect::<Result<_>>()?,
            mode: match (self.check, self.dry_run) {
                (true, _) => Mode::Check,
                (_, true) => Mode::DryRun,
                (false, false) => Mode::Write {
                    compile: !self.no_compile,
                },
            },
            permissions: Permissions {
                accept: self.accept,
                allow_shrink: self.allow_shrink,
                drop_stale: self.drop_stale,
            },
            token: self.common.token()?,
            limits: Limits::default(),
            today: Utc::now().date_naive().to_string(),
        })
    }

    /// Returns the command that writes what `--check` has found.
    fn write_command(&self, outcome: &Outcome) -> String {
        let mut words = vec!["cargo xtask sync-spec".to_owned()];
        if let Some(api) = self.api.to_possible_value() {
            words.push(api.get_name().to_owned());
        }
        let root = &self.common.root;
        let root = (root != paths::workspace()).then(|| root.display().to_string());
        for (flag, value) in [
            ("--from", self.from.as_ref().map(Source::to_string)),
            ("--token-env", self.common.token_env.clone()),
            ("--root", root),
        ] {
            words.extend(value.map(|value| format!("{flag} {}", quoted(&value))));
        }
        let is_required = |permission: fn(&Permissions) -> bool| {
            let mut plans = outcome.plans.iter();
            plans.any(|plan| permission(&plan.required))
        };
        for (flag, is_required) in [
            (
                "--allow-shrink",
                is_required(|required| required.allow_shrink),
            ),
            ("--drop-stale", is_required(|required| required.drop_stale)),
        ] {
            words.extend(is_required.then(|| flag.to_owned()));
        }
        words.join(" ")
    }
}

/// Quotes a word for a shell, if necessary.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "%+,-./:=@_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn exit_code(outcome: &Outcome, mode: Mode) -> ExitCode {
    match &outcome.compiled {
        Some(Compiled::Failed(_) | Compiled::NotRun(_)) => ExitCode::from(DOES_NOT_COMPILE),
        _ if mode == Mode::Check && !outcome.changes.is_empty() => ExitCode::from(OUT_OF_DATE),
        _ => ExitCode::SUCCESS,
    }
}
