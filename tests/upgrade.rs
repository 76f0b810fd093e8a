//! Does a client that outlives an upgrade or a rollback of its server follow it?
//!
//! Installs two versions: not part of `cargo test`, but of `cargo xtask test --only servers`.

#![allow(clippy::unwrap_used, reason = "tests and their helpers may panic")]

use std::{
    path::Path,
    pin::Pin,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use tempfile::TempDir;
use uuid::Uuid;
use zenml::{Credentials, ErrorKind, WorkspaceClient, runtime::Clock};
use zenml_test_server::{Options, Server, default_version, oldest_version, unused_port};

/// How long a client may take a server for an older or newer one.
const FIVE_MINUTES: Duration = Duration::from_secs(300);

/// A clock that a test can set forward.
#[derive(Clone, Default)]
struct SettableClock(Arc<Mutex<Duration>>);

impl SettableClock {
    fn advance(&self, time: Duration) {
        *self.0.lock().unwrap() += time;
    }

    fn ahead(&self) -> Duration {
        *self.0.lock().unwrap()
    }
}

impl Clock for SettableClock {
    fn now(&self) -> Instant {
        Instant::now() + self.ahead()
    }

    fn utc(&self) -> SystemTime {
        SystemTime::now() + self.ahead()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

async fn start(version: &str, port: u16, database: &Path) -> Server {
    let options = Options::default().version(version).port(port);
    Server::start(options.data(database)).await.unwrap()
}

/// Returns how a soft deletion of a schedule that does not exist ends. Servers before 0.93.1 would
/// ignore that it is soft, and the client does not send it to them.
async fn delete_softly(client: &WorkspaceClient) -> ErrorKind {
    let delete = client.delete_schedule().schedule_id(Uuid::new_v4());
    delete.soft(true).send().await.unwrap_err().kind()
}

#[tokio::test]
async fn a_client_follows_an_upgrade_at_once_and_a_rollback_within_five_minutes() {
    let (oldest, newest) = (oldest_version().unwrap(), default_version().unwrap());
    let (database, backup) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let port = unused_port();
    let server = start(&oldest, port, database.path()).await;
    let (access, clock) = (server.access(), SettableClock::default());
    let client = WorkspaceClient::builder(access.url)
        .credentials(Credentials::password(access.username, access.password))
        .clock(clock.clone())
        .build()
        .unwrap();
    assert_eq!(delete_softly(&client).await, ErrorKind::Unsupported);
    server.stop().await.unwrap();

    let server = start(&newest, port, database.path()).await;
    assert_eq!(delete_softly(&client).await, ErrorKind::NotFound);
    server.stop().await.unwrap();

    let server = start(&oldest, port, backup.path()).await;
    clock.advance(FIVE_MINUTES);
    assert_eq!(delete_softly(&client).await, ErrorKind::Unsupported);
    server.stop().await.unwrap();
}
