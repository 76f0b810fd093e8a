//! Which responses are mutated?

use std::{fs, path::Path, sync::OnceLock};

use fastrand::Rng;

use crate::{
    checks::MARKER,
    mutation::pick,
    reply::{ECHO, Reply},
};

/// A recorded response of a real server.
struct Recording {
    /// `list_tags-plain-1.json` or `get_user-404-1.json`
    file: String,
    body: Vec<u8>,
}

fn recordings() -> &'static [Recording] {
    static RECORDINGS: OnceLock<Vec<Recording>> = OnceLock::new();
    RECORDINGS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings/workspace");
        let mut recordings: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| {
                let path = entry.unwrap().path();
                let file = path.file_name().unwrap().to_str().unwrap().to_owned();
                let body = fs::read(path).unwrap();
                Recording { file, body }
            })
            .filter(|recording| recording.file != "index.json")
            .collect();
        // Independent of the file system: the number of a case determines it.
        recordings.sort_by(|a, b| a.file.cmp(&b.file));
        recordings
    })
}

/// Returns a recorded response of this operation.
pub fn response(operation: &str, random: &mut Rng) -> Reply {
    let of_operation: Vec<_> = recordings()
        .iter()
        .filter(|recording| recording.file.split('-').next() == Some(operation))
        .filter(|recording| status(recording) == 200)
        .collect();
    if of_operation.is_empty() {
        return Reply::new("204 No Content", "application/json", "");
    }
    json(pick(&of_operation, random))
}

/// Returns a list of the Pro API with one workspace.
pub fn workspaces() -> Reply {
    let workspace = r#"{"id":"00000000-0000-0000-0000-000000000001","name":"staging",
        "status":"available","state_reason":"as asked","organization":{"name":"acme",
        "id":"00000000-0000-0000-0000-000000000002","created":"2026-01-01T00:00:00Z",
        "updated":"2026-01-01T00:00:00Z"},
        "zenml_service":{"status":{"server_url":"http://127.0.0.1:1/"}}}"#;
    Reply::new("200 OK", "application/json", format!("[{workspace}]"))
}

/// Returns a recorded response of any operation, errors included.
pub fn any_response(random: &mut Rng) -> Reply {
    let recordings = recordings();
    json(&recordings[random.usize(..recordings.len())])
}

fn json(recording: &Recording) -> Reply {
    let status = format!("{} X", status(recording));
    Reply::new(&status, "application/json", recording.body.clone())
}

fn status(recording: &Recording) -> u16 {
    let mut parts = recording.file.split('-').skip(1);
    parts
        .find_map(|part| part.parse().ok().filter(|status| *status >= 400))
        .unwrap_or(200)
}

/// Returns an error whose body quotes the request.
pub fn echo(random: &mut Rng) -> Reply {
    const STATUSES: [&str; 12] = [
        "200 OK",
        "201 Created",
        "400 Bad Request",
        "401 Unauthorized",
        "402 Payment Required",
        "403 Forbidden",
        "404 Not Found",
        "409 Conflict",
        "422 Unprocessable Entity",
        "429 Too Many Requests",
        "500 Internal Server Error",
        "503 Service Unavailable",
    ];
    const BODIES: [&str; 11] = [
        "@ECHO@",
        "\"@ECHO@\"",
        "<html><title>@ECHO@</title><body>@ECHO@</body></html>",
        r#"{"detail":"@ECHO@"}"#,
        r#"{"detail":["CredentialsNotValid","@ECHO@"]}"#,
        r#"["@ECHO@","@ECHO@"]"#,
        r#"{"detail":[{"loc":["body","@ECHO@"],"msg":"@ECHO@","input":"@ECHO@"}]}"#,
        r#"{"error":"@ECHO@","error_description":"@ECHO@"}"#,
        r#"{"error":{"code":"@ECHO@","message":"@ECHO@"}}"#,
        r#"{"detail":{"@ECHO@":"@ECHO@"}}"#,
        r#"{"id":"@ECHO@","created":"@ECHO@","@ECHO@":1,"items":"@ECHO@","total":"@ECHO@"}"#,
    ];
    let types = ["application/json", "text/plain", "text/event-stream"];
    let status = pick(&STATUSES, random);
    let mut reply = Reply::new(status, pick(&types, random), pick(&BODIES, random));
    if random.u8(..4) == 0 {
        let names = ["www-authenticate", "retry-after", "x-request-id", "server"];
        let name = pick(&names, random);
        reply.headers.push(format!("{name}: {ECHO}").into_bytes());
    }
    reply
}

/// Returns the response of a token endpoint.
pub fn login(random: &mut Rng) -> Reply {
    if random.u8(..8) == 0 {
        return echo(random);
    }
    let token = format!("granted-{MARKER}");
    // One that looks as if it were a JSON Web Token.
    let jwt = format!("eyJhbGciOiJIUzI1NiJ9.eyJleHAiOjI1MzQwMjMwMDc5OX0.{MARKER}");
    let granted = match random.u8(..8) {
        0 => r#"{"detail":["OAuthError","unsupported grant type"]}"#.to_owned(),
        1 => r#"{"error":"invalid_client","error_description":"unknown"}"#.to_owned(),
        2 => format!(
            r#"{{"device_code":"{MARKER}","user_code":"AB12","verification_uri":"/devices/verify","expires_in":300,"interval":1}}"#
        ),
        3 => format!(r#"{{"access_token":"{jwt}","token_type":"bearer","expires_in":3600}}"#),
        _ => format!(
            r#"{{"access_token":"{token}","token_type":"bearer","expires_in":3600,"refresh_token":"{MARKER}","scope":null,"cookie_name":null,"csrf_token":"{MARKER}"}}"#
        ),
    };
    let status = match random.u8(..12) {
        0 => "400 Bad Request",
        1 => "401 Unauthorized",
        _ => "200 OK",
    };
    Reply::new(status, "application/json", granted)
}

/// Returns a stream of the events of a run.
pub fn events(random: &mut Rng) -> Reply {
    const EVENTS: [&str; 9] = [
        "event: step\nid: 1-0\ndata: {\"step\":\"train\",\"status\":\"running\"}\n\n",
        "id: 2-0\nevent: cursor\ndata: {}\n\n",
        "event: gap\ndata: {\"missed\":18446744073709551616}\n\n",
        "data: two\ndata: lines\n\n",
        ": keep-alive\n\n",
        "retry: 99999999999999999999\n\n",
        "retry: 10\nid: \u{202e}\u{1b}[31m\ndata: x\r\n\r\n",
        "data\n\nid\nevent\nunknown: field\n\n",
        "event: end\ndata: {\"status\":\"completed\"}\n\n",
    ];
    let count = random.usize(..20);
    let body: String = (0..count).map(|_| pick(&EVENTS, random)).collect();
    Reply::new("200 OK", "text/event-stream; charset=utf-8", body)
}
