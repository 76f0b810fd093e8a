//! A real ZenML server, for tests and developer commands.
//!
//! [`Server::start`] installs the PyPI package into a private virtual environment under `target/`
//! (once per version), starts it on a loopback port with a database of its own and returns when it
//! answers. [`Server::fill`] fills it with executed pipelines and with one of everything else. The
//! server ends with the [`Server`] value, also when that is dropped by a panic, and even when this
//! process is killed.
//!
//! Tests do not start a server each: `cargo xtask test` starts one for all of them and tells them
//! where it is through the variables of [`Access`].
//!
//! ```no_run
//! # async fn example() -> anyhow::Result<()> {
//! use zenml_test_server::{Fill, Options, Server};
//!
//! let server = Server::start(Options::default()).await?;
//! server.fill(Fill::Demo).await?;
//! println!("{}", server.url());
//! server.stop().await
//! # }
//! ```

#[cfg(not(unix))]
compile_error!("zenml-testing supervises process groups, which only Unix has: use WSL on Windows");

mod access;
mod fill;
mod health;
mod install;
pub mod paths;
mod pip;
mod process;
mod progress;
pub mod proxy;
mod python;
mod server;
mod shown;

pub use access::Access;
pub use fill::Fill;
pub use install::{default_version, interpreter};
pub use pip::newest_version;
pub use process::Group;
pub use progress::{Progress, Silent};
pub use python::command as python_command;
pub use server::{Options, Server};
pub use shown::{Shown, seconds};
