//! The command line.

use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use chrono::Utc;
use clap::{Args, Parser, Subcommand, ValueEnum};
use zenml_api_diff::{json, terminal};
use zenml_codegen::canonical::to_text;
use zenml_test_server::{Progress, Shown, Silent, paths};

use crate::api::Api;
use crate::compile::Compiled;
use crate::diff::diff;
use crate::output;
use crate::plan::Permissions;
use crate::source::{Limits, Source, Token};
use crate::sync::{Mode, Options, Outcome, sync};

/// `--check`: something would change.
const OUT_OF_DATE: u8 = 2;
/// Everything is written, but the crate does not compile with it, as far as is known.
const DOES_NOT_COMPILE: u8 = 3;

/// Follows the changes of ZenML's APIs.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    SyncSpec(SyncSpec),
    Diff(Diff),
}

/// Brings specs/ and the API listings in line with the vendor's document, and reports what changed.
///
/// Obtains the document, checks it, writes its canonical form to specs/, generates the client from
/// it, leaves changed listings (tests/snapshots/) for a review, checks that the crate compiles, and
/// reports: what changes over HTTP and for Rust callers, what breaks, and which release that needs.
/// All files are written or none, even if the command is killed.
#[derive(Debug, Args)]
#[command(after_help = "\
Sources:
  pypi:0.98.0, pypi:latest     what zenml[server] from PyPI prints, configured as a Pro workspace;
                               installed privately below target/, once per version
  https://zenml.example.com    a server, which publishes its document at /openapi.json
  https://…/openapi.json       a document: the path ends in .json
  openapi.json                 a file

Exit codes:
  0  done; with --check: everything is up to date
  1  failed, and nothing has changed, unless the message says otherwise
  2  with --check: out of date
  3  done, but the crate does not compile with it: the report names the lines; or that could not
     be checked: the report says why

Examples:
  cargo xtask sync-spec                            the newest ZenML; then: cargo insta review
  cargo xtask sync-spec --accept --report pr.md    the same without a review, for a pull request
  cargo xtask sync-spec --check --from pypi:0.98.0
  cargo xtask sync-spec pro --from https://cloudapi.example.com --token-env MY_TOKEN

docs/api-changes.md says how to review what comes out.")]
struct SyncSpec {
    /// Which document
    #[arg(value_enum, default_value_t = Which::Workspace)]
    api: Which,

    /// Where to take the document from [default: pypi:latest; for pro,
    /// https://cloudapi.zenml.io/openapi.json]
    #[arg(long, value_name = "SOURCE")]
    from: Option<Source>,

    /// Only say whether something is out of date, by the exit code
    #[arg(long, conflicts_with_all = ["dry_run", "accept"])]
    check: bool,

    /// Only say what would change
    #[arg(long)]
    dry_run: bool,

    /// Accept the new listings instead of leaving them for `cargo insta review`
    #[arg(long)]
    accept: bool,

    /// Take a document with fewer operations or schemas than the one before
    #[arg(long)]
    allow_shrink: bool,

    /// Take corrections that match nothing any more out of specs/overlays/, and report them
    #[arg(long)]
    drop_stale: bool,

    /// Do not check that the crate compiles
    #[arg(long)]
    no_compile: bool,

    #[command(flatten)]
    common: Common,
}

/// Reports what has changed between two documents, over HTTP and for Rust callers.
///
/// Documents can be raw or canonical. The corrections in specs/overlays/ are applied to both where
/// they match.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo xtask diff pypi:0.97.0 pypi:0.98.0
  cargo xtask diff specs/workspace.json https://zenml.example.com
  cargo xtask diff before.json after.json --report changes.md --json changes.json

`cargo xtask sync-spec --help` says more about sources.")]
struct Diff {
    /// The document before: a server, a URL, a file or pypi:VERSION
    old: Source,

    /// The document after
    new: Source,

    /// Whose documents they are [default: as their paths tell]
    #[arg(long, value_enum)]
    api: Option<Api>,

    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    /// Send the bearer token of this environment variable to the server
    #[arg(long, value_name = "NAME")]
    token_env: Option<String>,

    /// Write the report as Markdown, fit for a pull request
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Write the report as JSON, for machines
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Work in this checkout instead of the one that the command belongs to
    #[arg(long, value_name = "DIR", default_value_os_t = paths::workspace().to_path_buf(), hide_default_value = true)]
    root: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// The API of every ZenML server
    Workspace,
    /// The API of the ZenML Pro control plane
    Pro,
    /// Both
    All,
}

