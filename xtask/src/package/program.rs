//! A program that lists runs, for the checks and benchmarks of the package.

use zenml::{Credentials, WorkspaceClient};

#[tokio::main]
async fn main() -> zenml::Result<()> {
    let client = WorkspaceClient::builder("https://zenml.example.com")
        .credentials(Credentials::api_key("ZENKEY_…"))
        .build()?;
    let runs = client.list_runs().project("default").send().await?;
    for run in &runs.items {
        println!("{} {}", run.id, run.name);
    }
    Ok(())
}
