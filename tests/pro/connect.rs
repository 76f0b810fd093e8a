//! From the Pro API to a workspace, whatever has become of that.

use std::time::Duration;

use serde_json::json;
use zenml::{Credentials, Error, ErrorKind, ProClient, WorkspaceLocator};
use zenml_pro_fake::{Account, ControlPlane, Workspace};

use crate::{
    fixture::{assert_names, assert_refuses},
    leaping::Leaping,
};

const URL: &str = "http://127.0.0.1:9";
const GET: &str = "GET /workspaces/{workspace_id_or_name}";
const INTERVAL: Duration = Duration::from_secs(5);

struct Acme {
    plane: ControlPlane,
    prod: Workspace,
    ci: Account,
    /// Somebody of the organization who has no role on the workspace.
    stranger: Account,
}

async fn acme() -> Acme {
    let plane = ControlPlane::start().await.unwrap();
    let acme = plane.organization("acme");
    let prod = acme.workspace("prod", URL);
    let ci = acme.service_account("ci");
    Acme {
        ci: ci.with_role_in(&prod, "Workspace Developer"),
        stranger: acme.service_account("stranger"),
        prod,
        plane,
    }
}

impl Acme {
    /// A client of somebody's, who lives in this time.
    fn pro(&self, account: &Account, clock: &Leaping) -> ProClient {
        ProClient::builder(self.plane.url())
            .credentials(Credentials::api_key(account.key().value()))
            .clock(clock.clone())
            .build()
            .unwrap()
    }

    /// The three ways to say which one.
    fn locators(&self) -> [WorkspaceLocator; 3] {
        ["prod".into(), self.prod.id().into(), URL.into()]
    }

    /// What somebody is told who cannot be connected.
    async fn refusal(&self, locator: WorkspaceLocator) -> Error {
        let pro = self.pro(&self.ci, &Leaping::new());
        pro.connect_workspace(locator).send().await.unwrap_err()
    }
}

#[tokio::test]
async fn one_that_is_being_deployed_is_waited_for() {
    let acme = acme().await;
    for locator in acme.locators() {
        acme.prod.pending_for(3);
        let (clock, before) = (Leaping::new(), acme.plane.calls(GET).len());
        let pro = acme.pro(&acme.ci, &clock);
        let ws = pro.connect_workspace(locator.clone()).send().await.unwrap();
        assert_eq!(ws.url(), URL);
        assert_eq!(acme.prod.status(), "available");
        assert_eq!(clock.leapt(), 3 * INTERVAL, "{locator}");
        let by_id = locator == acme.prod.id().into();
        let asked = acme.plane.calls(GET).len() - before;
        assert_eq!(asked, if by_id { 4 } else { 3 }, "{locator}");
    }
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn one_that_stays_pending_is_given_up_at_the_deadline() {
    let acme = acme().await;
    acme.prod.pending();
    for locator in acme.locators() {
        for (deadline, waits) in [(None, 180 / 5), (Some(Duration::from_secs(32)), 7)] {
            let clock = Leaping::new();
            let pro = acme.pro(&acme.ci, &clock);
            let mut connecting = pro.connect_workspace(locator.clone());
            if let Some(deadline) = deadline {
                connecting = connecting.deadline(deadline);
            }
            let error = connecting.send().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
            let seconds = deadline.map_or(180, |deadline| deadline.as_secs());
            assert_names(
                &error,
                &[
                    "connect_workspace",
                    "\"prod\"",
                    "(status pending",
                    &format!("within {seconds} s"),
                    &acme.plane.url(),
                    "the API key",
                    "set a longer `deadline`",
                ],
            );
            assert_eq!(clock.leapt(), waits * INTERVAL, "{locator}");
        }
    }
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn one_whose_deployment_fails_meanwhile_ends_the_waiting() {
    let acme = acme().await;
    acme.prod.pending();
    let prod = acme.prod.clone();
    let clock = Leaping::telling(move |leapt| {
        if leapt == 4 * INTERVAL {
            prod.failed("no nodes");
        }
    });
    let pro = acme.pro(&acme.ci, &clock);
    let error = pro.connect_workspace("prod").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotRunning, "{error}");
    assert_names(&error, &["has failed", "no nodes"]);
    assert_eq!(clock.leapt(), 4 * INTERVAL);
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn one_that_does_not_run_is_refused_with_what_to_do() {
    type Change = fn(&Workspace);
    let states: [(Change, [&str; 3]); 2] = [
        (
            |prod| prod.failed("no nodes"),
            [
                "has failed",
                "(status failed: no nodes",
                "look up the cause in the dashboard",
            ],
        ),
        (
            Workspace::suspend,
            ["is deactivated", "(status deactivated", "activate it"],
        ),
    ];
    let acme = acme().await;
    for (change, parts) in states {
        change(&acme.prod);
        for locator in acme.locators() {
            let error = acme.refusal(locator).await;
            assert_eq!(error.kind(), ErrorKind::NotRunning, "{error}");
            let id = acme.prod.id().to_string();
            let url = acme.plane.url();
            let who = ["\"prod\"", &*id, "\"acme\"", &*url, "the API key"];
            assert_names(&error, &[&who[..], &parts[..]].concat());
        }
    }
    acme.prod.available();
    for locator in acme.locators() {
        let pro = acme.pro(&acme.ci, &Leaping::new());
        pro.connect_workspace(locator).send().await.unwrap();
    }
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn one_without_a_url_cannot_be_connected_to_and_has_none_to_be_found_by() {
    let acme = acme().await;
    acme.prod.without_url();
    let [name, id, url] = acme.locators();
    for locator in [name, id] {
        let error = acme.refusal(locator).await;
        assert_eq!(error.kind(), ErrorKind::NotRunning, "{error}");
        let parts = [
            "has no URL",
            &acme.plane.url(),
            "the API key",
            "that its server is running",
        ];
        assert_names(&error, &parts);
    }
    let error = acme.refusal(url).await;
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    assert_names(&error, &[URL, "the API key", &acme.plane.url()]);
    acme.plane.stop().unwrap();
}

#[tokio::test]
async fn one_of_which_somebody_is_no_member_is_not_found_and_not_shown() {
    let acme = acme().await;
    let pro = acme.pro(&acme.stranger, &Leaping::new());
    for locator in ["prod", URL] {
        let error = pro.connect_workspace(locator).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        let parts = ["the API key", &acme.plane.url(), "those with a role on it"];
        assert_names(&error, &parts);
    }
    let error = pro
        .connect_workspace(acme.prod.id())
        .send()
        .await
        .unwrap_err();
    let (url, remedy) = (acme.plane.url(), "its administrator can give a role");
    assert_refuses(&error, ErrorKind::Forbidden, "the API key", &url, remedy);
    let asked = acme.plane.calls("GET /workspaces");
    assert_eq!(asked[0].parameters["member_only"], json!(true));
    acme.plane.stop().unwrap();
}
