//! What do the examples say when they are called in the wrong way?

use zenml_test_server::example;

use crate::example_program::{complaint, printed, run};

/// The examples with arguments, and a part of their usage.
const EXAMPLES: [(&str, &str); 15] = [
    ("clean_artifacts", "--older-than <DAYS>"),
    ("copy_stack", "<STACK> <TARGET>"),
    ("device_login", "<URL>"),
    ("export_runs", "<FILE>"),
    ("failed_runs", "--hours <N>"),
    ("follow_logs", "<RUN>"),
    ("health_check", "--timeout <SECONDS>"),
    (
        "onboard_team",
        "<ORGANIZATION> <WORKSPACE> <TEAM> [EMAIL]...",
    ),
    ("promote_model", "<MODEL> <VERSION>"),
    (
        "register_stack",
        "<NAME> <TYPE=FLAVOR[,SETTING=VALUE]...>...",
    ),
    ("rotate_key", "<ORGANIZATION> <ACCOUNT> <FILE>"),
    ("run_costs", "--price <AMOUNT>"),
    ("store_secret", "<NAME> <FILE>"),
    (
        "trigger_run_template",
        "<PROJECT> <TEMPLATE> [NAME=VALUE]...",
    ),
    ("watch_events", "<RUN>"),
];

#[test]
#[ignore = "needs the examples: cargo xtask test"]
fn each_example_with_arguments_explains_them() {
    for (name, usage) in EXAMPLES {
        let help = printed(&run(example(name).unwrap().arg("--help")));
        assert!(help.contains(usage), "{name}: {usage}");
        assert!(help.contains("Usage: "), "{name}");
    }
}

#[test]
#[ignore = "needs the examples: cargo xtask test"]
fn a_wrong_argument_is_named_with_the_usage() {
    for (name, arguments, problem) in [
        ("failed_runs", vec!["--hours", "0"], "0 is not in 1..=8760"),
        ("follow_logs", vec![], "<RUN>"),
        (
            "promote_model",
            vec!["a", "1", "--to", "attic"],
            "possible values: staging, production",
        ),
        (
            "register_stack",
            vec!["a", "orchestrator"],
            "expected TYPE=FLAVOR",
        ),
    ] {
        let complaint = complaint(&run(example(name).unwrap().args(arguments)), 2);
        assert!(complaint.contains(problem), "{name}: {complaint}");
        assert!(complaint.contains("--help"), "{name}: {complaint}");
    }
}

#[test]
#[ignore = "needs the examples: cargo xtask test"]
fn without_a_login_the_places_of_one_are_named() {
    let complaint = complaint(&run(&mut example("failed_runs").unwrap()), 1);
    for place in ["ZENML_STORE_URL", "zenml login"] {
        assert!(complaint.contains(place), "{place}: {complaint}");
    }
}
