//! One server in Pro mode for all tests of this program, one test at a time: a control plane that is
//! down is down for everybody.

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

/// The server, with things registered that can be run.
pub async fn fixture() -> MutexGuard<'static, Fixture> {
    static FIXTURE: OnceCell<Mutex<Fixture>> = OnceCell::const_new();
    let fixture = FIXTURE.get_or_init(|| async {
        let starting = runtime().spawn(start());
        Mutex::new(starting.await.unwrap())
    });
    let fixture = fixture.await.lock().await;
    assert_eq!(fixture.pro.plane.violations(), Vec::<String>::new());
    fixture
}

async fn start() -> Fixture {
    let pro = ProWorkspace::start().await.unwrap();
    let admin = pro.admin.key();
    let ws = WorkspaceClient::builder(pro.server.url())
        .credentials(Credentials::api_key(admin.value()))
        .build()
        .unwrap();
    let registered = register(&ws, "vision").await.unwrap();
    Fixture { pro, registered }
}

/// What the server belongs to outlives the test that comes first.
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
    /// A service account of the organization's that may work in the workspace.
    pub fn developer(&self, name: &str) -> Account {
        let account = self.pro.organization.service_account(name);
        account.with_role_in(&self.pro.workspace, "Workspace Developer")
    }

    /// A client of the Pro API with a key.
    pub fn pro(&self, key: &str) -> ClientBuilder<ProClient> {
        ProClient::builder(self.pro.plane.url()).credentials(Credentials::api_key(key))
    }

    /// A client of the workspace with a key.
    pub fn ws(&self, key: &str) -> ClientBuilder<WorkspaceClient> {
        WorkspaceClient::builder(self.pro.server.url()).credentials(Credentials::api_key(key))
    }

    /// How many logins of clients the control plane has seen.
    pub fn logins(&self) -> usize {
        let logins = self.pro.plane.calls("POST /auth/login");
        logins.iter().filter(|call| call.server.is_none()).count()
    }

    /// How many logins to the workspace there have been: each makes it ask who that is.
    pub fn workspace_logins(&self) -> usize {
        self.pro.plane.calls("GET /users/authorize_server").len()
    }
}

/// Real time, some hours later.
#[derive(Clone, Default)]
pub struct Ahead(Arc<AtomicU64>);

impl Ahead {
    /// Lets that many hours pass.
    pub fn pass(&self, hours: u64) {
        self.0.fetch_add(hours, Ordering::SeqCst);
    }

    fn ahead(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst) * 3600)
    }
}

impl Clock for Ahead {
    fn now(&self) -> Instant {
        Instant::now() + self.ahead()
    }

    fn utc(&self) -> SystemTime {
        SystemTime::now() + self.ahead()
    }

    fn sleep(&self, duration: Duration) -> std::pin::Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }
}

/// Whether an error shows nothing of a key, however it is printed.
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

/// Whether an error says all of this, and what to do.
#[track_caller]
pub fn assert_names(error: &Error, parts: &[&str]) {
    let shown = error.to_string();
    for part in parts {
        assert!(shown.contains(part), "{part:?} in {shown}");
    }
    assert!(error.hint().is_some(), "{shown}");
}

/// Whether an error says whose credentials were refused, at which URL, and what to do about it.
#[track_caller]
pub fn assert_refuses(error: &Error, kind: ErrorKind, credential: &str, url: &str, remedy: &str) {
    assert_eq!(error.kind(), kind, "{error}");
    assert_names(error, &[credential, url]);
    let hint = error.hint().unwrap_or_default();
    assert!(hint.contains(remedy), "{remedy:?} in {hint}");
}
