//! Thousands of calls, of which a fifth of the attempts fails: none is carried out twice, none is
//! lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use uuid::Uuid;
use zenml::{
    Credentials, Error, ErrorKind, Field, Filter, Response, RetryPolicy, Secret, WorkspaceClient,
    workspace::types::{
        ProjectRequest, ProjectUpdate, SecretRequest, SecretUpdate, TagRequest, TagUpdate,
    },
};
use zenml_test_server::{
    Access,
    proxy::{Fault, Proxy, splitmix64},
};

const CALLS: usize = 2_000;
const TASKS: usize = 32;
const FAULTS_IN_PERCENT: u64 = 20;

/// What became of the calls.
#[derive(Debug, Default)]
struct Ledger {
    calls: AtomicUsize,
    /// Ids of what was created, and of it what was deleted, by kind.
    created: Mutex<BTreeMap<Kind, BTreeSet<Uuid>>>,
    deleted: Mutex<BTreeSet<Uuid>>,
    deletions_found_done: AtomicUsize,
    errors: Mutex<Vec<Error>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Tag,
    Secret,
    Project,
}

const KINDS: [Kind; 3] = [Kind::Tag, Kind::Secret, Kind::Project];

impl Ledger {
    fn note_created(&self, kind: Kind, id: Uuid) {
        let mut created = self.created.lock().unwrap();
        created.entry(kind).or_default().insert(id);
    }
}

struct Worker {
    client: WorkspaceClient,
    ledger: Arc<Ledger>,
    prefix: String,
}

impl Worker {
    /// The value, unless the call failed: then the error is in the ledger.
    fn note<T>(&self, result: Result<Response<T>, Error>) -> Option<T> {
        self.ledger.calls.fetch_add(1, Ordering::Relaxed);
        result
            .map(Response::into_inner)
            .map_err(|error| self.ledger.errors.lock().unwrap().push(error))
            .ok()
    }

    /// Creates, reads and updates one object, and deletes it if it is to go: four calls, or three.
    async fn one(&self, kind: Kind, number: usize, delete: bool) {
        let name = format!("{}{number}", self.prefix);
        let Some(id) = self.create(kind, &name).await else {
            return;
        };
        self.ledger.note_created(kind, id);
        if let Some(read) = self.read(kind, id).await {
            assert_eq!(read, name);
        }
        self.update(kind, id).await;
        if delete {
            self.delete(kind, id).await;
        }
    }

    async fn create(&self, kind: Kind, name: &str) -> Option<Uuid> {
        let ws = &self.client;
        match kind {
            Kind::Tag => {
                let sent = ws.create_tag().body(&TagRequest::new(name)).send().await;
                self.note(sent).map(|tag| tag.id)
            }
            Kind::Secret => {
                let values = BTreeMap::from([("key".to_owned(), Some(Secret::from("v1")))]);
                let secret = SecretRequest {
                    values: Some(values),
                    ..SecretRequest::new(name)
                };
                let sent = ws.create_secret().body(&secret).send().await;
                self.note(sent).map(|secret| secret.id)
            }
            Kind::Project => {
                let project = ProjectRequest::new(name);
                let sent = ws.create_project().body(&project).send().await;
                self.note(sent).map(|project| project.id)
            }
        }
    }

    async fn read(&self, kind: Kind, id: Uuid) -> Option<String> {
        let ws = &self.client;
        match kind {
            Kind::Tag => self
                .note(ws.get_tag().tag_id(id).send().await)
                .map(|tag| tag.name),
            Kind::Secret => {
                let sent = ws.get_secret().secret_id(id).send().await;
                self.note(sent).map(|secret| secret.name)
            }
            Kind::Project => {
                let sent = ws.get_project().project_name_or_id(id).send().await;
                self.note(sent).map(|project| project.name)
            }
        }
    }

    async fn update(&self, kind: Kind, id: Uuid) {
        let ws = &self.client;
        match kind {
            Kind::Tag => {
                let body = TagUpdate {
                    exclusive: Field::Set(true),
                    ..TagUpdate::default()
                };
                self.note(ws.update_tag().tag_id(id).body(&body).send().await);
            }
            Kind::Secret => {
                let values = BTreeMap::from([("key".to_owned(), Some(Secret::from("v2")))]);
                let body = SecretUpdate {
                    values: Field::Set(values),
                    ..SecretUpdate::default()
                };
                self.note(ws.update_secret().secret_id(id).body(&body).send().await);
            }
            Kind::Project => {
                let body = ProjectUpdate {
                    description: Field::Set("updated".to_owned()),
                    ..ProjectUpdate::default()
                };
                let call = ws.update_project().project_name_or_id(id).body(&body);
                self.note(call.send().await);
            }
        }
    }

    async fn delete(&self, kind: Kind, id: Uuid) {
        let ws = &self.client;
        let sent = match kind {
            Kind::Tag => ws.delete_tag().tag_id(id).send().await,
            Kind::Secret => ws.delete_secret().secret_id(id).send().await,
            Kind::Project => ws.delete_project().project_name_or_id(id).send().await,
        };
        match sent {
            // What the first attempt deleted, the next one does not find. The error says so.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                assert!(error.attempts() > 1, "{error}");
                assert!(error.hint().unwrap().contains("earlier attempt"), "{error}");
                self.ledger.calls.fetch_add(1, Ordering::Relaxed);
                self.ledger
                    .deletions_found_done
                    .fetch_add(1, Ordering::Relaxed);
            }
            sent => {
                if self.note(sent).is_none() {
                    return;
                }
            }
        }
        self.ledger.deleted.lock().unwrap().insert(id);
    }
}

