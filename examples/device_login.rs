//! Logs in to a ZenML server with the browser, as `zenml login` does, and prints the user's name.
//!
//! ```text
//! cargo run --package zenml-examples --example device_login -- https://zenml.example.com
//! ```

use anyhow::Result;
use clap::Parser;
use uuid::Uuid;
use zenml::{Credentials, WorkspaceClient, auth::DeviceLogin};

/// Logs in to a ZenML server with the browser
#[derive(Parser)]
struct Arguments {
    /// URL of the server; servers of ZenML Pro refuse this kind of login
    url: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Arguments { url } = Arguments::parse();
    // An installed program stores this id: the server recognizes the device by it.
    let installation = Uuid::new_v4();
    let client = WorkspaceClient::builder(url)
        .credentials(Credentials::device(installation, show))
        // The first call waits until the user has confirmed the login.
        .timeout(None)
        .build()?;
    let user = client.get_current_user().send().await?;
    println!("Logged in as {}.", user.name);
    Ok(())
}

/// Prints the instructions to standard error: standard output is for the program's own output.
fn show(login: &DeviceLogin) {
    eprintln!("To log in, open {}", login.url);
    eprintln!("and confirm the code {}.", login.user_code);
    let minutes = login.expires_in.as_secs() / 60;
    eprintln!("The code expires in {minutes} minutes.");
}
