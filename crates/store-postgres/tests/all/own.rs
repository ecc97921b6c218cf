//! What only this store promises: several nodes, and connections that break.

use futures::future::join_all;
use ledger::hash::leaf_hash;
use store::contract::{Subject, TestClock, entry, fill, guarded, signer, unguarded};
use store::{Append, Fault, StoreError, Stream, Write};
use store_postgres::PostgresStore;

use crate::subject::subject;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c13_of_two_nodes_that_decide_on_the_same_version_one_wins() {
    let database = subject().await;
    let nodes = [database.open().await.unwrap(), database.open().await.unwrap()];
    let stream = Stream::named("change/contested");
    for version in 0..20 {
        let both = nodes.iter().map(|node| node.append(guarded(&stream, version)));
        let results = join_all(both).await;
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        let conflict = |e: &StoreError| matches!(e, StoreError::Conflict { .. });
        assert!(results.iter().filter_map(|result| result.as_ref().err()).all(conflict));
    }
    assert_eq!(nodes[0].head().await.unwrap(), nodes[1].head().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_write_one_ordered_log_and_each_proves_its_own_entries() {
    let database = subject().await;
    let nodes = [
        database.open().await.unwrap(),
        database.open().await.unwrap(),
        database.open().await.unwrap(),
    ];
    let tasks = (0..120_u64).map(|n| {
        let node = nodes[usize::try_from(n % 3).unwrap()].clone();
        tokio::spawn(async move {
            let stream = Stream::named(&format!("change/{}", n % 10));
            let new = entry(&stream, n);
            let leaf = new.leaf.clone();
            let append = Append { entries: vec![new], ..Append::default() };
            let commit = node.append(append).await.unwrap();
            commit.receipt(0).unwrap().verify(&leaf, &signer().verifier()).unwrap();
            assert_eq!(node.entry(commit.first_index).await.unwrap().unwrap().leaf, leaf);
        })
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
    assert_eq!(nodes[0].head().await.unwrap().size, 120);
    assert_eq!(nodes[2].check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_hears_of_the_commits_of_others() {
    let database = subject().await;
    let (writes, watches) = (database.open().await.unwrap(), database.open().await.unwrap());
    let mut watch = watches.watch();
    // More streams than fit into one payload.
    let entries = (0..400).map(|n| entry(&Stream::named(&format!("change/{n:030}")), n)).collect();
    writes.append(Append { entries, ..Append::default() }).await.unwrap();
    let notice = watch.recv().await.unwrap();
    assert_eq!((notice.size, notice.streams.len()), (400, 400));
    writes.append(unguarded(&Stream::policy(), 1)).await.unwrap();
    let notice = watch.recv().await.unwrap();
    assert_eq!((notice.size, &*notice.streams), (401, [Stream::policy()].as_slice()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watchers_learn_what_they_missed_while_the_connection_was_down() {
    let database = subject().await;
    let store = database.open().await.unwrap();
    let mut watch = store.watch();
    let client = database.client().await;
    let break_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND pid <> pg_backend_pid()";
    client.batch_execute(break_all).await.unwrap();
    let mut size = 0;
    while size == 0 {
        // The writer's connection broke too: it says so once, or has noticed already.
        if store.append(unguarded(&Stream::policy(), 1)).await.is_ok() {
            size = 1;
        }
    }
    assert_eq!(watch.recv().await.unwrap().size, size);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn i12_a_commit_whose_answer_was_lost_is_answered_with_its_receipt() {
    let database = subject().await;
    let store = database.open().await.unwrap();
    fill(&*store, 5).await;
    database.fail_next_commit(Fault::AnswerLost);
    let append = guarded(&Stream::policy(), 0);
    let leaf = append.entries[0].leaf.clone();
    let commit = store.append(append).await.unwrap();
    let receipt = commit.receipt(0).unwrap();
    assert_eq!(receipt.leaf_hash, Some(leaf_hash(&leaf)));
    receipt.verify(&leaf, &signer().verifier()).unwrap();
    assert_eq!(store.append(guarded(&Stream::policy(), 1)).await.unwrap().first_index, 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c12_after_a_commit_that_was_lost_the_node_goes_on() {
    let database = subject().await;
    let store = database.open().await.unwrap();
    database.fail_next_commit(Fault::CommitLost);
    let error = store.append(guarded(&Stream::policy(), 0)).await.unwrap_err();
    assert!(error.to_string().contains("nothing was stored"), "{error}");
    store.append(guarded(&Stream::policy(), 0)).await.unwrap();
    database.fail_next_commit(Fault::CommitLost);
    let error = store.write(vec![Write::EndSession { token_hash: "x".into() }]).await.unwrap_err();
    assert!(error.to_string().contains("could not be found out"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_are_synced_whatever_the_database_defaults_to() {
    let database = subject().await;
    let name = database.url().rsplit_once('/').unwrap().1.to_owned();
    database.tamper(&format!("ALTER DATABASE {name} SET synchronous_commit = off")).await;
    database
        .tamper(
            "CREATE TABLE seen (setting TEXT);
             CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                 INSERT INTO seen SELECT current_setting('synchronous_commit'); RETURN NULL;
             END $$",
        )
        .await;
    let store = database.open().await.unwrap();
    database.tamper("CREATE TRIGGER see AFTER INSERT ON entries EXECUTE FUNCTION see()").await;
    fill(&*store, 1).await;
    let seen = database.client().await.query_one("SELECT setting FROM seen", &[]).await.unwrap();
    assert_eq!(seen.get::<_, &str>(0), "on");
}

#[tokio::test]
async fn a_url_that_asks_for_tls_is_refused_with_the_fix() {
    let url = "postgres://localhost/countersign?sslmode=require";
    let refused = PostgresStore::connect(url, signer(), TestClock::default().now()).await;
    let error = refused.err().unwrap();
    assert!(error.to_string().contains("TLS proxy"), "{error}");
}

#[tokio::test]
async fn a_database_of_a_newer_countersign_is_refused() {
    for sql in [
        "UPDATE meta SET value = '2' WHERE key = 'stored_format'",
        "INSERT INTO migrations (name, digest) VALUES ('9999_later', '\\x00')",
    ] {
        let database = subject().await;
        drop(database.open().await.unwrap());
        database.tamper(sql).await;
        let error = database.open().await.err().unwrap();
        assert!(
            matches!(&error, StoreError::Invalid { reason } if reason.contains("newer")),
            "{error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_at_once_migrate_once() {
    let database = subject().await;
    let opened = join_all((0..4).map(|_| database.open())).await;
    assert!(opened.iter().all(Result::is_ok));
}
