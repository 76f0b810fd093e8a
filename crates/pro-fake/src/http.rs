//! The edge: a port on loopback, on a thread of its own.
//!
//! Not on the runtime of the test that starts it: tests pause their time, and have a runtime each.

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

/// What the thread is told; it answers when that is done.
enum Command {
    /// Refuse connections, and break those that are open.
    Close(oneshot::Sender<Result<()>>),
    /// Listen again, at the same address.
    Open(oneshot::Sender<Result<()>>),
}

/// The thread that serves. It ends with this.
#[derive(Debug)]
pub(super) struct Listening {
    pub address: SocketAddr,
    /// None once it shall end.
    commands: Option<mpsc::UnboundedSender<Command>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Listening {
    pub async fn start(shared: Arc<Shared>, port: u16) -> Result<Self> {
        let (commands, orders) = mpsc::unbounded_channel();
        let (started, address) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("control plane".to_owned())
            .spawn(move || {
                let runtime = runtime::Builder::new_current_thread().enable_all().build();
                match runtime {
                    Ok(runtime) => runtime.block_on(serve(shared, port, started, orders)),
                    Err(error) => drop(started.send(Err(error.into()))),
                }
            })?;
        let address = address.await.context("the control plane died")??;
        Ok(Self {
            address,
            commands: Some(commands),
            thread: Some(thread),
        })
    }

    pub async fn close(&self) -> Result<()> {
        self.order(Command::Close).await
    }

    pub async fn open(&self) -> Result<()> {
        self.order(Command::Open).await
    }

    async fn order(&self, make: fn(oneshot::Sender<Result<()>>) -> Command) -> Result<()> {
        let (done, answer) = oneshot::channel();
        let sent = self.commands.as_ref().map(|to| to.send(make(done)));
        match sent {
            Some(Ok(())) => answer.await.context("the control plane died")?,
            _ => Err(anyhow!("the control plane has been stopped")),
        }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.commands = None;
        if let Some(thread) = self.thread.take() {
            // It panics only if it has a mistake, and has said so then.
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
            let error = anyhow!("port {port} for the control plane: {error}");
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
                        // A client that goes away is not this side's trouble.
                        connection.serve_connection(TokioIo::new(stream), service).await.ok();
                    });
                }
            }
            Some(_) = connections.join_next() => {}
            order = orders.recv() => match order {
                None => return,
                Some(Command::Close(done)) => {
                    listener = None;
                    connections.shutdown().await;
                    done.send(Ok(())).ok();
                }
                Some(Command::Open(done)) => {
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
    let answered = match body.collect().await {
        Ok(body) => shared.answer(&exchange::Request {
            method: head.method.as_str(),
            path: head.uri.path(),
            query: head.uri.query().unwrap_or_default(),
            headers: &head.headers,
            body: &body.to_bytes(),
        }),
        // The connection is broken: nobody will read this.
        Err(_) => return Ok(Response::default()),
    };
    let mut response = Response::builder()
        .status(answered.status)
        .header(CONTENT_TYPE, "application/json");
    for (name, value) in answered.headers {
        response = response.header(name, value);
    }
    let body = Full::new(answered.body.to_string().into());
    Ok(response.body(body).unwrap_or_default())
}
