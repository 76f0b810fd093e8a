//! Which handler serves an operation?
//!
//! Stateful handlers exist for what the real Pro-mode server and the workflows of the library call.
//! All other operations respond with a sample from the document.

mod auth;
mod invitations;
mod keys;
mod members;
mod organizations;
mod rbac;
mod roles;
mod service_accounts;
mod teams;
mod usage;
mod users;
mod workspaces;

use super::{
    call::{Call, HandlerResult},
    state::State,
};

/// Serves a call. A handler fails before it changes anything.
pub(crate) type Handler = fn(&mut State, &Call<'_>) -> HandlerResult;

/// The operations of a tag, by name.
type Routes = &'static [(&'static str, Handler)];

const ROUTES: [Routes; 12] = [
    auth::ROUTES,
    invitations::ROUTES,
    keys::ROUTES,
    members::ROUTES,
    organizations::ROUTES,
    rbac::ROUTES,
    roles::ROUTES,
    service_accounts::ROUTES,
    teams::ROUTES,
    usage::ROUTES,
    users::ROUTES,
    workspaces::ROUTES,
];

/// Returns the handler of an operation. The legacy names of workspaces, tenants, have the same ones.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    let operation = operation
        .replace("/tenants", "/workspaces")
        .replace("tenant", "workspace");
    let mut all = ROUTES.iter().copied().flatten();
    all.find(|(name, _)| *name == operation)
        .map(|(_, handler)| *handler)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    #[test]
    fn each_handler_serves_one_operation_of_the_document() {
        let document = Document::shared().unwrap();
        let names: Vec<_> = ROUTES
            .iter()
            .copied()
            .flatten()
            .map(|(name, _)| name)
            .collect();
        for (index, name) in names.iter().enumerate() {
            assert!(document.operation(name).is_some(), "{name}");
            assert!(!names[..index].contains(name), "{name} has two handlers");
        }
    }

    #[test]
    fn a_tenant_operation_has_the_handler_of_its_workspace_twin() {
        for (tenant, workspace) in [
            ("GET /tenants", "GET /workspaces"),
            (
                "GET /tenants/{tenant_id_or_name}",
                "GET /workspaces/{workspace_id_or_name}",
            ),
            (
                "GET /organizations/{organization_id}/tenant/{tenant_name}",
                "GET /organizations/{organization_id}/workspace/{workspace_name}",
            ),
            ("PATCH /tenant_status", "PATCH /workspace_status"),
        ] {
            let twin = handler(workspace).unwrap();
            assert!(
                std::ptr::fn_addr_eq(handler(tenant).unwrap(), twin),
                "{tenant}"
            );
        }
    }
}
