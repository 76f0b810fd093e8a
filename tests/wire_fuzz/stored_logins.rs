//! Which files of the command line does `from_env` read?

use std::{env, fs, path::PathBuf, process::Command, sync::Arc, time::Duration};

use fastrand::Rng;
use tokio::{net::TcpListener, runtime};
use zenml::{CallOptions, RetryPolicy, WorkspaceClient};

use crate::{
    calls::http_client,
    checks::{Checks, MARKER},
    corpus,
    mutation::{mutate_bytes, pick},
    server::{self, Script},
};

/// Set in the process that has a folder of its own.
pub const IS_CHILD: &str = "ZENML_TEST_FUZZ_CHILD";

/// Text that means something in YAML.
const YAML: [&str; 22] = [
    "&a [*a, *a]",
    "*a",
    "<<: *a\n",
    "!!binary ",
    "!!python/object:os.system ",
    "---\n",
    "...\n",
    "%YAML 9.9\n",
    "? [a, b]\n: c\n",
    "|\n  ",
    ">-\n  ",
    "{a: {a: {a: ",
    "- - - - ",
    "# ",
    ": ",
    "\t",
    "'",
    "\"\\x1b[31m\\u202e",
    "~",
    "0x1F",
    "9999-99-99T99:99:99Z",
    "\u{2028}",
];

/// Runs one case: mutated files, `from_env`, and a call if it finds a login.
pub fn run_case(random: &mut Rng, checks: &Checks) {
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let calls = vec![
            corpus::response("get_current_user", random),
            corpus::echo(random),
        ];
        let script = Arc::new(Script::new(vec![corpus::login(random)], calls));
        tokio::spawn(server::serve(listener, script));

        write_files(&url, random);
        let client = WorkspaceClient::builder_from_env().and_then(|builder| {
            // Reading the certificates takes ten times as long as the rest.
            let builder = match random.u8(..8) {
                0 => builder,
                _ => builder.http_client(http_client()),
            };
            builder.build()
        });
        let client = checks.result(client);
        // A changed URL may be that of another machine.
        if let Some(client) = client.filter(|client| client.url() == url) {
            let options = CallOptions::default()
                .retry(RetryPolicy::never())
                .timeout(Duration::from_millis(500));
            let client = client.with_options(options);
            checks.result(client.get_current_user().send().await);
        }
    });
    runtime.shutdown_background();
    checks.tracing_is_safe();
}

fn write_files(url: &str, random: &mut Rng) {
    let folder = PathBuf::from(env::var_os("ZENML_CONFIG_PATH").unwrap());
    let mut config = format!(
        "active_project_id: null\nstore:\n  type: rest\n  url: {url}\n  verify_ssl: true\nversion: 0.98.0\n"
    )
    .into_bytes();
    let mut store = store(url, random).into_bytes();
    for _ in 0..random.usize(..4) {
        let file = if random.u8(..4) == 0 {
            &mut config
        } else {
            &mut store
        };
        if random.bool() {
            mutate_bytes(file, random);
        } else {
            let at = random.usize(..=file.len());
            let times = pick(&[1, 1, 1, 1_000], random);
            file.splice(at..at, pick(&YAML, random).repeat(times).bytes());
        }
    }
    for (name, content) in [("config.yaml", config), ("credentials.yaml", store)] {
        let path = folder.join(name);
        let _ = fs::remove_file(&path);
        let _ = fs::remove_dir(&path);
        match random.u8(..40) {
            0 => fs::create_dir(path).unwrap(),
            1 => {}
            2 => fs::write(path, content.repeat((3 << 20) / (content.len() + 1))).unwrap(),
            3 if cfg!(unix) => {
                // No process writes to it.
                let status = Command::new("mkfifo").arg(path).status().unwrap();
                assert!(status.success());
            }
            _ => fs::write(path, content).unwrap(),
        }
    }
}

/// Returns logins as the command line stores them. No name of a user is near a secret: a change could
/// make it part of the name, which messages show.
fn store(url: &str, random: &mut Rng) -> String {
    let expiry = pick(
        &["2099-01-01T00:00:00Z", "1994-11-06T00:00:00.5Z", "never"],
        random,
    );
    let token = format!(
        "  api_token:\n    access_token: 'token {MARKER}'\n    expires_at: '{expiry}'\n    leeway: 1\n"
    );
    let key = format!("  api_key: ZENKEY_{MARKER}\n");
    let cloud = "  deployment_type: cloud\n  pro_api_url: https://pro.invalid\n  workspace_id: w\n";
    let pro = format!("https://pro.invalid:\n{token}");
    let entry = match random.u8(..4) {
        0 => key,
        1 => token,
        2 => format!("{cloud}{token}"),
        _ => cloud.to_owned(),
    };
    format!("'https://other.invalid':\n  api_key: other-{MARKER}\n{url}:\n{entry}{pro}")
}
