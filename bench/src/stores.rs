//! Each database: its own durable commit rate first, then the product on it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use store::{Append, NewEntry, Now, Store, Stream};
use store_postgres::PostgresStore;
use store_sqlite::SqliteStore;

use crate::Scale;
use crate::http;
use crate::report::Report;
use crate::site::{RealClock, Site, key};

/// The clock a store asks.
pub fn now() -> Now {
    use app::ports::Clock as _;
    Arc::new(|| RealClock.now())
}

/// SQLite in a folder beside the build.
pub async fn sqlite(scale: Scale, report: &mut Report) -> anyhow::Result<()> {
    let (raw, bare, product) =
        (tempfile::tempdir_in(".")?, tempfile::tempdir_in(".")?, tempfile::tempdir_in(".")?);
    let open = |dir: &tempfile::TempDir| -> anyhow::Result<Arc<dyn Store>> {
        Ok(Arc::new(SqliteStore::open(dir.path(), key()?, now())?))
    };
    commits("sqlite", open(&raw)?, scale, report).await?;
    let bare = http::bare("sqlite", open(&bare)?, scale, report).await?;
    let site = Site::start(open(&product)?).await?;
    http::product("sqlite", &site, &bare, scale, report).await
}

/// PostgreSQL on loopback.
pub async fn postgres(scale: Scale, report: &mut Report) -> anyhow::Result<()> {
    let databases = [
        test_postgres::TestDatabase::create()?,
        test_postgres::TestDatabase::create()?,
        test_postgres::TestDatabase::create()?,
    ];
    let [raw, bare, product] = &databases;
    let open = async |url: &str| -> anyhow::Result<Arc<dyn Store>> {
        let store: Arc<dyn Store> = Arc::new(PostgresStore::connect(url, key()?, now()).await?);
        Ok(store)
    };
    commits("postgres", open(&raw.url).await?, scale, report).await?;
    let bare = http::bare("postgres", open(&bare.url).await?, scale, report).await?;
    let site = Site::start(open(&product.url).await?).await?;
    http::product("postgres", &site, &bare, scale, report).await
}

/// Durable appends a second without HTTP or decisions.
async fn commits(
    part: &str,
    store: Arc<dyn Store>,
    scale: Scale,
    report: &mut Report,
) -> anyhow::Result<()> {
    for tasks in [1, 16, 64] {
        let count = Arc::new(AtomicU64::new(0));
        let begun = Instant::now();
        let end = begun + Duration::from_secs_f64(scale.seconds / 2.0);
        let mut running = Vec::new();
        for task in 0..tasks {
            let (store, count) = (store.clone(), count.clone());
            running.push(tokio::spawn(async move {
                let stream = Stream::named(&format!("raw/{task}"));
                while Instant::now() < end {
                    let n = count.fetch_add(1, Ordering::Relaxed);
                    let leaf = format!(r#"{{"body":"{:0<380}","n":"{n:012}","v":1}}"#, "x");
                    let entry = NewEntry::new(stream.clone(), leaf.into_bytes(), Vec::new());
                    store.append(Append { entries: vec![entry], ..Append::default() }).await?;
                }
                anyhow::Ok(())
            }));
        }
        for task in running {
            task.await??;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let rate = count.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64();
        report.add(part, &format!("durable appends, {tasks} tasks, no HTTP"), rate, "1/s").print();
    }
    Ok(())
}
