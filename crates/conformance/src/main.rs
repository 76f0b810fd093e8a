//! `cargo xtask conformance`: its options, and where its server and credentials come from.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use clap::{Args, Parser};
use zenml::{Credentials, RetryPolicy, WorkspaceClient};
use zenml_conformance::live::{self, Options};
use zenml_conformance::operation::Api;
use zenml_conformance::recording::{Extent, Recorder};
use zenml_conformance::replay::replay;
use zenml_conformance::report::Report;
use zenml_conformance::scrub::Scrubber;
use zenml_test_server::{Access, paths};

/// Proves that the library loses nothing of a server's responses
///
/// Calls every operation that only reads, decodes each response into the library's type, encodes it
/// again, and compares the two. Ids and other parameters come from the responses of earlier calls.
///
/// The report names what is lossy (at which path), what is rejected (why), and what is not exercised
/// (why), but never a value. Its last line counts the operations.
///
/// Exit codes: 0 if nothing is lossy or rejected, 1 if something is, 2 if the run failed. The
/// report of a failed run names what it found until then.
#[derive(Debug, Parser)]
#[command(
    bin_name = "cargo xtask conformance",
    after_help = "\
Examples:
  # start a server, fill it and read it
  cargo xtask conformance

  # read a server of yours, and record its responses
  cargo xtask conformance --server https://zenml.example.com --api-key ZENKEY_… --record responses

  # check the recorded responses again, without a server
  cargo xtask conformance --recordings responses

Credentials for --server may also come from the environment: ZENML_STORE_API_KEY,
ZENML_STORE_API_TOKEN, or ZENML_STORE_USERNAME and ZENML_STORE_PASSWORD."
)]
struct Cli {
    /// URL of the server to read [default: a new server, started and filled for this run]
    #[arg(long, value_name = "URL", conflicts_with = "recordings")]
    server: Option<String>,

    #[command(flatten)]
    credentials: Login,

    /// Value of a parameter that no response contains; repeatable
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, conflicts_with = "recordings")]
    value: Vec<(String, String)>,

    /// Maximum number of objects to call each operation with
    #[arg(
        long,
        value_name = "N",
        default_value_t = 25,
        conflicts_with = "recordings"
    )]
    objects: usize,

    /// New folder to record the JSON responses in, with index.json
    ///
    /// Declared secrets are replaced. Everything else on the server is recorded as it is.
    #[arg(long, value_name = "DIR", conflicts_with = "recordings")]
    record: Option<PathBuf>,

    /// Record two items of each list, and only responses that show something new
    #[arg(long, requires = "record")]
    small: bool,

    /// Minimum number of operations that must be ok; otherwise the exit code is 1
    #[arg(long, value_name = "N", default_value_t = 0)]
    at_least: usize,

    /// Folder of recorded responses to check instead of a server
    #[arg(long, value_name = "DIR")]
    recordings: Option<PathBuf>,

    /// API of the recorded responses [default: the one that has more of the operations]
    #[arg(long, value_enum, requires = "recordings")]
    api: Option<Api>,
}

/// Credentials for `--server`.
#[derive(Debug, Args)]
#[group(multiple = true, requires = "server", conflicts_with = "recordings")]
struct Login {
    /// Name of the user to log in as
    #[arg(long, value_name = "NAME", conflicts_with_all = ["api_key", "token"])]
    username: Option<String>,

    /// Password of the user
    #[arg(long, value_name = "PASSWORD", requires = "username")]
    password: Option<String>,

    /// API key of a service account
    #[arg(long, value_name = "KEY", conflicts_with = "token")]
    api_key: Option<String>,

