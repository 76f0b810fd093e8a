//! `cargo xtask conformance`.

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

/// Checks that everything a ZenML server says survives the crate's types.
///
/// Calls every operation that only reads, with ids taken from the lists it has read, reads each
/// answer into its type, writes it again and compares. Names what is lost (at which path), what is
/// refused (why), and what was not exercised (why); never a value. The last line counts the
/// operations; the exit code is 0 if nothing was lost or refused, 1 if something was, 2 if the run
/// failed.
#[derive(Debug, Parser)]
#[command(
    bin_name = "cargo xtask conformance",
    after_help = "\
Examples:
  cargo xtask conformance                                 starts a server, fills it, reads it
  cargo xtask conformance --server https://zenml.example.com --api-key ZENKEY_…
  cargo xtask conformance --server … --record answers     … and keeps what it read
  cargo xtask conformance --recordings answers            the same comparison, without a server

Credentials for --server can also come from the variables ZENML_STORE_API_KEY,
ZENML_STORE_API_TOKEN, or ZENML_STORE_USERNAME and ZENML_STORE_PASSWORD."
)]
struct Cli {
    /// Read this server [default: one that is started and filled for the run]
    #[arg(long, value_name = "URL", conflicts_with = "recordings")]
    server: Option<String>,

    #[command(flatten)]
    credentials: Login,

    /// A value for a parameter that no list tells; may be given more than once
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair, conflicts_with = "recordings")]
    value: Vec<(String, String)>,

    /// Call each operation with at most this many objects
    #[arg(
        long,
        value_name = "N",
        default_value_t = 25,
        conflicts_with = "recordings"
    )]
    objects: usize,

    /// Keep the JSON answers in this new folder, with index.json; without what the API's document
    /// declares secret, but with everything else that the server holds
    #[arg(long, value_name = "DIR", conflicts_with = "recordings")]
    record: Option<PathBuf>,

    /// Keep two items of each list, and only answers that show something new
    #[arg(long, requires = "record")]
    small: bool,

    /// Fail also if fewer operations than this turn out well: what is not exercised proves nothing
    #[arg(long, value_name = "N", default_value_t = 0)]
    at_least: usize,

    /// Compare the answers of this folder, without a server
    #[arg(long, value_name = "DIR")]
    recordings: Option<PathBuf>,

    /// Whose answers they are [default: that which knows more of the operations]
    #[arg(long, value_enum, requires = "recordings")]
    api: Option<Api>,
}

/// How to log in to `--server`.
#[derive(Debug, Args)]
#[group(multiple = true, requires = "server", conflicts_with = "recordings")]
struct Login {
    /// Log in as this user
    #[arg(long, value_name = "NAME", conflicts_with_all = ["api_key", "token"])]
    username: Option<String>,

    /// Password of the user
    #[arg(long, value_name = "PASSWORD", requires = "username")]
    password: Option<String>,

    /// Key of a service account
    #[arg(long, value_name = "KEY", conflicts_with = "token")]
    api_key: Option<String>,

    /// Token
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let at_least = cli.at_least;
    match run(cli) {
        Ok(report) => {
            let summary = report.summary();
            let is_enough = summary.ok >= at_least;
            if !is_enough {
                eprintln!("error: fewer than {at_least} operations turned out well");
            }
            println!("{report}");
            match summary.is_lossless() && is_enough {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> Result<Report> {
    if let Some(folder) = &cli.recordings {
        return replay(folder, cli.api);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(read(cli))
}

/// What is called, and as whom.
struct Target {
    url: String,
    login: Login,
    is_test_server: bool,
}

async fn read(cli: Cli) -> Result<Report> {
    let target = target(cli.server, cli.credentials)?;
    let mut scrubber = Scrubber::default();
    let mut values = cli.value;
    if target.is_test_server {
        scrubber = scrubber
            .path(&paths::scratch(), "/zenml")
            .path(paths::workspace(), "/workspace");
        // Only the sender of an event knows this.
        values.push(("delivery_id".to_owned(), DELIVERY.to_owned()));
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
    let extent = match cli.small {
        true => Extent::WhatIsNew,
        false => Extent::Everything,
    };
    let mut recorder = match &cli.record {
        Some(folder) => Some(Recorder::new(Api::Workspace, folder, extent, scrubber)?),
        None => None,
    };
    let client = WorkspaceClient::builder(&target.url)
        .credentials(target.login.credentials()?)
        // Somebody waits for the result: a server that is down is one.
        .retry(RetryPolicy::default().max_retries(2))
        .build()?;
    let options = Options {
        objects: cli.objects,
        values,
        is_test_server: target.is_test_server,
    };
    let mut report = live::run(&client, &options, recorder.as_mut()).await?;
    if target.is_test_server {
        live::provoke(&client, &target.url, &mut report, recorder.as_mut()).await?;
    }
    if let Some(recorder) = recorder {
        let kept = recorder.finish()?;
        eprintln!("{kept} answers have been recorded");
    }
    Ok(report)
}

/// `crates/test-server/fill/automation.py` delivers a webhook's event under this id.
const DELIVERY: &str = "delivery-1";

fn target(server: Option<String>, login: Login) -> Result<Target> {
    if let Some(url) = server {
        return Ok(Target {
            url: url.trim_end_matches('/').to_owned(),
            login: login.or_environment(),
            is_test_server: false,
        });
    }
    let access = Access::from_env().map_err(|_| {
        anyhow!("give --server URL, or run `cargo xtask conformance`, which starts one")
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
            None => bail!("give --api-key, --token, or --username and --password"),
        }
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}
