//! A function of a program and its test, without a ZenML server.

use zenml::{
    Filter, WorkspaceClient,
    workspace::types::{PipelineRunResponse, StackResponse},
};

pub async fn failed(client: &WorkspaceClient) -> zenml::Result<Vec<String>> {
    let stack = client
        .list_stacks()
        .name(Filter::equals("prod"))
        .one()
        .await?;
    let mut lines = vec![stack.name.clone()];
    let mut runs = client
        .list_runs()
        .status(Filter::equals("failed"))
        .hydrate(true)
        .stream()
        .prefetch(4);
    while let Some(run) = runs.next().await {
        let run = run?;
        let status = run.status().map(|s| s.to_string()).unwrap_or_default();
        let pipeline = run.pipeline().map(|p| p.name.clone());
        lines.push(format!(
            "{} {status} {:?} {pipeline:?}",
            run.name,
            run.end_time()
        ));
    }
    Ok(lines)
}

#[tokio::test]
async fn lists_failed_runs() {
    let server = zenml::mock::Server::start().await;
    let client = server.workspace_client();
    server
        .expect(client.list_stacks().name(Filter::equals("prod")))
        .returns(zenml::Page::from_iter([StackResponse::sample()]));
    server
        .expect(
            client
                .list_runs()
                .status(Filter::equals("failed"))
                .hydrate(true),
        )
        .returns(zenml::Page::from_iter([
            PipelineRunResponse::sample(),
            PipelineRunResponse::sample(),
        ]));
    assert_eq!(failed(&client).await.unwrap().len(), 3);
}
