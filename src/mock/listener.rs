//! How does the mock server accept connections?

use std::future::poll_fn;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use super::exchange::{RESET, Shared};

/// A thread that accepts connections. It has a runtime of its own: a test may block its own runtime, or
/// pause the time there.
pub(super) struct Listener {
    pub url: String,
    pub shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Starts the thread.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let shared = Arc::new(Shared::new(runtime.handle().clone()));
        let (stop, stopped) = oneshot::channel();
        let accepting = accept(listener, shared.clone());
        let thread = thread::Builder::new().name("zenml-mock".to_owned());
        let thread = thread.spawn(move || {
            runtime.spawn(accepting);
            // Ends all connections.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self {
            url,
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Ends the thread and all connections.
    pub fn stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.shared.clock.end();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, shared.clone()));
    }
}

/// Serves one connection.
async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let reset = Arc::new(AtomicBool::new(false));
    let resets = reset.clone();
    let service = service_fn(move |request| {
        let (shared, reset) = (shared.clone(), reset.clone());
        Box::pin(async move {
            let response = shared.respond(request).await;
            let is_reset = matches!(&response, Err(error) if error.kind() == RESET);
            reset.store(is_reset, Ordering::Relaxed);
            response
        })
    });
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let ended = poll_fn(|cx| Pin::new(&mut connection).poll_without_shutdown(cx));
    // The client may hang up, and a fault ends the connection.
    let _ = ended.await;
    let stream = connection.into_parts().io.into_inner();
    if resets.load(Ordering::Relaxed) {
        let _ = stream.set_zero_linger();
    }
}
