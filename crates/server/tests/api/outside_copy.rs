//! A database that was truncated, replaced by an older one, or rewritten is not served (H02, I08).

use ledger::rotation::KeyHistory;
use server::jobs::Jobs;
use server::jobs::checkpoints::{OutsideCopyError, check_outside_copy};
use testkit::TestServer;
use testkit::server::signing_key;

/// Runs the jobs until the copy holds the log as it is now.
async fn copied(server: &TestServer, folder: &std::path::Path) {
    let jobs = Jobs::begin(&server.state, Some(folder.to_owned()));
    server.state.stop();
    jobs.ended().await;
    let text = std::fs::read_to_string(folder.join("latest")).unwrap();
    let kept = ledger::Checkpoint::open(&text, &[signing_key().verifier()]).unwrap();
    assert_eq!(kept.size, server.store().head().await.unwrap().size);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h02_yesterdays_database_is_refused() {
    let keys = KeyHistory::pinned(signing_key().verifier());
    let today = TestServer::sqlite().await;
    let folder = today.dir().join("checkpoints");
    check_outside_copy(&folder, &*today.store(), &keys).await.unwrap();
    let _ = today.change("staging").await;
    copied(&today, &folder).await;
    check_outside_copy(&folder, &*today.store(), &keys).await.unwrap();

    // The same seed makes the same log, one change shorter.
    let yesterday = TestServer::sqlite().await;
    let error = check_outside_copy(&folder, &*yesterday.store(), &keys).await.unwrap_err();
    assert!(matches!(error, OutsideCopyError::Behind { .. }), "{error}");
    assert!(error.to_string().contains("Restore the newest database"), "{error}");

    // A log that grew on from there is fine, a log that grew elsewhere is not.
    let _ = today.change("production").await;
    check_outside_copy(&folder, &*today.store(), &keys).await.unwrap();
    for _ in 0..3 {
        let _ = yesterday.change("production").await;
    }
    let error = check_outside_copy(&folder, &*yesterday.store(), &keys).await.unwrap_err();
    assert!(matches!(error, OutsideCopyError::Forked { .. }), "{error}");
    yesterday.finish().await;
    today.finish().await;
}

#[tokio::test]
async fn i11_a_damaged_copy_is_not_believed() {
    let keys = KeyHistory::pinned(signing_key().verifier());
    let server = TestServer::sqlite().await;
    let folder = server.dir().join("checkpoints");
    std::fs::create_dir_all(&folder).unwrap();
    let checkpoint = server.store().head().await.unwrap().checkpoint;
    let other_key = ledger::SigningKey::from_seed("test.example/log", &[9; 32]).unwrap();
    for (text, keys) in [
        (String::new(), keys.clone()),
        ("nonsense\n".to_owned(), keys.clone()),
        (checkpoint.replacen('1', "2", 1), keys.clone()),
        (checkpoint.clone(), KeyHistory::pinned(other_key.verifier())),
    ] {
        std::fs::write(folder.join("latest"), &text).unwrap();
        let error = check_outside_copy(&folder, &*server.store(), &keys).await.unwrap_err();
        assert!(matches!(error, OutsideCopyError::Unreadable { .. }), "{error}");
    }
    server.finish().await;
}
