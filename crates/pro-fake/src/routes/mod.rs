//! What each operation of the document does, by tag.

mod auth;
mod devices;
mod invitations;
mod keys;
mod logins;
mod members;
mod organizations;
mod rbac;
mod roles;
mod service_accounts;
mod teams;
mod usage;
mod users;
mod various;
mod workspaces;

use super::{
    call::{Call, Outcome},
    state::State,
};

/// Does what a call asks. Refuses before it changes anything.
pub(crate) type Handler = fn(&mut State, &Call<'_>) -> Outcome;

/// Operations of a tag, by name.
type Routes = &'static [(&'static str, Handler)];

const ROUTES: [Routes; 14] = [
    auth::ROUTES,
    devices::ROUTES,
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
    various::ROUTES,
    workspaces::ROUTES,
];

/// What does an operation.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    let mut all = ROUTES.iter().copied().flatten();
    all.find(|(name, _)| *name == operation)
        .map(|(_, handler)| *handler)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::document::Document;

    #[test]
    fn every_operation_of_the_document_is_done_here_once_and_nothing_else() {
        let declared: Vec<_> = Document::shared().unwrap().names().collect();
        let done: Vec<_> = ROUTES
            .iter()
            .copied()
            .flatten()
            .map(|(name, _)| *name)
            .collect();
        let unique: BTreeSet<_> = done.iter().copied().collect();
        assert_eq!(unique.len(), done.len());
        assert_eq!(unique, declared.iter().copied().collect());
        assert_eq!(declared.len(), 117);
    }
}
