//! Artifact versions: a deletion of the data keeps the metadata.

use std::{
    fs,
    path::{Path, PathBuf},
};

use uuid::Uuid;
use zenml::workspace::types::ArtifactVersionRequest;

use crate::{TestServer, unique};

/// The first version that deletes the data of an artifact version.
const DATA: &str = "0.96.2";

impl TestServer {
    /// Creates an artifact version that no run uses. Returns its id, and the folder of its data, which
    /// is on this machine.
    async fn artifact_version(&self) -> (Uuid, PathBuf) {
        let client = &self.client;
        let list = client.list_artifact_versions().project(&*self.project);
        let list = list.send().await.unwrap().into_inner();
        let bodies = list.items.into_iter().filter_map(|item| item.body);
        let is_local = |uri: &str| Path::new(uri).is_dir();
        let like = bodies.into_iter().find(|body| is_local(&body.uri)).unwrap();
        let data = Path::new(&like.uri).with_file_name(unique("data"));
        fs::create_dir(&data).unwrap();
        fs::write(data.join("data.json"), "{}").unwrap();
        let request = ArtifactVersionRequest::new(
            like.data_type,
            like.materializer,
            like.project_id,
            like.save_type,
            like.type_,
            data.to_str().unwrap(),
        )
        .artifact_name(unique("artifact"))
        .artifact_store_id(like.artifact_store_id.unwrap());
        let created = client.create_artifact_version().body(&request).send();
        (created.await.unwrap().id, data)
    }
}

#[tokio::test]
#[ignore = "needs a server: cargo xtask test"]
async fn a_deletion_of_the_data_keeps_the_metadata_or_is_refused() {
    let server = TestServer::connect().await;
    let (id, data) = server.artifact_version().await;
    let delete = server.client.delete_artifact_version();
    let delete = delete.artifact_version_id(id).delete_metadata(false);
    let deleted = delete.delete_from_artifact_store(true).send().await;

    if server.is_at_least(DATA) {
        deleted.unwrap();
        assert!(!data.exists());
    } else {
        server.assert_refused(&deleted.unwrap_err(), "`delete_", DATA);
        assert!(data.exists());
    }
    let get = server.client.get_artifact_version().artifact_version_id(id);
    get.send().await.unwrap();
}