fn seed() -> u64 {
    std::env::var("ZENML_TEST_SEED").map_or_else(
        |_| Uuid::new_v4().as_u64_pair().0,
        |seed| seed.parse().unwrap(),
    )
}

/// A client of the server itself.
fn direct(access: &Access) -> WorkspaceClient {
    let credentials = Credentials::password(&access.username, &*access.password);
    let builder = WorkspaceClient::builder(&access.url).credentials(credentials);
    builder.build().unwrap()
}

/// Ids of what is on the server under the prefix.
async fn on_server(ws: &WorkspaceClient, kind: Kind, prefix: &str) -> Vec<Uuid> {
    let mut ids = Vec::new();
    for page in 1_u32.. {
        let name = Filter::starts_with(prefix);
        let pages = match kind {
            Kind::Tag => {
                let call = ws.list_tags().name(name).page(page.into()).size(100);
                let found = call.send().await.unwrap();
                ids.extend(found.items.iter().map(|tag| tag.id));
                found.total_pages
            }
            Kind::Secret => {
                let call = ws.list_secrets().name(name).page(page.into()).size(100);
                let found = call.send().await.unwrap();
                ids.extend(found.items.iter().map(|secret| secret.id));
                found.total_pages
            }
            Kind::Project => {
                let call = ws.list_projects().name(name).page(page.into()).size(100);
                let found = call.send().await.unwrap();
                ids.extend(found.items.iter().map(|project| project.id));
                found.total_pages
            }
        };
        if u64::from(page) >= pages {
            break;
        }
    }
    ids
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs a server: cargo xtask test"]
async fn on_a_network_that_breaks_nothing_is_done_twice_and_nothing_is_lost() {
    let seed = seed();
    println!("the same again: ZENML_TEST_SEED={seed}");
    let access = Access::from_env().unwrap();
    let proxy = Proxy::start(&access.url, FAULTS_IN_PERCENT, seed).await;
    let prefix = format!("chaos-{}-", Uuid::new_v4().simple());
    let client = WorkspaceClient::builder(proxy.url())
        .credentials(Credentials::password(&access.username, &*access.password))
        .retry(
            RetryPolicy::default()
                .base_delay(Duration::from_millis(20))
                .max_delay(Duration::from_millis(500)),
        )
        .attempt_timeout(Duration::from_secs(4))
        .build()
        .unwrap();
    let ledger = Arc::new(Ledger::default());
    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let (ledger, next) = (ledger.clone(), next.clone());
            let worker = Worker {
                client: client.clone(),
                ledger: ledger.clone(),
                prefix: prefix.clone(),
            };
            tokio::spawn(async move {
                while ledger.calls.load(Ordering::Relaxed) < CALLS {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let chance = splitmix64(seed ^ number as u64);
                    let kind = KINDS[number % KINDS.len()];
                    worker.one(kind, number, !chance.is_multiple_of(4)).await;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let took = begun.elapsed();

    let ws = direct(&access);
    let deleted = ledger.deleted.lock().unwrap().clone();
    let mut left = Vec::new();
    for kind in KINDS {
        let created = ledger.created.lock().unwrap()[&kind].clone();
        let expected: BTreeSet<Uuid> = created.difference(&deleted).copied().collect();
        let found = on_server(&ws, kind, &prefix).await;
        assert_eq!(found.len(), expected.len(), "{kind:?}: doubled or lost");
        assert_eq!(BTreeSet::from_iter(found.clone()), expected, "{kind:?}");
        left.push((kind, found));
    }
    // At this rate of faults ten retries do not run out, and logins are renewed unnoticed.
    let errors = std::mem::take(&mut *ledger.errors.lock().unwrap());
    assert!(
        errors.is_empty(),
        "{} errors, first {}",
        errors.len(),
        errors[0]
    );

    let faults = proxy.counts.faults.lock().unwrap().clone();
    let attempts = proxy.counts.attempts.load(Ordering::SeqCst);
    let share = faults.len() as f64 / attempts as f64;
    println!(
        "{} calls, {attempts} attempts, {} faults, {} logins, {} deletions found done, {took:.1?}",
        ledger.calls.load(Ordering::Relaxed),
        faults.len(),
        proxy.logins(),
        ledger.deletions_found_done.load(Ordering::Relaxed),
    );
    assert!((0.15..0.25).contains(&share), "{share}");
    let kinds: BTreeSet<String> = faults.iter().map(|fault| format!("{fault:?}")).collect();
    assert_eq!(kinds.len(), 11, "{kinds:?}");
    let refusals = faults.iter();
    let refusals = refusals
        .filter(|f| matches!(f, Fault::Expired | Fault::Revoked))
        .count();
    assert!(refusals >= 5, "{refusals}");

    for (kind, ids) in left {
        for id in ids {
            match kind {
                Kind::Tag => ws.delete_tag().tag_id(id).send().await.unwrap(),
                Kind::Secret => ws.delete_secret().secret_id(id).send().await.unwrap(),
                Kind::Project => ws
                    .delete_project()
                    .project_name_or_id(id)
                    .send()
                    .await
                    .unwrap(),
            };
        }
    }
}
