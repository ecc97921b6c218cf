//! Durable appends per second and lists of 100,000 changes, beside what the disk and SQLite alone can do.
//!
//! `cargo run --release -p store-sqlite --example sqlite_speed [folder]`

#![expect(clippy::unwrap_used, reason = "a measurement that fails has no figure")]

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use rusqlite::{Connection, params};
use store::Store;
use store::contract::speed::{Figure, Load, SECONDS, TASKS, appends, lists, syncs};
use store::contract::{TestClock, signer};
use store_sqlite::SqliteStore;

#[tokio::main]
async fn main() {
    let parent = std::env::args().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    let dir = tempfile::tempdir_in(parent).unwrap();
    println!("{}", syncs(dir.path()).line("write 4 KiB + fdatasync, 1 thread"));
    for rows in TASKS {
        let what = format!("SQLite alone, {rows} rows a commit: rows");
        println!("{}", raw_inserts(dir.path(), rows).line(&what));
    }
    let store = SqliteStore::open(dir.path(), signer(), TestClock::default().now()).unwrap();
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
    println!("syncs again: {}", syncs(dir.path()).line(""));
}

/// Rows of 300 bytes with one index, so many in one synced commit; counted in rows.
fn raw_inserts(dir: &Path, rows: usize) -> Figure {
    let connection = Connection::open(dir.join(format!("raw-{rows}.db"))).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             CREATE TABLE t (n INTEGER PRIMARY KEY, k TEXT NOT NULL, v BLOB NOT NULL);
             CREATE INDEX t_k ON t (k);",
        )
        .unwrap();
    let (started, mut times, mut n) = (Instant::now(), Vec::new(), 0_i64);
    while started.elapsed() < SECONDS {
        let asked = Instant::now();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        for _ in 0..rows {
            n += 1;
            let mut insert =
                connection.prepare_cached("INSERT INTO t (k, v) VALUES (?1, ?2)").unwrap();
            insert.execute(params![format!("change/{n:026}"), [7_u8; 260]]).unwrap();
        }
        connection.execute_batch("COMMIT").unwrap();
        times.extend(std::iter::repeat_n(asked.elapsed(), rows));
    }
    Figure::of(times, started.elapsed())
}
