//! A server of some version, and operations that not all versions know, for the tests of support.

use std::future::Future;
use std::sync::{Arc, Mutex};

use http::Method;
use serde_json::json;

use crate::availability::release::{Release, Versions};
use crate::availability::rule::{Rule, Step, Subject};
use crate::testing::{READ, TestClient, TestServer, WRITE, builder, json as ok};
use crate::{Call, Error, ErrorKind, Operation, Result, Transport};

pub(super) const SINCE_93: Versions = Versions {
    since: Some(Release(0, 93, 1)),
    removed: None,
};

pub(super) static DELETE: Operation = Operation {
    name: "delete_schedule",
    method: Method::DELETE,
    path: "/api/v1/schedules/{schedule_id}",
    rules: Some(TestClient::ROUTES[0].rules),
    ..READ
};

pub(super) static LIST: Operation = Operation {
    name: "list_flavors",
    method: Method::GET,
    path: "/api/v1/flavors",
    rules: Some(&[
        Rule {
            versions: SINCE_93,
            subject: Subject::Parameter("display_name", None),
        },
        Rule {
            versions: Versions {
                since: Some(Release(0, 95, 0)),
                removed: None,
            },
            subject: Subject::Repeated(&["name"]),
        },
        Rule {
            versions: Versions {
                since: None,
                removed: Some(Release(0, 95, 0)),
            },
            subject: Subject::Parameter("tag", None),
        },
    ]),
    ..READ
};

pub(super) static CREATE: Operation = Operation {
    name: "create_flavor",
    method: Method::POST,
    path: "/api/v1/flavors",
    rules: Some(&[Rule {
        versions: SINCE_93,
        subject: Subject::Field(&[&[Step::Member("config"), Step::Member("title")]], None),
    }]),
    ..WRITE
};

/// Server that reports a version, which may change, and carries out everything else.
pub(super) struct Server {
    pub server: TestServer,
    /// The response to a request for the version.
    pub info: Arc<Mutex<Vec<u8>>>,
    pub transport: Transport,
}

impl Server {
    pub async fn start(version: &str) -> Self {
        let info = Arc::new(Mutex::new(info(version)));
        let current = info.clone();
        let server = TestServer::start(move |request| match &*request.line {
            line if line.ends_with("/api/v1/info") => current.lock().unwrap().clone(),
            _ => ok("null"),
        });
        let server = server.await;
        let transport = builder(&server.url).build().unwrap().0;
        Self {
            server,
            info,
            transport,
        }
    }

    /// Returns a transport with a default project.
    pub fn in_project(&self, project: &str) -> Transport {
        let client = builder(&self.server.url).project_or_none(Some(project.to_owned()));
        client.build().unwrap().0
    }

    pub fn set_version(&self, version: &str) {
        *self.info.lock().unwrap() = info(version);
    }

    /// Starts a server that does not report its version.
    pub async fn without_version(response: Vec<u8>) -> Self {
        let server = Self::start("0.98.0").await;
        *server.info.lock().unwrap() = response;
        server
    }

    pub fn delete(&self, soft: &str) -> impl Future<Output = Result<()>> + Send + use<> {
        let call = Call::new(&self.transport, &DELETE).path("schedule_id", 5);
        done(call.query("soft", soft))
    }

    pub fn list(
        &self,
        name: &'static str,
        values: &[&str],
    ) -> impl Future<Output = Result<()>> + use<> {
        done(Call::new(&self.transport, &LIST).query_list(name, values))
    }

    pub fn received(&self) -> Vec<String> {
        let received = self.server.received().into_iter();
        received.map(|request| request.line).collect()
    }
}

pub(super) async fn done(call: Call) -> Result<()> {
    call.send::<()>().await.map(drop)
}

fn info(version: &str) -> Vec<u8> {
    ok(&json!({ "version": version }).to_string())
}

pub(super) const INFO: &str = "GET /api/v1/info";
pub(super) const SOFT: &str = "DELETE /api/v1/schedules/5?soft=true";

pub(super) fn assert_refused(outcome: Result<()>, message: &str) -> Error {
    let error = outcome.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert!(error.to_string().contains(message), "{error}");
    error
}
