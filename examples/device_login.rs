//! Logs in to a ZenML server with the browser, as `zenml login` does, and prints the user's name.
//!
//! ```text
//! cargo run --package zenml-examples --example device_login -- https://zenml.example.com
//! ```

use std::{env, error::Error};

use uuid::Uuid;
use zenml::{Credentials, WorkspaceClient, auth::DeviceLogin};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1).ok_or("usage: device_login URL")?;
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
