//! How are responses and files changed?

use fastrand::Rng;
use serde_json::{Map, Value};

use crate::reply::{Delivery, Framing, Reply};

/// Texts that parsers and terminals may take for something else.
const TOKENS: [&str; 24] = [
    "\0",
    "\u{1b}[31m",
    "\u{1b}]0;title\u{7}",
    "\u{202e}",
    "\u{2066}",
    "\u{feff}",
    "\u{85}",
    "\u{2028}",
    "\r\n\r\n",
    "\r",
    "\n",
    "\t",
    "\\ud800",
    "\\u0000",
    "HTTP/1.1 200 OK\r\n\r\n",
    "1e999",
    "-",
    "\"",
    "'",
    "{",
    "[[[[[[[[",
    "}]",
    ",,",
    "🐈",
];

/// Bytes that are not UTF-8.
const BYTES: [&[u8]; 5] = [
    b"\xff\xfe",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\x80",
    b"\x1f\x8b\x08\x00",
];

pub fn pick<T: Copy>(choices: &[T], random: &mut Rng) -> T {
    choices[random.usize(..choices.len())]
}

pub fn find(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

pub fn replace(bytes: &[u8], part: &[u8], by: &[u8]) -> Vec<u8> {
    let mut rest = bytes;
    let mut replaced = Vec::new();
    while let Some(at) = find(rest, part) {
        replaced.extend(&rest[..at]);
        replaced.extend(by);
        rest = &rest[at + part.len()..];
    }
    replaced.extend(rest);
    replaced
}

/// Changes a text at one place, without regard to its format.
pub fn mutate_bytes(bytes: &mut Vec<u8>, random: &mut Rng) {
    let at = random.usize(..=bytes.len());
    let end = (at + random.usize(..64)).min(bytes.len());
    match random.u8(..8) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.u8(..8),
        1 => drop(bytes.drain(at..end)),
        2 => {
            let copy = bytes[at..end].repeat(random.usize(1..20));
            bytes.splice(at..at, copy);
        }
        3 => bytes.truncate(at),
        4 => {
            bytes.splice(at..at, vec![b'A'; 70_000]);
        }
        5 => {
            bytes.splice(at..at, pick(&BYTES, random).iter().copied());
        }
        _ => {
            bytes.splice(at..at, pick(&TOKENS, random).bytes());
        }
    }
}

/// Changes a value of a JSON text; another text stays as it is.
pub fn mutate_json(bytes: &mut Vec<u8>, random: &mut Rng) {
    const PLACE: &str = "@VALUE@";
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let mut at = random.usize(..count(&value));
    let target = nth(&mut value, &mut at).unwrap();
    match (random.u8(..8), target) {
        (0, Value::Object(object)) if !object.is_empty() => rename_key(object, random),
        (1, Value::Object(object)) if !object.is_empty() => {
            let key = object.keys().nth(random.usize(..object.len())).cloned();
            object.remove(&key.unwrap());
        }
        (2, Value::Array(items)) if !items.is_empty() && items.len() < 100 => {
            *items = (0..10).flat_map(|_| items.clone()).collect();
        }
        (_, target) => *target = PLACE.into(),
    }
    let raw = raw_json(random);
    *bytes = replace(
        value.to_string().as_bytes(),
        format!("\"{PLACE}\"").as_bytes(),
        raw.as_bytes(),
    );
}

fn rename_key(object: &mut Map<String, Value>, random: &mut Rng) {
    let key = object.keys().nth(random.usize(..object.len())).cloned();
    let value = object.remove(&key.unwrap()).unwrap();
    let name = match random.u8(..3) {
        0 => "k".repeat(100_000),
        _ => pick(&TOKENS, random).repeat(random.usize(1..4)),
    };
    object.insert(name, value);
}

/// Returns a JSON value as text; a few of them are not valid.
fn raw_json(random: &mut Rng) -> String {
    const VALUES: [&str; 30] = [
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "-0.0",
        "1e400",
        "1e-400",
        "18446744073709551616",
        "1180591620717411303424",
        "-170141183460469231731687303715884105729",
        "\"\"",
        "\"x\"",
        "{}",
        "[]",
        "[null]",
        "{\"a\":1,\"a\":2}",
        "NaN",
        "Infinity",
        "01",
        "\"\\ud800\"",
        "\"\\u0000\\u001b[31m\\u202e\\r\\n\"",
        "\"\u{202e}\u{1b}\n\"",
        "\"2026-13-45T99:99:99\"",
        "\"+275760-09-13T00:00:00Z\"",
        "\"9999-12-31T23:59:60.999999999999+99:99\"",
        "\"not a uuid\u{7f}\"",
        "\"0.1e\"",
        "/* */ 1",
        "1 2",
    ];
    match random.u8(..12) {
        0 => format!("\"{}\"", "long ".repeat(20_000)),
        1 => "9".repeat(10_000),
        2 => {
            let depth = pick(&[50, 126, 130, 5_000], random);
            format!("{}{}", "[".repeat(depth), "]".repeat(depth))
        }
        3 => {
            let depth = pick(&[50, 126, 130, 5_000], random);
            format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth))
        }
        4 => format!("\"{}\"", pick(&TOKENS, random).repeat(50)),
        _ => pick(&VALUES, random).to_owned(),
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    }
}

/// Returns the value with this number, counted from the outside in.
fn nth<'a>(value: &'a mut Value, number: &mut usize) -> Option<&'a mut Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, number)),
        Value::Object(members) => members.values_mut().find_map(|item| nth(item, number)),
        _ => None,
    }
}

