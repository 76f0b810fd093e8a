//! Schedules: an update is read, and a deletion is as soft as it says.

use uuid::Uuid;
use zenml::workspace::types::{ScheduleRequest, ScheduleUpdate};
use zenml::{CallOptions, ErrorKind};

use crate::{TestServer, unique};

/// The first version that archives a schedule instead of deleting it.
const SOFT: &str = "0.93.1";

impl TestServer {
    /// Creates a schedule of the fill's pipeline; returns its id.
    async fn schedule(&self) -> Uuid {
        let client = &self.client;
        let project = client.get_project().project_name_or_id(&self.project);
        let project = project.send().await.unwrap().id;
        let pipelines = client.list_pipelines().project(&*self.project);
        let pipelines = pipelines.name("training").send().await.unwrap();
        let orchestrators = client.list_stack_components().name("cluster");
        let orchestrators = orchestrators.send().await.unwrap();
        let request = ScheduleRequest::new(true, unique("schedule"), project)
            .cron_expression("0 3 * * *")
            .orchestrator_id(orchestrators.items[0].id)
            .pipeline_id(pipelines.items[0].id);
        let schedule = client.create_schedule().body(&request).send();
        schedule.await.unwrap().id
    }

    /// Returns whether the schedule exists, archived or not.
    async fn has_schedule(&self, id: Uuid) -> bool {
        match self.client.get_schedule().schedule_id(id).send().await {
            Ok(_) => true,
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn an_update_of_a_schedule_returns_it_as_it_is_then() {
    let server = TestServer::connect().await;
    let id = server.schedule().await;
    let body = ScheduleUpdate::new().cron_expression("0 4 * * *");
    let update = server.client.update_schedule().schedule_id(id).body(&body);
    let schedule = update.send().await.unwrap();
    let body = schedule.body.as_ref().unwrap();
    assert_eq!(body.cron_expression.as_deref(), Some("0 4 * * *"));
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_soft_deletion_archives_a_schedule_or_is_refused() {
    let server = TestServer::connect().await;
    let id = server.schedule().await;
    let delete = server.client.delete_schedule().schedule_id(id).soft(true);
    let deleted = delete.send().await;

    if server.is_at_least(SOFT) {
        deleted.unwrap();
        let archived = server.client.list_schedules().project(&*server.project);
        let archived = archived.id(id).is_archived(true).send().await.unwrap();
        assert_eq!(archived.total, 1);
    } else {
        server.assert_refused(&deleted.unwrap_err(), "`soft`", SOFT);
        assert!(server.has_schedule(id).await);
    }
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn an_allowed_soft_deletion_does_what_the_server_makes_of_it() {
    let server = TestServer::connect().await;
    let id = server.schedule().await;
    let options = CallOptions::default().allow_unsupported(true);
    let client = server.client.with_options(options);
    let delete = client.delete_schedule().schedule_id(id).soft(true);
    delete.send().await.unwrap();
    assert_eq!(server.has_schedule(id).await, server.is_at_least(SOFT));
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_deletion_that_is_not_soft_deletes_a_schedule_on_all_servers() {
    let server = TestServer::connect().await;
    let id = server.schedule().await;
    let delete = server.client.delete_schedule().schedule_id(id).soft(false);
    delete.send().await.unwrap();
    assert!(!server.has_schedule(id).await);
}
