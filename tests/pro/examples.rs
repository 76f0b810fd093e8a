//! The examples, run as a user runs them.

use std::{collections::BTreeSet, fs, process::Output};

use serde_json::json;
use zenml::{Credentials, ErrorKind, ProClient, WorkspaceClient};
use zenml_test_server::{Access, example};

use crate::{
    example_program::{self, complaint, printed},
    fixture::{Fixture, fixture},
};

/// Runs an example with the environment of a user who has this key.
fn run(fixture: &Fixture, key: &str, name: &str, arguments: &[&str]) -> Output {
    let mut command = example(name).unwrap();
    command
        .args(arguments)
        .env("ZENML_PRO_API_URL", fixture.pro.plane.url())
        .env("ZENML_STORE_URL", fixture.pro.server.url())
        .env("ZENML_STORE_API_KEY", key);
    example_program::run(&mut command)
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn pro_inventory_lists_organizations_workspaces_and_members() {
    let fixture = fixture().await;
    fixture.pro.organization.member("jane@acme.test");
    let key = fixture.pro.admin.key();
    let printed = printed(&run(&fixture, key.value(), "pro_inventory", &[]));
    for (line, parts) in [
        ("acme (", vec![]),
        (
            "  prod ",
            vec!["available", "0.98.0", &fixture.pro.server.url()],
        ),
        ("  jane@acme.test ", vec!["user"]),
        ("  admin ", vec!["service account", "Organization Admin"]),
    ] {
        let found = printed.lines().find(|found| found.starts_with(line));
        let found = found.unwrap_or_else(|| panic!("no line begins with {line:?}"));
        assert!(parts.iter().all(|part| found.contains(part)), "{found}");
    }
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn the_exit_code_of_trigger_run_template_reflects_the_run() {
    let fixture = fixture().await;
    let key = fixture.developer("ci").key();
    let trigger = |arguments: &[&str]| {
        let arguments = [&["vision", "vision-nightly"], arguments].concat();
        run(&fixture, key.value(), "trigger_run_template", &arguments)
    };
    let good = trigger(&["train.learning_rate=0.25", "run_name=ci-1"]);
    assert!(printed(&good).starts_with("ci-1 ("));
    assert!(printed(&good).contains("completed"));

    let bad = trigger(&[r#"extra={"outcome": "failed"}"#]);
    assert_eq!(bad.status.code(), Some(1));

    let organization = &fixture.pro.organization;
    organization.reach_limit("template_run");
    let none = trigger(&[]);
    organization.lift_limit("template_run");
    let complaint = complaint(&none, 2);
    assert!(
        complaint.contains("plan allows no more runs"),
        "{complaint}"
    );
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn onboard_team_is_idempotent() {
    let fixture = fixture().await;
    let key = fixture.pro.admin.key();
    fixture.pro.organization.member("known@acme.test");
    for _ in 0..2 {
        let people = ["acme", "prod", "vision", "known@acme.test", "new@acme.test"];
        let printed = printed(&run(&fixture, key.value(), "onboard_team", &people));
        assert!(printed.contains("The team is Workspace Developer in prod"));
    }
    let pro = fixture.pro(key.value()).build().unwrap();
    let organization = fixture.pro.organization.id();
    let teams = pro.list_organization_teams().organization_id(organization);
    let teams = teams.send().await.unwrap().into_inner();
    let teams: Vec<_> = teams.iter().filter(|team| team.name == "vision").collect();
    assert_eq!(teams.len(), 1);

    // An invited user joins the team by accepting.
    let new = fixture.pro.plane.user("new@acme.test");
    let builder = ProClient::builder(fixture.pro.plane.url());
    let as_new = builder.credentials(Credentials::api_token(new.session()));
    let as_new = as_new.build().unwrap();
    let invitations = as_new.list_invitations().send().await.unwrap();
    assert_eq!(invitations.len(), 1, "there is one invitation");
    let accept = as_new.accept_invitation().invitation_id(invitations[0].id);
    accept.send().await.unwrap();
    let members = pro.list_team_members().team_id(teams[0].id);
    let members = members.send().await.unwrap().into_inner();
    let members: BTreeSet<_> = members
        .iter()
        .filter_map(|user| user.email.as_deref())
        .collect();
    assert_eq!(
        members,
        BTreeSet::from(["known@acme.test", "new@acme.test"])
    );

    let workspace = format!("workspace/{}", fixture.pro.workspace.id());
    let may = as_new.has_permission().user_id(new.id()).action("update");
    let may = may.resources([&workspace]).send().await.unwrap();
    assert!(may[&workspace], "the user has the team's role");
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn rotate_key_writes_a_new_key_and_deletes_the_old_one() {
    let fixture = fixture().await;
    let account = fixture.developer("rotated");
    let (admin, old) = (fixture.pro.admin.key(), account.key());
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zenml");
    let arguments = ["acme", "rotated", file.to_str().unwrap()];
    let mut keys = vec![old.value().to_owned()];
    for _ in 0..2 {
        let output = run(&fixture, admin.value(), "rotate_key", &arguments);
        let new = fs::read_to_string(&file).unwrap();
        assert!(!printed(&output).contains(&new));
        assert!(!keys.contains(&new), "the key is new");
        let client = |key: &str| -> ProClient { fixture.pro(key).build().unwrap() };
        let me = client(&new).get_current_user().send().await.unwrap();
        assert_eq!(me.id, account.id());
        for old in &keys {
            let error = client(old).get_current_user().send().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Credentials, "{error}");
        }
        keys.push(new);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}

#[tokio::test]
#[ignore = "needs a server, and starts another one: cargo xtask test"]
async fn copy_stack_copies_components_with_their_settings_and_uses_known_ones() {
    let fixture = fixture().await;
    let key = fixture.pro.admin.key();
    let (source, target) = (Access::from_env().unwrap(), fixture.pro.server.url());
    let copy = || {
        let mut copy = example("copy_stack").unwrap();
        copy.args(["remote", &*target]).envs(source.variables());
        copy.env("ZENML_TARGET_API_KEY", key.value());
        example_program::run(&mut copy)
    };
    let copied = printed(&copy());
    assert!(copied.contains("Created the orchestrator cluster\n  it has no service connector yet"));
    assert!(copied.contains("Created the stack remote ("));

    let source = WorkspaceClient::builder(&source.url)
        .credentials(Credentials::password(&source.username, &*source.password))
        .build()
        .unwrap();
    let target = fixture.client(key.value()).build().unwrap();
    for client in [&source, &target] {
        let stack = client.list_stacks().name("remote").hydrate(true);
        assert_eq!(stack.one().await.unwrap().components().unwrap().len(), 5);
    }
    let settings = async |client: &WorkspaceClient| {
        let cluster = client.list_stack_components().name("cluster").hydrate(true);
        cluster.one().await.unwrap().configuration().cloned()
    };
    assert_eq!(settings(&source).await, settings(&target).await);

    // The components are known by now, and so is the stack.
    let again = copy();
    assert!(complaint(&again, 1).contains("remote"));
    let again = String::from_utf8(again.stdout).unwrap();
    assert!(
        again.contains("Found the orchestrator cluster\n"),
        "{again}"
    );
}

#[tokio::test]
#[ignore = "starts its own server: cargo xtask test"]
async fn pro_demo_ends_with_a_finished_run() {
    let fixture = fixture().await;
    let key = fixture.pro.admin.key();
    let output = run(&fixture, key.value(), "pro_demo", &[]);
    assert!(printed(&output).trim_end().ends_with("is completed."));
    let usage = fixture.pro.plane.usage();
    let last = usage.last().unwrap();
    assert_eq!((&*last.feature, last.total), ("template_run", 1));
    assert_eq!(
        last.metadata["workspace_id"],
        json!(fixture.pro.workspace.id())
    );
}
