//! Which server responds to the measured calls? One on the loopback interface that sends recorded
//! bodies from memory.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

use serde_json::{Value, json};

use crate::{Result, workspace};

/// Number of runs of the page.
pub const ITEMS: usize = 100;

/// A server that is running until the process ends.
#[derive(Debug)]
pub struct Server {
    pub url: String,
    /// Length of the response to the small call, head included.
    pub small: usize,
    /// Length of the response to the large call, head included.
    pub large: usize,
}

impl Server {
    /// Starts the server, with a thread for each connection.
    ///
    /// # Errors
    /// Returns an error if a recording cannot be read, or if no port is free.
    pub fn start() -> Result<Self> {
        let responses = Arc::new(Responses::recorded()?);
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let server = Self {
            url: format!("http://{}", listener.local_addr()?),
            small: responses.tag.len(),
            large: responses.page.len(),
        };
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let responses = responses.clone();
                thread::spawn(move || respond(stream, &responses));
            }
        });
        Ok(server)
    }
}

/// The responses of the server, head and body.
struct Responses {
    tag: Vec<u8>,
    page: Vec<u8>,
    info: Vec<u8>,
    login: Vec<u8>,
    other: Vec<u8>,
}

impl Responses {
    fn recorded() -> Result<Self> {
        let folder = workspace().join("tests/recordings/workspace");
        let read = |name: &str| fs::read(folder.join(name));
        let mut page: Value = serde_json::from_slice(&read("list_runs-hydrated-1.json")?)?;
        let page_members = page.as_object_mut().ok_or("the page is not an object")?;
        let items = page_members.get("items").and_then(Value::as_array);
        let items = items.ok_or("the page has no items")?.iter().cycle();
        let items = items.take(ITEMS).cloned().collect::<Vec<_>>();
        for (name, value) in [
            ("items", json!(items)),
            ("max_size", json!(ITEMS)),
            ("total", json!(ITEMS)),
        ] {
            page_members.insert(name.to_owned(), value);
        }
        let token = json!({"access_token": "e30.e30.c2ln", "token_type": "bearer"});
        Ok(Self {
            tag: response(&read("get_tag-hydrated-1.json")?),
            page: response(&serde_json::to_vec(&page)?),
            info: response(&read("server_info-1.json")?),
            login: response(&serde_json::to_vec(&token)?),
            other: response(b"null"),
        })
    }

    fn for_request(&self, request: &[u8]) -> &[u8] {
        let path = request.split(|byte| *byte == b' ').nth(1);
        match path.unwrap_or_default() {
            path if path.starts_with(b"/api/v1/tags/") => &self.tag,
            path if path.starts_with(b"/api/v1/runs") => &self.page,
            b"/api/v1/info" => &self.info,
            b"/api/v1/login" => &self.login,
            _ => &self.other,
        }
    }
}

fn response(body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// Responds to the requests of one connection, one after the other, until the client closes it.
fn respond(mut stream: TcpStream, responses: &Responses) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
    loop {
        let length = stream.read(&mut chunk)?;
        if length == 0 {
            return Ok(());
        }
        request.extend_from_slice(chunk.get(..length).unwrap_or_default());
        if is_complete(&request) {
            stream.write_all(responses.for_request(&request))?;
            request.clear();
        }
    }
}

/// Returns whether a request has arrived with its whole body.
fn is_complete(request: &[u8]) -> bool {
    const END: &str = "\r\n\r\n";
    if request.starts_with(b"GET ") {
        return request.ends_with(END.as_bytes());
    }
    let request = String::from_utf8_lossy(request);
    let Some((head, body)) = request.split_once(END) else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok())?
    });
    body.len() >= length.unwrap_or(0)
}
