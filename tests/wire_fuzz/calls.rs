//! Which calls does the client make, and with which credentials?

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
    time::Duration,
};

use fastrand::Rng;
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime};
use uuid::Uuid;
use zenml::{
    ClientBuilder, Credentials, Method, ProClient, RetryPolicy, RunTemplate, Secret,
    WorkspaceClient,
    auth::{CredentialsProvider, ProvidedCredentials},
    workspace::types::{SecretRequest, TagRequest},
};

use crate::{
    checks::{self, Checks, MARKER},
    corpus, mutation,
    reply::Reply,
    server::{self, Script},
};

const ATTEMPT_TIMEOUT: Duration = Duration::from_millis(200);
const CALL_TIMEOUT: Duration = Duration::from_millis(500);
const MAX_RESPONSE_SIZE: usize = 1 << 20;

/// A lying list may cause a few requests, not hundreds.
const MAX_REQUESTS: usize = 60;

/// Calls, most of them by the name of the operation whose recorded responses are mutated.
const OPERATIONS: [&str; 22] = [
    "get_current_user",
    "list_tags",
    "list_runs",
    "get_run",
    "get_stack",
    "get_service_connector",
    "list_flavors",
    "get_pipeline_snapshot",
    "server_info",
    "health",
    "get_tag",
    "get_secret",
    "delete_tag",
    "download",
    "events",
    "raw",
    "streamed tags",
    "version",
    "trigger",
    "wait",
    "pro user",
    "pro connect",
];

/// Several calls each. Values of one response, also strange ones, may be in the error of another, so
/// that their responses do not quote the request.
const WORKFLOWS: [&str; 3] = ["trigger", "wait", "pro connect"];

/// Runs one case: a client, a server, and a call or two.
pub fn run_case(random: &mut Rng, checks: &Checks) {
    // Everything of a case ends with its runtime.
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let url = format!("http://127.0.0.1:{port}");
        let operation = mutation::pick(&OPERATIONS, random);
        let script = Arc::new(script(operation, port, random));
        tokio::spawn(server::serve(listener, script.clone()));
        if operation.starts_with("pro ") {
            let client = configure(ProClient::builder(url), random).build().unwrap();
            pro_call(operation, &client, checks).await;
        } else {
            let builder = configure(WorkspaceClient::builder(url), random);
            let client = builder.build().unwrap();
            call(operation, &client, random, checks).await;
        }
        let requests = script.requests();
        assert!(requests <= MAX_REQUESTS, "{requests} requests: {script:?}");
    });
    runtime.shutdown_background();
    checks.tracing_is_safe();
}

fn script(operation: &str, port: u16, random: &mut Rng) -> Script {
    let mut login = corpus::login(random);
    if random.bool() {
        mutation::mutate(&mut login, port, random);
    }
    let count = random.usize(1..4);
    let calls = (0..count).map(|_| {
        let mut reply = reply(operation, random);
        mutation::mutate(&mut reply, port, random);
        reply
    });
    let calls = calls.collect();
    Script::new(vec![login], calls)
}

fn reply(operation: &str, random: &mut Rng) -> Reply {
    match random.u8(..10) {
        0 => corpus::any_response(random),
        1 | 2 if !WORKFLOWS.contains(&operation) => corpus::echo(random),
        _ => match operation {
            "download" => Reply::new("200 OK", "application/gzip", vec![7; 10_000]),
            "events" => corpus::events(random),
            "raw" | "version" => corpus::response("server_info", random),
            "streamed tags" => corpus::response("list_tags", random),
            "trigger" => corpus::response("list_run_templates", random),
            "wait" => corpus::response("get_run", random),
            "pro user" => corpus::response("get_current_user", random),
            "pro connect" => corpus::workspaces(),
            operation => corpus::response(operation, random),
        },
    }
}

fn configure<C>(builder: ClientBuilder<C>, random: &mut Rng) -> ClientBuilder<C> {
    let retry = RetryPolicy::default()
        .max_retries(2)
        .base_delay(Duration::from_millis(1))
        .max_delay(Duration::from_millis(5));
    let builder = match credentials(random) {
        Some(credentials) => builder.credentials(credentials),
        None => builder,
    };
    builder
        .http_client(http_client())
        .retry(retry)
        .attempt_timeout(ATTEMPT_TIMEOUT)
        .timeout(CALL_TIMEOUT)
        .idle_timeout(ATTEMPT_TIMEOUT)
        .max_response_size(MAX_RESPONSE_SIZE)
        .default_header(
            http::HeaderName::from_static("x-api-key"),
            http::HeaderValue::from_str(&secret("header")).unwrap(),
        )
}

/// Returns a client without a pool, so that no connection belongs to a runtime that has ended. Cases
/// share it because its certificate store takes longer to read than most cases take.
pub fn http_client() -> reqwest::Client {
    static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();
    let client = CLIENT.get_or_init(|| {
        WorkspaceClient::builder("https://zenml.example.com")
            .connect_timeout(ATTEMPT_TIMEOUT)
            .http_client_builder()
            .unwrap()
            .pool_max_idle_per_host(0)
            .no_proxy()
            .build()
            .unwrap()
    });
    client.clone()
}

