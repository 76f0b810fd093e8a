//! How does the fake serve HTTP?
//!
//! A thread of its own listens on loopback. The runtime of the test cannot do that: tests pause
//! its time, and each test has its own.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, thread};

use anyhow::{Context, Result, anyhow};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response, body::Bytes, body::Incoming, header::CONTENT_TYPE, server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    runtime,
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use super::{Shared, exchange};

/// A command to the thread, which reports its result.
enum Command {
    /// Refuse connections, and break the open ones.
    Stop(oneshot::Sender<Result<()>>),
    /// Listen again at the same address.
    Restart(oneshot::Sender<Result<()>>),
}

/// The thread that serves. Dropping this ends it.
#[derive(Debug)]
pub(super) struct HttpServer {
    pub address: SocketAddr,
    /// `None` asks the thread to end.
    commands: Option<mpsc::UnboundedSender<Command>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl HttpServer {
    pub async fn start(shared: Arc<Shared>, port: u16) -> Result<Self> {
        let (commands, orders) = mpsc::unbounded_channel();
        let (started, address) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("pro fake".to_owned())
            .spawn(move || {
                let runtime = runtime::Builder::new_current_thread().enable_all().build();
                match runtime {
                    Ok(runtime) => runtime.block_on(serve(shared, port, started, orders)),
                    Err(error) => drop(started.send(Err(error.into()))),
                }
            })?;
        let address = address.await.context("the fake's thread has died")??;
        Ok(Self {
            address,
            commands: Some(commands),
            thread: Some(thread),
        })
    }

    pub async fn stop(&self) -> Result<()> {
        self.order(Command::Stop).await
    }

    pub async fn restart(&self) -> Result<()> {
        self.order(Command::Restart).await
    }

    async fn order(&self, make: fn(oneshot::Sender<Result<()>>) -> Command) -> Result<()> {
        let (done, result) = oneshot::channel();
        let sent = self.commands.as_ref().map(|to| to.send(make(done)));
        match sent {
            Some(Ok(())) => result.await.context("the fake's thread has died")?,
            _ => Err(anyhow!("the fake's thread has ended")),
        }
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been printed already.
            thread.join().ok();
        }
    }
}

async fn serve(
    shared: Arc<Shared>,
    port: u16,
    started: oneshot::Sender<Result<SocketAddr>>,
    mut orders: mpsc::UnboundedReceiver<Command>,
) {
    let bound = TcpListener::bind(("127.0.0.1", port)).await;
    let (mut listener, address) = match bound.and_then(|it| Ok((it.local_addr()?, it))) {
        Ok((address, listener)) => (Some(listener), address),
        Err(error) => {
            let error = anyhow!("cannot listen on port {port}: {error}");
            return drop(started.send(Err(error)));
        }
    };
    started.send(Ok(address)).ok();
    let mut connections = JoinSet::new();
    loop {
        let accepted = async {
            match &listener {
                Some(listener) => listener.accept().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            accepted = accepted => {
                if let Ok((stream, _)) = accepted {
                    let shared = shared.clone();
                    connections.spawn(async move {
                        let service = service_fn(|request| respond(shared.clone(), request));
                        let connection = http1::Builder::new();
                        // A client may break the connection at any time.
                        connection.serve_connection(TokioIo::new(stream), service).await.ok();
                    });
                }
            }
            Some(_) = connections.join_next() => {}
            order = orders.recv() => match order {
                None => return,
                Some(Command::Stop(done)) => {
                    listener = None;
                    connections.shutdown().await;
                    done.send(Ok(())).ok();
                }
                Some(Command::Restart(done)) => {
                    let opened = match listener.take() {
                        Some(listener) => Ok(listener),
                        None => TcpListener::bind(address).await,
                    };
                    let result = opened.map(|opened| listener = Some(opened));
                    done.send(result.context("cannot listen again")).ok();
                }
            }
        }
    }
}

async fn respond(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        // The connection is broken, so that nothing can be sent.
        return Ok(Response::default());
    };
    let responded = shared.respond(&exchange::Request {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        headers: &head.headers,
        body: &body.to_bytes(),
    });
    let mut response = Response::builder()
        .status(responded.status)
        .header(CONTENT_TYPE, "application/json");
    for (name, value) in responded.headers {
        response = response.header(name, value);
    }
    let body = Full::new(responded.body.to_string().into());
    Ok(response.body(body).unwrap_or_default())
}
