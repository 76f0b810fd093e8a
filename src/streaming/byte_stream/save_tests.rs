//! How are downloads saved as files?

use std::future::poll_fn;
use std::path::Path;
use std::task::Poll;
use std::time::{Duration, Instant};

use tempfile::tempdir;

use super::tests::{BROKEN, download, names};
use crate::testing::{READ, TestServer, response};
use crate::{Call, Error, ErrorKind};

async fn save(path: impl AsRef<Path>) {
    let stream = download(response(200, "", "new")).await;
    stream.save_to(&path).await.unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "new");
}

/// Saves a download that breaks, so that the error shows whether it was read.
async fn save_error(path: impl AsRef<Path>) -> Error {
    download(BROKEN).await.save_to(path).await.unwrap_err()
}

#[test]
fn a_dropped_download_leaves_the_old_file_or_the_whole_new_one_and_nothing_else() {
    const TRIALS: usize = 300;
    let new = "new".repeat(50_000);
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    let folder = tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut dropped = 0;
    runtime.block_on(async {
        let server = TestServer::always(response(200, "", &new)).await;
        let transport = server.transport();
        for trial in 0..TRIALS {
            let path = folder.path().join(trial.to_string());
            std::fs::write(&path, "old").unwrap();
            let stream = Call::new(&transport, &READ).download().await.unwrap();
            let mut saving = Box::pin(stream.into_inner().save_to(path));
            // On a busy machine, a download may need more polls than any of these limits.
            let mut polls = if trial % 10 == 0 {
                u32::MAX
            } else {
                random.u32(1..10)
            };
            let saved = poll_fn(|cx| {
                let poll = saving.as_mut().poll(cx).map(Some);
                polls -= 1;
                if poll.is_pending() && polls == 0 {
                    return Poll::Ready(None);
                }
                poll
            });
            match saved.await {
                Some(saved) => assert_eq!(saved.unwrap(), new.len() as u64),
                None => dropped += 1,
            }
            // The threads of the runtime go on meanwhile.
            let moment = Instant::now() + Duration::from_micros(random.u64(..100));
            while Instant::now() < moment {}
        }
    });
    // Waits for the threads that still create or remove files.
    drop(runtime);

    assert!((1..TRIALS).contains(&dropped), "{dropped}, seed {seed}");
    let names = names(&folder);
    assert_eq!(names.len(), TRIALS, "{names:?}, seed {seed}");
    for name in names {
        let content = std::fs::read_to_string(folder.path().join(&name)).unwrap();
        assert!(content == "old" || content == new, "{name}, seed {seed}");
    }
}

#[tokio::test]
async fn a_directory_as_target_is_noticed_before_the_download_is_read() {
    let folder = tempdir().unwrap();
    let missing = format!("{}/missing/", folder.path().display());
    for path in [folder.path(), Path::new("/"), Path::new(&missing)] {
        let error = save_error(path).await;
        assert_eq!(error.kind(), ErrorKind::Io);
        assert!(error.message().contains("it is a directory"), "{error}");
    }
    assert!(names(&folder).is_empty());
}

#[tokio::test]
async fn a_name_may_be_as_long_as_the_file_system_allows() {
    let folder = tempdir().unwrap();
    save(folder.path().join("n".repeat(255))).await;
    let error = save_error(folder.path().join("n".repeat(256))).await;
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[cfg(unix)]
mod unix {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    use std::os::unix::net::UnixListener;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[tokio::test]
    async fn a_replaced_file_keeps_its_permissions() {
        let folder = tempdir().unwrap();
        for kept in [0o600, 0o644, 0o664, 0o444] {
            let path = folder.path().join(kept.to_string());
            fs::write(&path, "old").unwrap();
            fs::set_permissions(&path, Permissions::from_mode(kept)).unwrap();
            save(&path).await;
            assert_eq!(mode(&path), kept, "{kept:o}");
        }
    }

    #[tokio::test]
    async fn a_replaced_program_does_not_keep_the_right_to_run_as_its_owner() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("program");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o4755)).unwrap();
        save(&path).await;
        assert_eq!(mode(&path), 0o755);
    }

    #[tokio::test]
    async fn a_new_file_can_be_read_by_its_owner_only() {
        let folder = tempdir().unwrap();
        let path = folder.path().join("data");
        save(&path).await;
        assert_eq!(mode(&path), 0o600);
    }

    #[tokio::test]
    async fn a_symbolic_link_stays_and_its_file_is_replaced() {
        let (folder, elsewhere) = (tempdir().unwrap(), tempdir().unwrap());
        let (link, file) = (folder.path().join("link"), elsewhere.path().join("file"));
        fs::write(&file, "old").unwrap();
        symlink(&file, &link).unwrap();
        save(&link).await;
        assert_eq!(fs::read_link(&link).unwrap(), file);
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(names(&elsewhere), ["file"]);
    }

    #[tokio::test]
    async fn a_link_that_leads_nowhere_is_an_error() {
        let folder = tempdir().unwrap();
        let link = folder.path().join("link");
        symlink("missing", &link).unwrap();
        let error = save_error(&link).await;
        assert!(error.message().contains("symbolic link"), "{error}");
        assert_eq!(names(&folder), ["link"]);
    }

    #[tokio::test]
    async fn what_is_not_a_regular_file_is_not_replaced() {
        let folder = tempdir().unwrap();
        let socket = folder.path().join("socket");
        let _listener = UnixListener::bind(&socket).unwrap();
        let error = save_error(&socket).await;
        assert!(error.message().contains("not a regular file"), "{error}");
        assert_eq!(names(&folder), ["socket"]);
    }
}
