//! Do the examples do what they say, on a real server?
//!
//! The server is filled. The examples of ZenML Pro are tested with the other parts of it, in `tests/pro`,
//! and the login of a device in `tests/transport`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests and their helpers may panic"
)]

mod catalog;
#[path = "../example_program/mod.rs"]
mod example_program;
mod health;
mod help;
mod runs;

use std::process::Output;

use uuid::Uuid;
use zenml::{Credentials, WorkspaceClient};
use zenml_test_server::{Access, example};

use example_program::run;

/// The server that was started for the tests.
struct TestServer {
    access: Access,
    client: WorkspaceClient,
}

impl TestServer {
    fn connect() -> Self {
        let access = Access::from_env().unwrap();
        let client = WorkspaceClient::builder(&access.url)
            .credentials(Credentials::password(&access.username, &*access.password))
            .project(&access.project)
            .build()
            .unwrap();
        Self { access, client }
    }

    /// Runs an example with the login and the project of the server.
    fn run(&self, name: &str, arguments: &[&str]) -> Output {
        let mut command = example(name).unwrap();
        command
            .args(arguments)
            .envs(self.access.variables())
            .env("ZENML_ACTIVE_PROJECT_ID", &self.access.project);
        run(&mut command)
    }

    async fn project(&self) -> Uuid {
        let project = self.client.get_project();
        let project = project.project_name_or_id(&self.access.project);
        project.send().await.unwrap().id
    }
}

/// Returns a name that no other test uses.
fn unique(name: &str) -> String {
    format!("{name}-{}", Uuid::new_v4().simple())
}
