//! How are mutated responses sent?

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::sleep,
};

use crate::reply::{Reply, Step};

/// The replies of a case. The last one of a list is also that to all further requests.
#[derive(Debug)]
pub struct Script {
    pub logins: Vec<Reply>,
    pub calls: Vec<Reply>,
    pub sent: [AtomicUsize; 2],
}

impl Script {
    pub fn new(logins: Vec<Reply>, calls: Vec<Reply>) -> Self {
        Self {
            logins,
            calls,
            sent: Default::default(),
        }
    }

    fn next(&self, head: &str) -> &Reply {
        let line = head.lines().next().unwrap_or_default();
        let is_login = line.contains("/login") || line.contains("device_authorization");
        let (replies, sent) = if is_login {
            (&self.logins, &self.sent[0])
        } else {
            (&self.calls, &self.sent[1])
        };
        let number = sent.fetch_add(1, Ordering::Relaxed);
        &replies[number.min(replies.len() - 1)]
    }

    /// Returns the number of requests.
    pub fn requests(&self) -> usize {
        self.sent.iter().map(|n| n.load(Ordering::Relaxed)).sum()
    }
}

/// Responds to one request on each connection, until the runtime ends.
pub async fn serve(listener: TcpListener, script: Arc<Script>) {
    while let Ok((stream, _)) = listener.accept().await {
        let script = script.clone();
        tokio::spawn(async move {
            // The client may hang up at any moment.
            let _ = respond(stream, &script).await;
        });
    }
}

async fn respond(mut stream: TcpStream, script: &Script) -> io::Result<()> {
    let mut request = Vec::new();
    let head_end = loop {
        match request.windows(4).position(|window| window == b"\r\n\r\n") {
            Some(end) => break end + 4,
            None if stream.read_buf(&mut request).await? == 0 => return Ok(()),
            None => {}
        }
    };
    let head = String::from_utf8_lossy(&request[..head_end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.parse().unwrap_or(0))
    });
    while request.len() < head_end + length.unwrap_or(0) {
        if stream.read_buf(&mut request).await? == 0 {
            return Ok(());
        }
    }
    for step in script.next(&head).steps(&request) {
        match step {
            Step::Send(bytes) => stream.write_all(&bytes).await?,
            Step::Pause => sleep(Duration::from_millis(20)).await,
            Step::Stall => {
                // Until the client hangs up.
                stream.read_to_end(&mut Vec::new()).await?;
            }
            Step::Reset => return stream.set_zero_linger(),
        }
    }
    stream.shutdown().await
}
