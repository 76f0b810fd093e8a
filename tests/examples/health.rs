//! The health check.

use zenml_test_server::example;

use crate::{
    TestServer,
    example_program::{printed, run},
};

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_healthy_server_passes_each_check() {
    let server = TestServer::connect();
    let printed = printed(&server.run("health_check", &[]));
    assert!(printed.lines().all(|line| line.starts_with("ok ")));
    let version = server.client.check_version().await.unwrap().to_string();
    let login = format!("logged in as {}", server.access.username);
    for part in [&*version, &*login, "runs are in progress"] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
}

#[test]
#[ignore = "needs a server: cargo xtask test"]
fn the_first_problem_ends_the_check_with_code_1() {
    let server = TestServer::connect();
    let check = |password: &str, url: &str| {
        let mut check = example("health_check").unwrap();
        check.envs(server.access.variables());
        check
            .env("ZENML_STORE_PASSWORD", password)
            .env("ZENML_STORE_URL", url);
        let output = run(&mut check);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    let printed = check("wrong", &server.access.url);
    let last = printed.lines().last().unwrap();
    assert!(
        printed.starts_with("ok       the server responds\n"),
        "{printed}"
    );
    assert!(last.starts_with("FAILED   get_current_user"), "{last}");

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let printed = check("", &url);
    assert!(printed.starts_with("FAILED   health"), "{printed}");
}
