//! Connecting to a workspace in each state that it can have.

use std::time::Duration;

use serde_json::json;
use zenml::{Credentials, Error, ErrorKind, ProClient, WorkspaceLocator};
use zenml_pro_fake::{Account, ControlPlane, Workspace};

use crate::{
    auto_clock::AutoClock,
    fixture::{assert_explains, assert_mentions},
};

const URL: &str = "http://127.0.0.1:9";
const GET: &str = "GET /workspaces/{workspace_id_or_name}";
const INTERVAL: Duration = Duration::from_secs(5);

struct ConnectFixture {
    plane: ControlPlane,
    prod: Workspace,
    ci: Account,
    /// A service account of the organization without a role in the workspace.
    stranger: Account,
}

async fn fixture() -> ConnectFixture {
    let plane = ControlPlane::start().await.unwrap();
    let organization = plane.organization("acme");
    let prod = organization.workspace("prod", URL);
    let ci = organization.service_account("ci");
    ConnectFixture {
        ci: ci.with_role_in(&prod, "Workspace Developer"),
        stranger: organization.service_account("stranger"),
        prod,
        plane,
    }
}

impl ConnectFixture {
    /// Creates a client of an account, with this clock.
    fn pro(&self, account: &Account, clock: &AutoClock) -> ProClient {
        ProClient::builder(self.plane.url())
            .credentials(Credentials::api_key(account.key().value()))
            .clock(clock.clone())
            .build()
            .unwrap()
    }

    /// Returns the three ways to name the workspace.
    fn locators(&self) -> [WorkspaceLocator; 3] {
        ["prod".into(), self.prod.id().into(), URL.into()]
    }

    /// Returns the error of connecting.
    async fn connect_error(&self, locator: WorkspaceLocator) -> Error {
        let pro = self.pro(&self.ci, &AutoClock::new());
        pro.connect_workspace(locator).send().await.unwrap_err()
    }
}

#[tokio::test]
async fn a_pending_workspace_is_polled_until_it_is_available() {
    let fixture = fixture().await;
    for locator in fixture.locators() {
        fixture.prod.set_pending_for(3);
        let (clock, before) = (AutoClock::new(), fixture.plane.calls(GET).len());
        let pro = fixture.pro(&fixture.ci, &clock);
        let client = pro.connect_workspace(locator.clone()).send().await.unwrap();
        assert_eq!(client.url(), URL);
        assert_eq!(fixture.prod.status(), "available");
        assert_eq!(clock.elapsed(), 3 * INTERVAL, "{locator}");
        let by_id = locator == fixture.prod.id().into();
        let asked = fixture.plane.calls(GET).len() - before;
        assert_eq!(asked, if by_id { 4 } else { 3 }, "{locator}");
    }
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn a_workspace_that_stays_pending_is_a_timeout_at_the_deadline() {
    let fixture = fixture().await;
    fixture.prod.set_pending();
    for locator in fixture.locators() {
        for (deadline, waits) in [(None, 180 / 5), (Some(Duration::from_secs(32)), 7)] {
            let clock = AutoClock::new();
            let pro = fixture.pro(&fixture.ci, &clock);
            let mut connecting = pro.connect_workspace(locator.clone());
            if let Some(deadline) = deadline {
                connecting = connecting.deadline(deadline);
            }
            let error = connecting.send().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
            let seconds = deadline.map_or(180, |deadline| deadline.as_secs());
            assert_mentions(
                &error,
                &[
                    "connect_workspace",
                    "\"prod\"",
                    "(status pending",
                    &format!("within {seconds} s"),
                    &fixture.plane.url(),
                    "the API key",
                    "set a longer `deadline`",
                ],
            );
            assert_eq!(clock.elapsed(), waits * INTERVAL, "{locator}");
        }
    }
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn a_deployment_that_fails_ends_the_polling() {
    let fixture = fixture().await;
    fixture.prod.set_pending();
    let prod = fixture.prod.clone();
    let clock = AutoClock::with_callback(move |elapsed| {
        if elapsed == 4 * INTERVAL {
            prod.set_failed("no nodes");
        }
    });
    let pro = fixture.pro(&fixture.ci, &clock);
    let error = pro.connect_workspace("prod").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotRunning, "{error}");
    assert_mentions(&error, &["has failed", "no nodes"]);
    assert_eq!(clock.elapsed(), 4 * INTERVAL);
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn a_workspace_that_does_not_run_is_an_error_with_a_hint() {
    type Change = fn(&Workspace);
    let states: [(Change, [&str; 3]); 2] = [
        (
            |prod| prod.set_failed("no nodes"),
            [
                "has failed",
                "(status failed: no nodes",
                "look up the cause in the dashboard",
            ],
        ),
        (
            Workspace::deactivate,
            ["is deactivated", "(status deactivated", "activate it"],
        ),
    ];
    let fixture = fixture().await;
    for (change, parts) in states {
        change(&fixture.prod);
        for locator in fixture.locators() {
            let error = fixture.connect_error(locator).await;
            assert_eq!(error.kind(), ErrorKind::NotRunning, "{error}");
            let id = fixture.prod.id().to_string();
            let url = fixture.plane.url();
            let who = ["\"prod\"", &*id, "\"acme\"", &*url, "the API key"];
            assert_mentions(&error, &[&who[..], &parts[..]].concat());
        }
    }
    fixture.prod.set_available();
    for locator in fixture.locators() {
        let pro = fixture.pro(&fixture.ci, &AutoClock::new());
        pro.connect_workspace(locator).send().await.unwrap();
    }
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn a_workspace_without_a_url_cannot_be_connected() {
    let fixture = fixture().await;
    fixture.prod.remove_url();
    let [name, id, url] = fixture.locators();
    for locator in [name, id] {
        let error = fixture.connect_error(locator).await;
        assert_eq!(error.kind(), ErrorKind::NotRunning, "{error}");
        let parts = [
            "has no URL",
            &fixture.plane.url(),
            "the API key",
            "that its server is running",
        ];
        assert_mentions(&error, &parts);
    }
    let error = fixture.connect_error(url).await;
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert_mentions(&error, &[URL, "the API key", &fixture.plane.url()]);
    fixture.plane.finish().unwrap();
}

#[tokio::test]
async fn a_workspace_is_found_by_its_members_only() {
    let fixture = fixture().await;
    let pro = fixture.pro(&fixture.stranger, &AutoClock::new());
    for locator in ["prod", URL] {
        let error = pro.connect_workspace(locator).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        let parts = [
            "the API key",
            &fixture.plane.url(),
            "those with a role on it",
        ];
        assert_mentions(&error, &parts);
    }
    let error = pro
        .connect_workspace(fixture.prod.id())
        .send()
        .await
        .unwrap_err();
    let (url, hint) = (fixture.plane.url(), "ask an administrator for a role");
    assert_explains(&error, ErrorKind::Forbidden, "the API key", &url, hint);
    let asked = fixture.plane.calls("GET /workspaces");
    assert_eq!(asked[0].parameters["member_only"], json!(true));
    fixture.plane.finish().unwrap();
}
