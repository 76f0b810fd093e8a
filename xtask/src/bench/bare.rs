//! The program that one would write without this crate.

use serde::Deserialize;

#[derive(Deserialize)]
struct Page {
    items: Vec<Run>,
}

#[derive(Deserialize)]
struct Run {
    id: String,
    name: String,
}

#[tokio::main]
async fn main() -> Result<(), reqwest::Error> {
    let url = "https://zenml.example.com/api/v1/runs?project=default";
    let request = reqwest::Client::new().get(url).bearer_auth("token");
    let page: Page = request.send().await?.error_for_status()?.json().await?;
    for run in &page.items {
        println!("{} {}", run.id, run.name);
    }
    Ok(())
}
