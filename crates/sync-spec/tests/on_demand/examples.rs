//! The example reports in `docs/` are what the command writes.

use std::fs;

use zenml_api_diff::markdown;
use zenml_sync_spec::diff::diff;
use zenml_sync_spec::source::Source;
use zenml_test_server::{Silent, paths::workspace};

#[test]
fn the_example_reports_in_the_docs_are_up_to_date() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for (old, new, file) in [
        ("0.96.4", "0.97.0", "api-changes-0.96-to-0.97.md"),
        ("0.97.0", "0.98.0", "api-changes-0.97-to-0.98.md"),
    ] {
        let [before, after] = [old, new].map(|version| -> Source {
            let source = format!("pypi:{version}");
            source.parse().unwrap()
        });
        let report = runtime
            .block_on(diff(workspace(), [&before, &after], None, None, &Silent))
            .unwrap();
        let committed = fs::read_to_string(workspace().join("docs").join(file)).unwrap();
        assert!(
            markdown(&report) == committed,
            "cargo xtask diff pypi:{old} pypi:{new} --report docs/{file}"
        );
    }
}
