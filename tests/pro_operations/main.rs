//! Every operation of the Pro API through the typed client, against the double: what it does with
//! valid input, and what it refuses.

#![cfg(feature = "pro")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test's helpers may panic"
)]

mod world;

/// For each operation two tests: it works, and it refuses something, by this kind of error. Both
/// fail if they call another operation than they say.
macro_rules! operations {
    ($(
        $(#[$gate:meta])*
        $name:ident = $operation:literal {
            works: $works:expr,
            refuses $kind:ident: $refuses:expr $(,)?
        }
    )*) => {
        pub const OPERATIONS: &[&str] = &[$($(#[$gate])* $operation,)*];
        $(
            $(#[$gate])*
            mod $name {
                #[allow(unused_imports, reason = "not all need all")]
                use super::*;

                #[tokio::test]
                async fn works() {
                    crate::world::works($operation, $works).await;
                }

                #[tokio::test]
                async fn refuses() {
                    crate::world::refuses($operation, zenml::ErrorKind::$kind, $refuses).await;
                }
            }
        )*
    };
}

mod auth;
mod devices;
mod invitations;
mod keys;
mod organizations;
mod personal_keys;
mod rbac;
mod roles;
mod service_accounts;
mod teams;
mod tenants;
mod usage;
mod users;
mod various;
mod workspaces;

use std::collections::BTreeSet;

use zenml_codegen::files;
use zenml_test_server::paths;

/// Those that the client has: without the feature `pro-inferred`, inferred ones are missing.
fn declared() -> BTreeSet<String> {
    let specs = paths::workspace().join("specs");
    let document = files::load(&specs, "pro", None)
        .unwrap()
        .document()
        .unwrap();
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if cfg!(feature = "pro-inferred") || operation["x-evidence"] != "inferred" {
                names.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    names
}

#[test]
fn every_operation_of_the_document_is_tested_here() {
    let tested: Vec<_> = [
        auth::OPERATIONS,
        devices::OPERATIONS,
        invitations::OPERATIONS,
        keys::OPERATIONS,
        organizations::OPERATIONS,
        personal_keys::OPERATIONS,
        rbac::OPERATIONS,
        roles::OPERATIONS,
        service_accounts::OPERATIONS,
        teams::OPERATIONS,
        tenants::OPERATIONS,
        usage::OPERATIONS,
        users::OPERATIONS,
        various::OPERATIONS,
        workspaces::OPERATIONS,
    ]
    .concat();
    let unique: BTreeSet<_> = tested.iter().map(ToString::to_string).collect();
    assert_eq!(unique.len(), tested.len());
    assert_eq!(unique, declared());
    let inferred = 22;
    let all = if cfg!(feature = "pro-inferred") {
        117
    } else {
        117 - inferred
    };
    assert_eq!(tested.len(), all);
}
