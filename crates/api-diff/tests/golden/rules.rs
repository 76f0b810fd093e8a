//! Checks that `docs/api-changes.md` lists every rule as the code has it.

#![allow(
    clippy::unwrap_used,
    reason = "a test may panic, and so may its helpers"
)]

use std::fs;
use std::path::Path;

use zenml_api_diff::{Direction, Kind};

const START: &str = "<!-- rules -->\n";
const END: &str = "<!-- end of rules -->";

#[test]
fn the_guide_lists_every_rule_with_its_classes_and_its_reason() {
    let rows: String = Kind::ALL
        .iter()
        .map(|kind| {
            let rules: Vec<String> = kind
                .rules()
                .iter()
                .map(|rule| format!("`{rule}`"))
                .collect();
            let (sent, received) = (kind.class(Direction::Sent), kind.class(Direction::Received));
            let class = if sent == received {
                sent.name().to_owned()
            } else {
                format!("{}; in responses {}", sent.name(), received.name())
            };
            format!("| {} | {class} | {} |\n", rules.join(", "), kind.reason())
        })
        .collect();
    let expected = format!("{START}| rule | class | reason |\n| --- | --- | --- |\n{rows}{END}");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api-changes.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(START).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let updated = format!("{before}{expected}{after}");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        return fs::write(&path, &updated).unwrap();
    }
    assert!(
        text == updated,
        "run this test with UPDATE_GOLDEN=1 to update the list"
    );
}
