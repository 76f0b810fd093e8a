//! Registered objects: models, stacks, secrets and artifacts.

use std::fs;

use zenml::{
    Filter, Secret,
    workspace::types::{ArtifactVersionRequest, ModelRequest, ModelVersionRequest},
};

use crate::{
    TestServer,
    example_program::{complaint, printed},
    unique,
};

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_promoted_version_takes_the_stage_of_another_only_by_force() {
    let server = TestServer::connect();
    let (model, project) = (unique("model"), server.project().await);
    let request = ModelRequest::new(&model, project);
    let id = server
        .client
        .create_model()
        .body(request)
        .send()
        .await
        .unwrap()
        .id;
    for version in ["first", "second"] {
        let request = ModelVersionRequest::new(id, project).name(version.to_owned());
        server
            .client
            .create_model_version()
            .body(request)
            .send()
            .await
            .unwrap();
    }
    let stage = async |version: &str| {
        let version = server
            .client
            .list_model_versions()
            .model(&model)
            .name(version);
        version.one().await.unwrap().stage().map(str::to_owned)
    };

    let first = printed(&server.run("promote_model", &[&model, "first"]));
    assert_eq!(
        first,
        format!("Version first of {model} is in production.\n")
    );
    assert_eq!(stage("first").await.as_deref(), Some("production"));

    let refused = complaint(&server.run("promote_model", &[&model, "second"]), 1);
    assert!(refused.contains("version first of"), "{refused}");
    assert!(refused.contains("add --force to archive it"), "{refused}");
    assert_eq!(stage("second").await, None);

    printed(&server.run("promote_model", &[&model, "second", "--force"]));
    assert_eq!(stage("first").await.as_deref(), Some("archived"));
    assert_eq!(stage("second").await.as_deref(), Some("production"));
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_stack_is_registered_with_its_components_once() {
    let server = TestServer::connect();
    let name = unique("stack");
    let arguments = [
        &*name,
        "orchestrator=kubernetes,kubernetes_context=prod,synchronous=false",
        "artifact_store=s3,path=s3://example",
    ];
    let registered = printed(&server.run("register_stack", &arguments));
    assert!(registered.starts_with(&format!("Registered the stack {name} (")));

    let stack = server.client.list_stacks().name(&name).hydrate(true);
    let stack = stack.one().await.unwrap();
    let orchestrator = stack.components().unwrap()["orchestrator"][0].id;
    let orchestrator = server
        .client
        .get_stack_component()
        .component_id(orchestrator);
    let orchestrator = orchestrator.send().await.unwrap();
    let settings = orchestrator.configuration().unwrap();
    assert_eq!(settings["kubernetes_context"], "prod");
    assert_eq!(settings["synchronous"], false);

    let complaint = complaint(&server.run("register_stack", &arguments), 1);
    assert!(complaint.contains("exists already"), "{complaint}");
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_secret_has_the_values_of_the_newest_file_and_none_is_printed() {
    let server = TestServer::connect();
    let (name, folder) = (unique("secret"), tempfile::tempdir().unwrap());
    let file = folder.path().join("values");
    let arguments = [&*name, file.to_str().unwrap()];
    for (text, message, expected) in [
        (
            "# of the warehouse\nUSER=ada\nPASSWORD = hunter2=\n\n",
            "Created the secret",
            vec![("PASSWORD", "hunter2="), ("USER", "ada")],
        ),
        (
            "PASSWORD=hunter3",
            "Replaced the values of the secret",
            vec![("PASSWORD", "hunter3")],
        ),
    ] {
        fs::write(&file, text).unwrap();
        let printed = printed(&server.run("store_secret", &arguments));
        assert!(printed.starts_with(message), "{printed}");
        assert!(!printed.contains("hunter"), "{printed}");

        let secret = server.client.list_secrets().name(Filter::equals(&*name));
        let secret = server
            .client
            .get_secret()
            .secret_id(secret.one().await.unwrap().id);
        let secret = secret.send().await.unwrap();
        let values: Vec<_> = secret
            .values()
            .unwrap()
            .iter()
            .map(|(key, value)| (&**key, value.as_ref().map_or("", Secret::expose)))
            .collect();
        assert_eq!(values, expected);
    }

    fs::write(&file, "PASSWORD\nhunter4").unwrap();
    let complaint = complaint(&server.run("store_secret", &arguments), 1);
    assert!(complaint.contains("line 1 of"), "{complaint}");
    assert!(!complaint.contains("hunter"), "{complaint}");
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn unused_artifact_versions_are_deleted_only_on_request() {
    let server = TestServer::connect();
    let name = unique("artifact");
    let like = server
        .client
        .list_artifact_versions()
        .first()
        .await
        .unwrap();
    let body = like.unwrap().body.unwrap();
    for _ in 0..2 {
        let request = ArtifactVersionRequest::new(
            body.data_type.clone(),
            body.materializer.clone(),
            body.project_id,
            body.save_type.clone(),
            body.type_.clone(),
            &body.uri,
        )
        .artifact_name(&*name);
        let create = server.client.create_artifact_version().body(request);
        create.send().await.unwrap();
    }
    let left = async || {
        let versions = server.client.list_artifact_versions();
        versions
            .artifact(Filter::equals(&*name))
            .count()
            .await
            .unwrap()
    };
    let clean = |arguments: &[&str]| {
        let arguments = [&["--artifact", &name, "--older-than"], arguments].concat();
        printed(&server.run("clean_artifacts", &arguments))
    };

    assert_eq!(clean(&["1", "--delete"]), "Deleted 0 artifact versions.\n");
    let listed = clean(&["0"]);
    assert_eq!(listed.matches(&*name).count(), 2, "{listed}");
    assert_eq!(left().await, 2);
    assert!(clean(&["0", "--delete"]).ends_with("Deleted 2 artifact versions.\n"));
    assert_eq!(left().await, 0);
}
