//! Do secrets stay out of everything but the request? No API key, token, password or secret value may
//! appear in `Debug`, `Display`, error sources, `tracing` output or panics of public types.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

mod leak_probe;

use std::{
    collections::BTreeMap,
    io::{BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    panic, thread,
    time::Duration,
};

use http::{HeaderName, HeaderValue};
use leak_probe::LeakProbe;
use serde_json::json;
use uuid::Uuid;
use zenml::{
    Credentials, Method, RetryPolicy, Secret, WorkspaceClient,
    auth::{CredentialsProvider, ProvidedCredentials},
    types::SecretMap,
    workspace::types::{
        CodeRepositoryRequest, CodeRepositoryResponseMetadata, SecretRequest,
        ServiceConnectorResponseMetadata, ServiceConnectorUpdate, Source, UserRequest,
        ZenmlConfigSourceSourceType,
    },
};

const SECRET: &str = "SECRET-0x7f3a-\"quoted\"";

/// Starts a server that responds with this status and quotes the whole request in the body, which is
/// not what any operation expects.
fn echo(status: u16) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            thread::spawn(move || echo_one(stream, status));
        }
    });
    url
}

fn echo_one(mut stream: TcpStream, status: u16) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        reader.read_exact(&mut byte).unwrap();
        bytes.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&bytes).to_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    bytes.extend(body);
    let quoted = serde_json::json!({ "detail": String::from_utf8_lossy(&bytes) }).to_string();
    let response = format!(
        "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\
         www-authenticate: Bearer\r\n\r\n{quoted}",
        quoted.len()
    );
    stream.write_all(response.as_bytes()).unwrap();
}

struct SecretProvider;

impl CredentialsProvider for SecretProvider {
    fn provide(&self) -> ProvidedCredentials<'_> {
        Box::pin(async { Ok(Credentials::api_token(SECRET)) })
    }
}

fn credentials_of_every_kind() -> Vec<Credentials> {
    vec![
        Credentials::api_token(SECRET),
        Credentials::api_token(format!("Bearer {SECRET}")),
        Credentials::api_token(format!("{SECRET}\n")),
        Credentials::api_key(SECRET),
        Credentials::password("default", SECRET),
        Credentials::provider(SecretProvider),
        Credentials::device(Uuid::nil(), |login| {
            let _ = format!("{login:?}");
        }),
    ]
}

async fn calls(client: &WorkspaceClient, probe: &LeakProbe) {
    probe.debug(client);
    let read = client.get_current_user();
    probe.debug(&read);
    match read.send().await {
        Ok(response) => probe.debug(&response),
        Err(error) => probe.error(error),
    }

    let values = BTreeMap::from([("key".to_owned(), Some(Secret::from(SECRET)))]);
    let secret = SecretRequest::new("name").values(values);
    probe.debug(&secret);
    let create = client.create_secret().body(&secret);
    probe.debug(&create);
    if let Err(error) = create.send().await {
        probe.error(error);
    }

    let user = UserRequest::new(true, "name").password(Secret::from(SECRET));
    probe.debug(&user);
    if let Err(error) = client.create_user().body(&user).send().await {
        probe.error(error);
    }

    send_settings(client, probe).await;

    let download = client
        .download_artifact_data()
        .artifact_version_id(Uuid::nil())
        .token(SECRET);
    probe.debug(&download);
    match download.send().await {
        Ok(response) => probe.debug(&response),
        Err(error) => probe.error(error),
    }

    let raw = client
        .request(Method::POST, "/api/v1/x")
        .header("x-key", "visible to the server only")
        .json(&secret);
    probe.debug(&raw);
    if let Err(error) = raw.send::<Vec<u8>>().await {
        probe.error(error);
    }
}

/// Sends and decodes settings that contain secrets under names unknown to the document.
async fn send_settings(client: &WorkspaceClient, probe: &LeakProbe) {
    let settings = SecretMap::from_iter([("token", SECRET)]);
    probe.debug(&settings);
    let connector = ServiceConnectorUpdate::new().configuration(settings.clone());
    probe.debug(&connector);
    let call = client.update_service_connector().connector_id(Uuid::nil());
    if let Err(error) = call.body(&connector).send().await {
        probe.error(error);
    }

    let source = Source::new(
        "zenml.integrations.github",
        ZenmlConfigSourceSourceType::DistributionPackage,
    );
    let repository = CodeRepositoryRequest::new(settings, "name", Uuid::nil(), source);
    probe.debug(&repository);
    let call = client.create_code_repository().body(&repository);
    if let Err(error) = call.send().await {
        probe.error(error);
    }

    let response = json!({ "configuration": { "token": SECRET } });
    probe.debug(&serde_json::from_value::<ServiceConnectorResponseMetadata>(response).unwrap());
    let response = json!({ "config": { "token": SECRET } });
    probe.debug(&serde_json::from_value::<CodeRepositoryResponseMetadata>(response).unwrap());
}

#[cfg(feature = "pro")]
async fn call_of_the_pro_api(url: &str, http: reqwest::Client, probe: &LeakProbe) {
    let options = zenml::CallOptions::default().timeout(Duration::from_secs(10));
    let pro = zenml::ProClient::builder(url)
        .credentials(Credentials::api_key(SECRET))
        .http_client(http)
        .retry(RetryPolicy::never())
        .build()
        .unwrap()
        .with_options(options);
    probe.debug(&pro);
    if let Err(error) = pro.get_current_user().send().await {
        probe.error(error);
    }
}

#[tokio::test]
async fn no_secret_appears_in_debug_errors_traces_or_panics() {
    let (probe, _guard) = LeakProbe::new();
    // A bound socket that does not listen refuses connections.
    let bound = tokio::net::TcpSocket::new_v4().unwrap();
    bound.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let unreachable = format!("http://{}", bound.local_addr().unwrap());
    let mut urls: Vec<String> = [200, 400, 401, 403, 404, 422, 500, 503].map(echo).into();
    urls.push(unreachable);
    // The clients share one HTTP client, because creating each loads the system's certificates.
    let http = WorkspaceClient::builder(&urls[0]).http_client_builder();
    let http = http.unwrap().build().unwrap();
    // The test reads panic messages; printing them would only add noise.
    panic::set_hook(Box::new(|_| ()));
    for url in &urls {
        for credentials in credentials_of_every_kind() {
            probe.debug(&credentials);
            let builder = WorkspaceClient::builder(url)
                .credentials(credentials)
                .http_client(http.clone())
                .default_header(
                    HeaderName::from_static("x-api-key"),
                    HeaderValue::from_static("visible to the server only"),
                )
                .retry(
                    RetryPolicy::default()
                        .max_retries(1)
                        .base_delay(Duration::from_millis(1)),
                );
            probe.debug(&builder);
            calls(&builder.build().unwrap(), &probe).await;
        }
        #[cfg(feature = "pro")]
        call_of_the_pro_api(url, http.clone(), &probe).await;
    }
    let wrong = WorkspaceClient::builder(format!("http://me:{SECRET}@localhost/{SECRET}"));
    probe.debug(&wrong);
    probe.error(wrong.build().unwrap_err());

    drop(panic::take_hook());

    // Ensures that the probe works and that the calls were made.
    probe.assert_shown(&["zenml.call", "create_secret", "[redacted]", "login"]);
    probe.assert_hidden("SECRET");
}
