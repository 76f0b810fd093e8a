//! Clients can be generated from the documents of other FastAPI servers, printed by their packages.
//!
//! They stand for a document of ZenML with constructs that the committed ones do not have.

use std::fs;
use std::path::PathBuf;

use zenml_codegen::{SpecSource, generate};
use zenml_test_server::{ConsoleProgress, Progress, environment, paths::scratch, python_command};

use crate::compiles::assert_compiles;

/// A server on PyPI.
struct OtherServer {
    requirement: &'static str,
    /// Imports the application as `app`.
    import: &'static str,
}

const SERVERS: &[OtherServer] = &[
    OtherServer {
        requirement: "apache-airflow-core==3.3.2",
        import: "from airflow.api_fastapi.app import create_app; app = create_app()",
    },
    OtherServer {
        requirement: "argilla-server==2.8.0",
        import: "from argilla_server.api.routes import api_v1 as app",
    },
    OtherServer {
        requirement: "dstack[server]==0.22.5",
        import: "from dstack._internal.server.main import app",
    },
    OtherServer {
        requirement: "prefect==3.9.1",
        import: "from prefect.server.api.server import create_app; app = create_app()",
    },
    OtherServer {
        requirement: "skypilot==0.14.1",
        import: "from sky.server.server import app",
    },
];

/// The largest share of operations that may be left out, in percent.
const MAX_LEFT_OUT: usize = 2;

#[test]
fn almost_all_operations_of_other_servers_are_expressed_and_compile() {
    let progress = ConsoleProgress::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for server in SERVERS {
        let document = runtime.block_on(print(server, &*progress));
        let text = fs::read_to_string(&document).unwrap();
        let api = generate(&text, None, &[], SpecSource::External).unwrap();
        let reasons: Vec<String> = api
            .left_out
            .iter()
            .map(|one| format!("{}: {}", one.part, one.reason))
            .collect();
        let (out, all) = (reasons.len(), reasons.len() + api.operations.len());
        println!("{}: {out} of {all} left out", server.requirement);
        assert!(
            out * 100 <= MAX_LEFT_OUT * all,
            "{}: {out} of {all} left out:\n{}",
            server.requirement,
            reasons.join("\n")
        );
        progress.stage(&format!("Compiling the client of {}", server.requirement));
        // The code written by hand names no operation and no type of the Pro API.
        assert_compiles(&[("ZENML_PRO_SPEC", &document)]);
        progress.done();
    }
}

/// Returns the file with the document of a server, after installing the server.
async fn print(server: &OtherServer, progress: &dyn Progress) -> PathBuf {
    let folder = scratch().join("other-servers").join(server.requirement);
    let python = environment(&folder, server.requirement, progress)
        .await
        .unwrap();
    let document = folder.join("openapi.json");
    let script = format!(
        "{}\nimport json, sys\njson.dump(app.openapi(), open(sys.argv[1], 'w'))",
        server.import
    );
    let output = python_command(&python)
        .args(["-c", &script])
        .arg(&document)
        .current_dir(&folder)
        // Its settings and its database are not those of the user.
        .env("HOME", &folder)
        .output()
        .await
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {stderr}", server.requirement);
    document
}