/// Returns a secret with characters that encodings change.
fn secret(name: &str) -> String {
    format!("{name}\"/+& ={MARKER}")
}

fn credentials(random: &mut Rng) -> Option<Credentials> {
    let password = format!("pass \u{fc}\u{1f408} {}", secret("word"));
    Some(match random.u8(..8) {
        0 => return None,
        1 | 2 => Credentials::api_token(secret("token")),
        3 | 4 => Credentials::api_key(secret("ZENKEY_")),
        5 => Credentials::password("default", password),
        6 => Credentials::provider(Provider),
        _ => Credentials::device(Uuid::nil(), |login| {
            checks::is_safe(&login.user_code);
            checks::is_safe(&login.url);
        }),
    })
}

struct Provider;

impl CredentialsProvider for Provider {
    fn provide(&self) -> ProvidedCredentials<'_> {
        Box::pin(async { Ok(Credentials::api_key(secret("provided") + "\r\n")) })
    }
}

async fn call(operation: &str, client: &WorkspaceClient, random: &mut Rng, checks: &Checks) {
    let id = Uuid::nil();
    match operation {
        "get_current_user" => drop(checks.result(client.get_current_user().send().await)),
        "list_tags" => drop(checks.result(client.list_tags().send().await)),
        "list_runs" => drop(checks.result(client.list_runs().send().await)),
        "get_run" => drop(checks.result(client.get_run().run_id(id).send().await)),
        "get_stack" => drop(checks.result(client.get_stack().stack_id(id).send().await)),
        "get_service_connector" => {
            let call = client.get_service_connector().connector_id(id);
            checks.result(call.send().await);
        }
        "list_flavors" => drop(checks.result(client.list_flavors().send().await)),
        "get_pipeline_snapshot" => {
            let call = client.get_pipeline_snapshot().snapshot_id(id);
            checks.result(call.send().await);
        }
        "server_info" => drop(checks.result(client.server_info().send().await)),
        "health" => drop(checks.result(client.health().send().await)),
        "get_tag" => {
            let call = client.create_tag().body(TagRequest::new("tag"));
            checks.result(call.send().await);
        }
        "get_secret" => {
            let value = Some(Secret::from(secret("value")));
            let values = BTreeMap::from([("key".to_owned(), value)]);
            let call = client
                .create_secret()
                .body(SecretRequest::new("name").values(values));
            checks.result(call.send().await);
        }
        "delete_tag" => drop(checks.result(client.delete_tag().tag_id(id).send().await)),
        "download" => download(client, random, checks).await,
        "events" => events(client, checks).await,
        "raw" => {
            let call = client
                .request(Method::POST, "/api/v1/plugins")
                .query("token", secret("query"))
                .header("x-token", secret("raw-header"))
                .json(&json!({ "list": [secret("body"), 1], "map": { "a": secret("body") } }));
            checks.result(call.send::<Value>().await);
        }
        "streamed tags" => {
            let tags = client.list_tags().stream();
            checks.result(tags.try_collect::<Vec<_>>().await);
        }
        "version" => drop(checks.result(client.check_version().await)),
        "trigger" => {
            let trigger = client
                .trigger(RunTemplate::by_name("nightly"))
                .project("default");
            checks.result(trigger.send().await);
        }
        "wait" => {
            let wait = client.wait_for_run(id).interval(Duration::from_millis(50));
            checks.result(wait.deadline(CALL_TIMEOUT).wait().await);
        }
        other => unreachable!("{other}"),
    }
}

async fn pro_call(operation: &str, client: &ProClient, checks: &Checks) {
    if operation == "pro user" {
        checks.result(client.get_current_user().send().await);
    } else {
        let connect = client.connect_workspace("staging").deadline(CALL_TIMEOUT);
        checks.result(connect.send().await);
    }
}

async fn download(client: &WorkspaceClient, random: &mut Rng, checks: &Checks) {
    let call = client
        .download_artifact_data()
        .artifact_version_id(Uuid::nil())
        .token(secret("download"));
    let Some(download) = checks.result(call.send().await) else {
        return;
    };
    let download = download.into_inner();
    if random.bool() {
        checks.result(download.bytes(MAX_RESPONSE_SIZE).await);
    } else {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data");
        let saved = checks.result(download.save_to(&file).await);
        let length = std::fs::metadata(&file).ok().map(|file| file.len());
        assert_eq!(length, saved);
        let files = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, usize::from(saved.is_some()));
    }
}

async fn events(client: &WorkspaceClient, checks: &Checks) {
    let call = client.stream_run_events().pipeline_run_id(Uuid::nil());
    let Some(events) = checks.result(call.send().await) else {
        return;
    };
    // The server sends the same response to each further request.
    let mut events = events.into_inner().give_up_after(Duration::ZERO);
    while let Some(event) = events.next().await {
        if let Some(event) = checks.result(event) {
            checks.result(event.json::<Value>());
        }
    }
    let _ = (events.last_event_id(), events.reconnection_time());
}
