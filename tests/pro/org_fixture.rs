//! An organization at the fake control plane, without a server.

use uuid::Uuid;
use zenml::{
    Credentials, ProClient,
    pro::types::{RoleCreate, TeamCreate},
};
use zenml_pro_fake::{Account, ControlPlane, Organization, Workspace};

pub struct OrgFixture {
    pub plane: ControlPlane,
    pub organization: Organization,
    pub workspace: Workspace,
    /// A client with all permissions in the organization.
    pub pro: ProClient,
}

pub async fn org_fixture() -> OrgFixture {
    let plane = ControlPlane::start().await.unwrap();
    let organization = plane.organization("acme");
    let workspace = organization.workspace("prod", "http://127.0.0.1:9");
    let admin = organization.service_account("admin");
    let admin = admin.with_role("Organization Admin");
    OrgFixture {
        pro: client(&plane, Credentials::api_key(admin.key().value())),
        plane,
        organization,
        workspace,
    }
}

fn client(plane: &ControlPlane, credentials: Credentials) -> ProClient {
    let pro = ProClient::builder(plane.url()).credentials(credentials);
    pro.build().unwrap()
}

impl OrgFixture {
    /// Creates a client of an account.
    pub fn of(&self, account: &Account) -> ProClient {
        client(&self.plane, Credentials::api_token(account.session()))
    }

    /// Creates a client of the workspace's server.
    pub fn of_server(&self) -> ProClient {
        let session = self.workspace.server_session();
        client(&self.plane, Credentials::api_token(session))
    }

    /// Creates a client with an API key.
    pub fn with_key(&self, key: impl Into<zenml::Secret>) -> ProClient {
        client(&self.plane, Credentials::api_key(key))
    }

    /// Creates a role of this level that permits only to read.
    pub async fn role(&self, level: &str) -> Uuid {
        let role = RoleCreate::new(
            format!("Auditor {}", Uuid::new_v4()),
            self.organization.id(),
        )
        .level(level)
        .permissions(vec!["read".into()]);
        self.pro.create_role().body(&role).send().await.unwrap().id
    }

    /// Creates a team.
    pub async fn team(&self, name: &str) -> Uuid {
        let team = TeamCreate::new(name, self.organization.id());
        self.pro.create_team().body(&team).send().await.unwrap().id
    }

    /// Asks the control plane, as the account, whether it may do this in the workspace.
    pub async fn may(&self, account: &Account, action: &str) -> bool {
        let resource = format!("workspace/{}", self.workspace.id());
        let asked = self.of(account).has_permission().user_id(account.id());
        let allowed = asked.action(action).resources([&resource]).send().await;
        allowed.unwrap()[&resource]
    }
}
