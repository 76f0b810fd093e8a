//! Which options does `cargo xtask availability` have, and what does it do with them?

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use zenml_codegen::availability::Version;
use zenml_test_server::paths;

use super::progress;
use crate::availability::{Documents, PATH, rebuild};
use crate::{files, output};

/// Exit code of `--check` if the file would change.
const OUT_OF_DATE: u8 = 2;

/// Write specs/availability.json again, or with another oldest supported version
///
/// Derives from the documents of all supported versions which of them has which operation,
/// parameter, field and enum value. `cargo xtask sync-spec` extends the file by a new version; the
/// result is the same.
///
/// With PyPI, each version is installed below target/ once: about a minute and 220 MB for each.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes:
  0  done; with --check: the file is up to date
  1  failed; no file has changed
  2  with --check: out of date

Examples:
  cargo xtask availability                     write the file again
  cargo xtask availability --floor 0.92.0      support ZenML 0.92.0 and newer
  cargo xtask availability --check --documents printed

Then run `cargo test` and review the API snapshots: fields that an older version may lack are
`Option`.")]
pub(super) struct AvailabilityCommand {
    /// The oldest supported version [default: as before]
    #[arg(long, value_name = "VERSION")]
    floor: Option<Version>,

    /// Read the documents from pro/VERSION.json and plain/VERSION.json in this folder instead of
    /// printing them with the packages from PyPI
    #[arg(long, value_name = "DIR")]
    documents: Option<PathBuf>,

    /// Write nothing; exit with 2 if the file would change
    #[arg(long)]
    check: bool,

    /// Work in this checkout instead of the current one
    #[arg(long, value_name = "DIR", default_value_os_t = paths::workspace().to_path_buf(), hide_default_value = true)]
    root: PathBuf,
}

impl AvailabilityCommand {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let documents = self.documents.map_or(Documents::Pypi, Documents::Folder);
        let progress = progress();
        let rebuilt = rebuild(&self.root, self.floor, &documents, &*progress).await?;
        progress.done();
        if rebuilt.changed && !self.check {
            files::write(&self.root.join(PATH), &rebuilt.text)?;
        }
        output::print(&output::rebuild_text(&rebuilt, self.check))?;
        Ok(if rebuilt.changed && self.check {
            ExitCode::from(OUT_OF_DATE)
        } else {
            ExitCode::SUCCESS
        })
    }
}
