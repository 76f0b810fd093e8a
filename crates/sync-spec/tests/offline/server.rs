//! A server on loopback with scripted responses.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// A server with its URL and the requests that it received.
pub struct Server {
    pub url: String,
    requests: Receiver<String>,
}

impl Server {
    /// Starts a server that calls `respond` with each connection and the server's URL.
    pub fn start(respond: impl Fn(&mut TcpStream, &str) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (received, requests) = channel();
        let own_url = url.clone();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let mut head = String::new();
                let mut lines = BufReader::new(connection.try_clone().unwrap());
                while lines.read_line(&mut head).unwrap() > 2 {}
                received.send(head).ok();
                respond(&mut connection, &own_url);
            }
        });
        Self { url, requests }
    }

    /// Starts a server that responds to every request with this status and body.
    pub fn responding(status: &'static str, body: &str) -> Self {
        let body = body.to_owned();
        Self::start(move |connection, _| respond(connection, status, "", &body))
    }

    /// Returns the head of the next request.
    pub fn request(&self) -> String {
        self.requests.recv().unwrap()
    }
}

/// Writes a whole response. The client may have closed the connection.
pub fn respond(connection: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    write!(
        connection,
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .ok();
}
