//! An organization with one of everything, and clients of those who have something to do with it.

use std::fmt::Debug;

use uuid::Uuid;
use zenml::{Credentials, ErrorKind, Method, ProClient, RetryPolicy};
use zenml_pro_fake::{Account, ControlPlane, Organization, Team, Workspace};

/// An id that nothing has.
pub const MISSING: Uuid = Uuid::nil();

pub struct World {
    pub plane: ControlPlane,
    pub acme: Organization,
    pub prod: Workspace,
    /// May do everything in the organization.
    pub ada: Account,
    /// A member of the organization who may do nothing in it.
    pub vera: Account,
    /// A service account like her.
    pub ci: Account,
    /// Has one member: Vera.
    pub team: Team,
    /// Of Ada.
    pub admin: ProClient,
    /// Of Vera.
    pub member: ProClient,
    /// Of a superuser.
    pub root: ProClient,
    /// Of the workspace's server.
    pub server: ProClient,
    /// With a token that nobody has given out.
    pub intruder: ProClient,
    http: reqwest::Client,
}

impl World {
    async fn new() -> Self {
        let plane = ControlPlane::start().await.unwrap();
        let acme = plane.organization("acme");
        let prod = acme.workspace("prod", "https://prod.acme.test");
        let ada = acme.member("ada@acme.test").with_role("Organization Admin");
        let vera = acme.member("vera@acme.test");
        let ci = acme.service_account("ci");
        let team = acme.team("ml").with_member(&vera);
        let http = http_client();
        let with = |token: String| client(&plane, &http, Credentials::api_token(token));
        Self {
            admin: with(ada.session()),
            member: with(vera.session()),
            root: with(plane.user("root").superuser().session()),
            server: with(prod.server_session()),
            intruder: with("made up".to_owned()),
            acme,
            prod,
            ada,
            vera,
            ci,
            team,
            http: http.clone(),
            plane,
        }
    }

    /// A client of somebody else's.
    pub fn client(&self, credentials: Credentials) -> ProClient {
        client(&self.plane, &self.http, credentials)
    }

    /// A call that says what the operation does not declare, which the typed builders cannot.
    pub async fn undeclared(&self, method: Method, path: &str) -> zenml::Result<()> {
        let call = self.admin.request(method, path).query("color", "red");
        call.send::<serde_json::Value>().await.map(drop)
    }
}

/// One for all clients, without the system's certificates: to read them takes longer than a test.
fn http_client() -> reqwest::Client {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never());
    #[cfg(feature = "rustls")]
    let http = http.tls_backend_rustls().tls_certs_only([]);
    http.build().unwrap()
}

/// Without retries: what is refused is to be seen.
fn client(plane: &ControlPlane, http: &reqwest::Client, credentials: Credentials) -> ProClient {
    ProClient::builder(plane.url())
        .http_client(http.clone())
        .credentials(credentials)
        .retry(RetryPolicy::never())
        .build()
        .unwrap()
}

/// What an operation does, which it has to have done.
pub async fn works(operation: &str, act: impl AsyncFnOnce(&World) -> zenml::Result<()>) {
    let world = World::new().await;
    act(&world).await.unwrap();
    let calls = world.plane.calls(operation);
    assert!(
        calls.iter().any(|call| call.succeeded()),
        "{operation}: {calls:?}"
    );
    world.plane.stop().unwrap();
}

/// What an operation refuses last, as this kind of error.
pub async fn refuses<T: Debug>(
    operation: &str,
    kind: ErrorKind,
    act: impl AsyncFnOnce(&World) -> zenml::Result<T>,
) {
    let world = World::new().await;
    let error = act(&world).await.unwrap_err();
    assert_eq!(error.kind(), kind, "{error}");
    let calls = world.plane.calls(operation);
    let refused = calls.last().map(|call| call.status);
    assert_eq!(
        refused,
        error.status().map(|status| status.as_u16()),
        "{operation}: {error}"
    );
    world.plane.stop().unwrap();
}
