//! One server in Pro mode for all tests of this program. One test uses it at a time, because an
//! outage of the control plane affects all clients.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use tokio::{
    runtime::{Builder, Handle},
    sync::{Mutex, MutexGuard, OnceCell},
};
use zenml::{
    ClientBuilder, Credentials, Error, ErrorKind, ProClient, WorkspaceClient, runtime::Clock,
};
use zenml_pro_fake::{Account, ProWorkspace};

use crate::registered::{Registered, register};

pub struct Fixture {
    pub pro: ProWorkspace,
    pub registered: Registered,
}

/// Returns the server, with a registered template and snapshot that can be run.
pub async fn fixture() -> MutexGuard<'static, Fixture> {
    static FIXTURE: OnceCell<Mutex<Fixture>> = OnceCell::const_new();
    let fixture = FIXTURE.get_or_init(|| async {
        let starting = runtime().spawn(start());
        Mutex::new(starting.await.unwrap())
    });
    let fixture = fixture.await.lock().await;
    assert_eq!(fixture.pro.plane.violations(), Vec::<String>::new());
    // Neither the server nor a workflow may depend on an operation that keeps no state.
    let mut calls = fixture.pro.plane.recorded();
    calls.retain(|call| call.sampled);
    assert_eq!(calls, []);
    fixture
}

async fn start() -> Fixture {
    let pro = ProWorkspace::start().await.unwrap();
    let admin = pro.admin.key();
    let client = WorkspaceClient::builder(pro.server.url())
        .credentials(Credentials::api_key(admin.value()))
        .build()
        .unwrap();
    let registered = register(&client, "vision").await.unwrap();
    Fixture { pro, registered }
}

/// Returns the runtime of the server, which outlives the first test.
fn runtime() -> &'static Handle {
    static RUNTIME: OnceLock<Handle> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let handle = runtime.handle().clone();
        thread::spawn(move || runtime.block_on(std::future::pending::<()>()));
        handle
    })
}

impl Fixture {
    /// Creates a service account with the developer role in the workspace.
    pub fn developer(&self, name: &str) -> Account {
        let account = self.pro.organization.service_account(name);
        account.with_role_in(&self.pro.workspace, "Workspace Developer")
    }

    /// Returns the builder of a Pro API client with this key.
    pub fn pro(&self, key: &str) -> ClientBuilder<ProClient> {
        ProClient::builder(self.pro.plane.url()).credentials(Credentials::api_key(key))
    }

    /// Returns the builder of a workspace client with this key.
    pub fn client(&self, key: &str) -> ClientBuilder<WorkspaceClient> {
        WorkspaceClient::builder(self.pro.server.url()).credentials(Credentials::api_key(key))
    }

    /// Counts the logins of clients at the control plane.
    pub fn logins(&self) -> usize {
        let logins = self.pro.plane.calls("POST /auth/login");
        logins.iter().filter(|call| call.server.is_none()).count()
    }

    /// Counts the logins at the workspace: each makes it ask the control plane about the caller.
    pub fn workspace_logins(&self) -> usize {
        self.pro.plane.calls("GET /users/authorize_server").len()
    }
}

/// Real time plus an offset.
#[derive(Clone, Default)]
pub struct OffsetClock(Arc<AtomicU64>);

impl OffsetClock {
    /// Adds hours to the offset.
    pub fn advance_hours(&self, hours: u64) {
        self.0.fetch_add(hours, Ordering::SeqCst);
    }

    fn offset(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst) * 3600)
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> Instant {
        Instant::now() + self.offset()
    }

    fn utc(&self) -> SystemTime {
        SystemTime::now() + self.offset()
    }

    fn sleep(&self, duration: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Asserts that no form of an error shows the key.
#[track_caller]
pub fn assert_hides(error: &Error, key: &str) {
    let mut shown = format!("{error} {error:?} {error:#?}");
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        shown.push_str(&format!(" {next} {next:?}"));
        cause = next.source();
    }
    assert!(!shown.contains(key), "the key is shown");
}

/// Asserts that an error mentions all of these and has a hint.
#[track_caller]
pub fn assert_mentions(error: &Error, parts: &[&str]) {
    let shown = error.to_string();
    for part in parts {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    assert!(error.hint().is_some(), "{shown}");
}

/// Asserts that an error names the rejected credentials and the URL, and what to do.
#[track_caller]
pub fn assert_explains(error: &Error, kind: ErrorKind, credential: &str, url: &str, hint: &str) {
    assert_eq!(error.kind(), kind, "{error}");
    assert_mentions(error, &[credential, url]);
    let shown = error.hint().unwrap_or_default();
    assert!(shown.contains(hint), "{hint:?} in {shown}");
}
