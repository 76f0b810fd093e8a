//! Installs, starts, fills and stops a real ZenML server, for tests and developer commands.
//!
//! [`Server::start`] installs the PyPI package into a private virtual environment under `target/`
//! (once per version), starts it on a loopback port with a database of its own and returns when it
//! is ready. [`Server::fill`] adds executed pipelines and one of everything else. The server ends
//! with the [`Server`] value, even if a panic drops it or this process is killed.
//!
//! Tests share one server: `cargo xtask test` starts it, and passes its address to the tests in the
//! variables of [`Access`]. Tests run the examples with [`example`].
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
compile_error!("zenml-test-server needs process groups, which only Unix has; use WSL on Windows");

mod access;
mod cargo;
mod console_progress;
mod example;
mod fill;
mod health;
mod install;
mod installer;
mod many_runs;
mod memory;
mod options;
pub mod paths;
mod pip;
mod port;
mod process;
mod progress;
pub mod proxy;
mod python;
pub mod redis;
pub mod relay;
mod server;
mod versions;

pub use access::Access;
pub use cargo::command as cargo_command;
pub use console_progress::{ConsoleProgress, seconds};
pub use example::example;
pub use fill::Fill;
pub use install::{environment, interpreter};
pub use memory::peak_memory;
pub use options::Options;
pub use pip::{newest_version, released_versions};
pub use port::unused_port;
pub use process::ProcessGroup;
pub use progress::{Progress, Silent};
pub use python::command as python_command;
pub use server::Server;
pub use versions::{default_version, is_at_least, oldest_version};