impl Which {
    fn apis(self) -> &'static [Api] {
        match self {
            Self::Workspace => &[Api::Workspace],
            Self::Pro => &[Api::Pro],
            Self::All => &Api::ALL,
        }
    }
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// When it fails.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::SyncSpec(command) => command.run().await,
            Command::Diff(command) => command.run().await,
        }
    }
}

impl SyncSpec {
    async fn run(self) -> Result<ExitCode> {
        let options = self.options()?;
        self.common.can_write()?;
        let mode = options.mode;
        let progress = Display::new();
        let outcome = sync(&self.common.root, &options, progress.as_dyn(), &mut |_| {}).await?;
        progress.done();
        let reports = outcome.plans.iter().map(|plan| &plan.report);
        let written = self.common.write(
            || output::body(reports),
            || to_text(&output::machine(&outcome)),
        );
        let color = io::stdout().is_terminal();
        let command = self.to_write(&outcome);
        output::say(&output::synced(&outcome, mode, &command, color))?;
        written.context("everything else is done")?;
        Ok(exit_code(&outcome, mode))
    }

    fn options(&self) -> Result<Options> {
        let apis = self.api.apis();
        if let (Some(source), [_, _, ..]) = (&self.from, apis) {
            anyhow::bail!(
                "{source} is one document: sync `workspace` and `pro` one after the other"
            );
        }
        if let (Some(Source::Pypi(_)), [Api::Pro]) = (&self.from, apis) {
            anyhow::bail!(
                "the PyPI package has the document of the Workspace API only: for Pro, give the URL \
                 of a control plane or a file"
            );
        }
        if let (Some(Source::Pypi(_)) | None, [Api::Workspace], Some(_)) =
            (&self.from, apis, &self.common.token_env)
        {
            anyhow::bail!(
                "--token-env is for servers: the package from PyPI needs no token, and must not \
                 get to see one"
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

    /// The command that does what `--check` says is to be done.
    fn to_write(&self, outcome: &Outcome) -> String {
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
        let asked = |asks: fn(&Permissions) -> bool| {
            let mut plans = outcome.plans.iter();
            plans.any(|plan| asks(&plan.asks))
        };
        for (flag, is_needed) in [
            ("--allow-shrink", asked(|asks| asks.allow_shrink)),
            ("--drop-stale", asked(|asks| asks.drop_stale)),
        ] {
            words.extend(is_needed.then(|| flag.to_owned()));
        }
        words.join(" ")
    }
}

/// A word of a command, as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "%+,-./:=@_".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn exit_code(outcome: &Outcome, mode: Mode) -> ExitCode {
    match &outcome.compiled {
        Some(Compiled::No(_) | Compiled::Unknown(_)) => ExitCode::from(DOES_NOT_COMPILE),
        _ if mode == Mode::Check && !outcome.changes.is_empty() => ExitCode::from(OUT_OF_DATE),
        _ => ExitCode::SUCCESS,
    }
}

impl Diff {
    async fn run(self) -> Result<ExitCode> {
        let token = self.common.token()?;
        self.common.can_write()?;
        let progress = Display::new();
        let report = diff(
            &self.common.root,
            [&self.old, &self.new],
            self.api,
            token.as_ref(),
            progress.as_dyn(),
        )
        .await?;
        progress.done();
        let written = self.common.write(
            || output::body([&report].into_iter()),
            || to_text(&json(&report)),
        );
        output::say(&terminal(&report, io::stdout().is_terminal()))?;
        written?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Common {
    fn token(&self) -> Result<Option<Token>> {
        self.token_env.as_deref().map(Token::from_env).transpose()
    }

    /// Makes sure that the files that are asked for can be written.
    fn can_write(&self) -> Result<()> {
        let mut files = [&self.report, &self.json].into_iter().flatten();
        files.try_for_each(|path| output::can_write(path))
    }

    /// Writes the files that are asked for.
    fn write(
        &self,
        markdown: impl FnOnce() -> String,
        json: impl FnOnce() -> String,
    ) -> Result<()> {
        if let Some(path) = &self.report {
            output::write(path, &markdown())?;
        }
        if let Some(path) = &self.json {
            output::write(path, &json())?;
        }
        Ok(())
    }
}

/// Progress for those who look at it.
enum Display {
    Shown(Arc<Shown>),
    Silent,
}

impl Display {
    fn new() -> Self {
        match io::stderr().is_terminal() {
            true => Self::Shown(Shown::new()),
            false => Self::Silent,
        }
    }

    fn as_dyn(&self) -> &dyn Progress {
        match self {
            Self::Shown(shown) => &**shown,
            Self::Silent => &Silent,
        }
    }

    fn done(&self) {
        if let Self::Shown(shown) = self {
            shown.done();
        }
    }
}
