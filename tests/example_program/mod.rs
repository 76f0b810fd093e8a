//! Runs examples, and reads what they print.

use std::process::{Command, Output};

/// Runs an example to its end. A failed test shows what it printed.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    println!("{}", String::from_utf8_lossy(&output.stdout));
    println!("{}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Returns what a successful example has printed.
pub fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{:?}", output.status);
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Returns what an example has printed to standard error before it exited with this code.
pub fn complaint(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code));
    String::from_utf8(output.stderr.clone()).unwrap()
}
