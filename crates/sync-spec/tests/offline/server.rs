//! A server that says what it is told, on loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

/// Its URL, and what it is asked.
pub struct Server {
    pub url: String,
    requests: Receiver<String>,
}

impl Server {
    /// Answers each request by what `answer` does with the connection and the server's URL.
    pub fn start(answer: impl Fn(&mut TcpStream, &str) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, requests) = channel();
        let own_url = url.clone();
        thread::spawn(move || {
            for connection in listener.incoming() {
                let mut connection = connection.unwrap();
                let mut head = String::new();
                let mut lines = BufReader::new(connection.try_clone().unwrap());
                while lines.read_line(&mut head).unwrap() > 2 {}
                asked.send(head).ok();
                answer(&mut connection, &own_url);
            }
        });
        Self { url, requests }
    }

    /// Answers everything with this status and body.
    pub fn saying(status: &'static str, body: &str) -> Self {
        let body = body.to_owned();
        Self::start(move |connection, _| reply(connection, status, "", &body))
    }

    /// The head of the next request.
    pub fn request(&self) -> String {
        self.requests.recv().unwrap()
    }
}

/// Writes a whole answer. Nobody may be listening any more.
pub fn reply(connection: &mut TcpStream, status: &str, headers: &str, body: &str) {
    let length = body.len();
    write!(
        connection,
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
    )
    .ok();
}