    /// API token
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let at_least = cli.at_least;
    let mut report = Report::default();
    let result = run(cli, &mut report);
    if result.is_ok() || !report.is_empty() {
        println!("{report}");
    }
    if let Err(error) = result {
        eprintln!("error: {error:#}");
        return ExitCode::from(2);
    }
    let summary = report.summary();
    let is_enough = summary.ok >= at_least;
    if !is_enough {
        eprintln!("error: fewer than {at_least} operations are ok");
    }
    if summary.is_lossless() && is_enough {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Adds the findings to the report, which also holds those from before an error.
fn run(cli: Cli, report: &mut Report) -> Result<()> {
    if let Some(folder) = &cli.recordings {
        *report = replay(folder, cli.api)?;
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(read(cli, report))
}

/// The server to read, and the credentials for it.
struct Target {
    url: String,
    login: Login,
    is_test_server: bool,
}

async fn read(cli: Cli, report: &mut Report) -> Result<()> {
    let target = target(cli.server, cli.credentials)?;
    let mut scrubber = Scrubber::default();
    let mut values = cli.value;
    if target.is_test_server {
        scrubber = scrubber
            .path(&paths::scratch(), "/zenml")
            .path(paths::workspace(), "/workspace");
        // No response contains the id of a delivery; only the sender of the event knows it.
        values.push(("delivery_id".to_owned(), DELIVERY_ID.to_owned()));
    }
    let Login {
        password,
        api_key,
        token,
        ..
    } = &target.login;
    for secret in [password, api_key, token].into_iter().flatten() {
        scrubber.secret(secret);
    }
    let extent = if cli.small {
        Extent::Small
    } else {
        Extent::Full
    };
    let mut recorder = match &cli.record {
        Some(folder) => Some(Recorder::new(Api::Workspace, folder, extent, scrubber)?),
        None => None,
    };
    let client = WorkspaceClient::builder(&target.url)
        .credentials(target.login.credentials()?)
        // The user waits for the result: a server that is down should fail the run soon.
        .retry(RetryPolicy::default().max_retries(2))
        .build()?;
    let options = Options {
        objects: cli.objects,
        values,
        is_test_server: target.is_test_server,
    };
    live::run(&client, &options, report, recorder.as_mut()).await?;
    if target.is_test_server {
        live::check_errors(&client, &target.url, report, recorder.as_mut()).await?;
    }
    if let Some(recorder) = recorder {
        let count = recorder.finish()?;
        eprintln!("recorded {count} responses");
    }
    Ok(())
}

/// The id under which `crates/test-server/fill/webhooks.py` delivers a webhook event.
const DELIVERY_ID: &str = "delivery-1";

fn target(server: Option<String>, login: Login) -> Result<Target> {
    if let Some(url) = server {
        return Ok(Target {
            url: url.trim_end_matches('/').to_owned(),
            login: login.or_environment(),
            is_test_server: false,
        });
    }
    let access = Access::from_env().map_err(|_| {
        anyhow!("no server to read; pass --server URL, or run `cargo xtask conformance`, which starts one")
    })?;
    Ok(Target {
        url: access.url,
        login: Login {
            username: Some(access.username),
            password: Some(access.password),
            api_key: None,
            token: None,
        },
        is_test_server: true,
    })
}

impl Login {
    fn or_environment(self) -> Self {
        if self.username.is_some() || self.api_key.is_some() || self.token.is_some() {
            return self;
        }
        let read = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            username: read("ZENML_STORE_USERNAME"),
            password: read("ZENML_STORE_PASSWORD"),
            api_key: read("ZENML_STORE_API_KEY"),
            token: read("ZENML_STORE_API_TOKEN"),
        }
    }

    fn credentials(&self) -> Result<Credentials> {
        if let Some(key) = &self.api_key {
            return Ok(Credentials::api_key(key.as_str()));
        }
        if let Some(token) = &self.token {
            return Ok(Credentials::api_token(token.as_str()));
        }
        match &self.username {
            Some(user) => {
                let password = self.password.clone().unwrap_or_default();
                Ok(Credentials::password(user, password))
            }
            None => bail!("no credentials; pass --api-key, --token, or --username and --password"),
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}
