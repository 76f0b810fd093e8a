//! Filters: a list has only what matches, or the filter is refused.

use zenml::{Filter, Result};

use crate::TestServer;

/// A list with a filter that older servers ignore.
struct FilteredList {
    /// What the refusal names.
    part: &'static str,
    /// The first version that knows the filter.
    since: &'static str,
    total: Result<u64>,
    expected: u64,
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_filter_filters_or_is_refused() {
    let server = TestServer::connect().await;
    let client = &server.client;
    let pipelines = client.list_pipelines().latest_run_user("no such user");
    let flavors = client.list_flavors().display_name("no such flavor");
    let runs = client.list_runs().project(&*server.project);
    let runs = runs.name(Filter::starts_with("training").and(Filter::not_equals("training-1")));
    for list in [
        FilteredList {
            part: "`latest_run_user`",
            since: "0.91.0",
            total: pipelines.send().await.map(|page| page.total),
            expected: 0,
        },
        FilteredList {
            part: "`display_name`",
            since: "0.92.0",
            total: flavors.send().await.map(|page| page.total),
            expected: 0,
        },
        FilteredList {
            part: "`name`",
            since: "0.95.0",
            total: runs.send().await.map(|page| page.total),
            expected: 1,
        },
    ] {
        if server.is_at_least(list.since) {
            assert_eq!(list.total.unwrap(), list.expected, "{}", list.part);
        } else {
            server.assert_refused(&list.total.unwrap_err(), list.part, list.since);
        }
    }
}
