//! Schedules: an update is read, and a soft deletion keeps the schedule.

use uuid::Uuid;
use zenml::ErrorKind;
use zenml::workspace::types::{ScheduleRequest, ScheduleUpdate};

use crate::{TestServer, unique};

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
async fn a_soft_deletion_archives_a_schedule_where_the_server_can() {
    let server = TestServer::connect().await;
    if !server.is_at_least("0.93.1") {
        return;
    }
    let id = server.schedule().await;
    let delete = server.client.delete_schedule().schedule_id(id).soft(true);
    delete.send().await.unwrap();

    let archived = server.client.list_schedules().project(&*server.project);
    let archived = archived.id(id).is_archived(true).send().await.unwrap();
    assert_eq!(archived.total, 1);
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_deletion_that_is_not_soft_deletes_a_schedule_on_all_servers() {
    let server = TestServer::connect().await;
    let id = server.schedule().await;
    let delete = server.client.delete_schedule().schedule_id(id).soft(false);
    delete.send().await.unwrap();

    let get = server.client.get_schedule().schedule_id(id);
    assert_eq!(get.send().await.unwrap_err().kind(), ErrorKind::NotFound);
}
