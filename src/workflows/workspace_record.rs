//! What does the Pro API say about a workspace? Only what connecting to it needs.
//!
//! Not the generated types, whose names another document of the Pro API may not have.

use serde_core::de::IgnoredAny;
use uuid::Uuid;

use crate::codec::object::readable;

pub(crate) struct Workspace {
    pub id: Uuid,
    pub name: String,
    pub organization: Organization,
    pub status: Option<String>,
    pub state_reason: Option<String>,
    zenml_service: Option<Service>,
    kitaru_service: Option<IgnoredAny>,
}

readable! {
    Workspace
    required { "id" id, "name" name, "organization" organization }
    nullable {
        "status" status, "state_reason" state_reason, "zenml_service" zenml_service,
        "kitaru_service" kitaru_service
    }
    optional {}
}

pub(crate) struct Organization {
    pub id: Uuid,
    pub name: String,
}

readable! { Organization required { "id" id, "name" name } nullable {} optional {} }

struct Service {
    status: Option<ServiceStatus>,
}

readable! { Service required {} nullable { "status" status } optional {} }

struct ServiceStatus {
    server_url: Option<String>,
}

readable! { ServiceStatus required {} nullable { "server_url" server_url } optional {} }

impl Workspace {
    /// Returns the URL of the workspace's server, if it has one.
    pub fn server_url(&self) -> Option<&str> {
        let status = self.zenml_service.as_ref()?.status.as_ref()?;
        let url = status.server_url.as_deref()?;
        (!url.is_empty()).then_some(url)
    }

    /// Returns whether it is a Kitaru workspace, which has no ZenML server.
    pub const fn is_kitaru(&self) -> bool {
        self.kitaru_service.is_some()
    }
}