/// Changes a reply at up to three places. `port` is that of the server, for redirects.
pub fn mutate(reply: &mut Reply, port: u16, random: &mut Rng) {
    reply.seed = random.u64(..);
    for _ in 0..pick(&[0, 1, 1, 1, 2, 3], random) {
        match random.u8(..12) {
            0..=3 => mutate_json(&mut reply.body, random),
            4 | 5 => mutate_bytes(&mut reply.body, random),
            6 => reply.status = status(random),
            7 => {
                let header = pick(&HEADERS, random);
                reply.headers.push(header.as_bytes().to_vec());
            }
            8 => add_header(reply, port, random),
            9 => {
                let framings = [
                    Framing::WrongLength,
                    Framing::Chunks,
                    Framing::BrokenChunks,
                    Framing::Close,
                ];
                reply.framing = pick(&framings, random);
            }
            // These take time.
            10 if random.u8(..4) == 0 => {
                let slow = [Delivery::Pieces, Delivery::Stalled, Delivery::Endless];
                reply.delivery = pick(&slow, random);
            }
            10 | 11 => {
                reply.delivery = pick(&[Delivery::Truncated, Delivery::Reset], random);
            }
            _ => unreachable!(),
        }
    }
}

fn status(random: &mut Rng) -> Vec<u8> {
    const LINES: [&[u8]; 14] = [
        b"HTTP/1.1 099 X",
        b"HTTP/1.1 100 Continue",
        b"HTTP/1.1 101 Switching Protocols",
        b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK",
        b"HTTP/1.1 204 No Content",
        b"HTTP/1.1 304 Not Modified",
        b"HTTP/1.1 1000 X",
        b"HTTP/1.1 200 \x1b[31m\xff",
        b"HTTP/1.1 200",
        b"HTTP/1.0 200 OK",
        b"HTTP/2.0 200 OK",
        b"ICY 200 OK",
        b"\x16\x03\x01\x00\x00",
        b"SSH-2.0-OpenSSH_9.9",
    ];
    match random.u8(..2) {
        0 => pick(&LINES, random).to_vec(),
        _ => format!("HTTP/1.1 {} X", random.u16(200..600)).into_bytes(),
    }
}

const HEADERS: [&str; 40] = [
    "content-type: text/html",
    "content-type: application/json; charset=utf-16",
    "content-type: APPLICATION/JSON",
    "content-type: \u{1b}[31m",
    "content-type: text/event-stream",
    "content-encoding: gzip",
    "content-encoding: br, gzip",
    "content-encoding: \u{202e}x",
    "content-encoding: identity",
    "content-length: 3",
    "transfer-encoding: gzip, chunked",
    "transfer-encoding: identity",
    "content-range: bytes 0-1/2",
    "retry-after: 0",
    "retry-after: 0.5",
    "retry-after: -1",
    "retry-after: 1e99",
    "retry-after: 99999999999999999999999",
    "retry-after: Fri, 31 Dec 9999 23:59:59 GMT",
    "retry-after: Thu, 01 Jan 1970 00:00:00 GMT",
    "retry-after: \u{1b}soon",
    "www-authenticate: Bearer error=\"invalid_token\"",
    "www-authenticate: Basic realm=\"\u{202e}\"",
    "set-cookie: a=b; Path=/; Domain=.example.com",
    "x-request-id: \u{1b}[31m",
    "date: never",
    "connection: upgrade",
    "upgrade: h2c",
    "trailer: content-length",
    "without a colon",
    ": without a name",
    " folded",
    "na me: value",
    "x-nul: \0",
    "x-lone: \rx",
    "idempotent-replay: true",
    "alt-svc: h3=\":443\"",
    "link: </next>; rel=\"next\"",
    "server: \u{1b}]0;title\u{7}",
    "refresh: 0; url=/",
];

fn add_header(reply: &mut Reply, port: u16, random: &mut Rng) {
    if random.u8(..3) == 0 {
        let mut header = b"x-long: ".to_vec();
        header.resize(random.usize(1_000..200_000), b'a');
        if random.bool() {
            reply.headers.push(header);
        } else {
            reply.headers.extend(vec![b"x-many: 1".to_vec(); 300]);
        }
        return;
    }
    // All of them lead to this machine or nowhere.
    let target = match random.u8(..13) {
        0 => format!("http://127.0.0.2:{port}/api/v1/other"),
        1 => format!("http://127.0.0.1:{port}/api/v1/other"),
        2 => format!("//127.0.0.1:{port}/api/v1/loop"),
        3 => format!("https://127.0.0.1:{port}/"),
        4 => format!("http://user:password@127.0.0.1:{port}/"),
        5 => "http://127.0.0.1:1/".to_owned(),
        6 => "http://".to_owned(),
        7 => "javascript:alert(1)".to_owned(),
        8 => "file:///etc/passwd".to_owned(),
        9 => "\u{1b}[31m\u{202e}".to_owned(),
        10 => "http://[::1".to_owned(),
        11 => format!("/{}", "a".repeat(60_000)),
        _ => "?".to_owned(),
    };
    reply
        .headers
        .push(format!("location: {target}").into_bytes());
    let codes = [301, 302, 303, 307, 308, 200];
    reply.status = format!("HTTP/1.1 {} X", pick(&codes, random)).into_bytes();
}
