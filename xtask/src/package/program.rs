//! The program of the README, as the checks and benchmarks of the package build it.

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
