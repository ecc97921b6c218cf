//! Durable appends per second and lists of 100,000 changes, beside what PostgreSQL alone can do.
//!
//! `cargo run --release -p store-postgres --example postgres_speed [postgres://… of an empty database]`

#![expect(clippy::unwrap_used, reason = "a measurement that fails has no figure")]

use std::sync::Arc;
use std::time::Instant;

use store::Store;
use store::contract::speed::{Figure, Load, SECONDS, TASKS, appends, lists, syncs};
use store::contract::{TestClock, signer};
use store_postgres::PostgresStore;
use test_postgres::TestDatabase;
use tokio_postgres::NoTls;

#[tokio::main]
async fn main() {
    let (_own, url) = match std::env::args().nth(1) {
        Some(url) => (None, url),
        None => {
            let database = TestDatabase::create().unwrap();
            let url = database.url.clone();
            (Some(database), url)
        }
    };
    let dir = std::env::temp_dir();
    println!("{}", syncs(&dir).line("write 4 KiB + fdatasync, 1 thread"));
    for clients in [1, 16, 64] {
        let what = format!("PostgreSQL alone, {clients} connections: rows");
        println!("{}", raw_inserts(&url, clients).await.line(&what));
    }
    let store = PostgresStore::connect(&url, signer(), TestClock::default().now()).await.unwrap();
    let store: Arc<dyn Store> = Arc::new(store);
    for load in [Load::Entry, Load::EntryAndRows] {
        for tasks in TASKS {
            let figure = appends(&store, tasks, load).await;
            println!("{}", figure.line(&format!("append {load:?}, {tasks} callers")));
        }
    }
    for line in lists(&store, 100_000).await {
        println!("{line}");
    }
    let checking = Instant::now();
    let size = store.head().await.unwrap().size;
    assert!(store.check().await.unwrap().is_empty());
    println!("check of {size} entries took {:.2?}", checking.elapsed());
}

/// Single inserts of rows of 300 bytes with one index, each connection on its own.
async fn raw_inserts(url: &str, clients: usize) -> Figure {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
        .batch_execute(
            "DROP TABLE IF EXISTS raw;
             CREATE TABLE raw (n BIGSERIAL PRIMARY KEY, k TEXT NOT NULL, v BYTEA NOT NULL);
             CREATE INDEX raw_k ON raw (k);",
        )
        .await
        .unwrap();
    let started = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|task| {
            let url = url.to_owned();
            tokio::spawn(async move {
                let (client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
                tokio::spawn(connection);
                let insert =
                    client.prepare("INSERT INTO raw (k, v) VALUES ($1, $2)").await.unwrap();
                let mut times = Vec::new();
                while started.elapsed() < SECONDS {
                    let asked = Instant::now();
                    let key = format!("change/{task:026}");
                    client.execute(&insert, &[&key, &vec![7_u8; 260]]).await.unwrap();
                    times.push(asked.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    client.batch_execute("DROP TABLE raw").await.unwrap();
    Figure::of(times, started.elapsed())
}
