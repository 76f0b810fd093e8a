//! Logs in to a ZenML server in the browser, as `zenml login` does, and says who it was.
//!
//! ```text
//! cargo run --example device_login -- https://zenml.example.com
//! ```

use std::{env, error::Error, io::IsTerminal};

use uuid::Uuid;
use zenml::{Credentials, DeviceLogin, WorkspaceClient};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let url = env::args().nth(1).ok_or("which server? give its URL")?;
    // A program that stays installed keeps this id: to the server it is the name of the device.
    let installation = Uuid::new_v4();
    let ws = WorkspaceClient::builder(url)
        .credentials(Credentials::device(installation, show))
        // The call that needs the login waits for it as long as this.
        .timeout(None)
        .build()?;
    let user = ws.get_current_user().send().await?;
    println!("Logged in as {}.", user.name);
    Ok(())
}

/// Says where to go. To standard error, so that standard output stays the program's own.
fn show(login: &DeviceLogin) {
    let (bold, plain) = match std::io::stderr().is_terminal() {
        true => ("\x1b[1m", "\x1b[0m"),
        false => ("", ""),
    };
    eprintln!("To log in, open {bold}{}{plain}", login.url);
    eprintln!("and confirm the code {bold}{}{plain}.", login.user_code);
    eprintln!(
        "It is good for {} minutes.",
        login.expires_in.as_secs() / 60
    );
}
