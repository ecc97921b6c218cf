//! How fast a store appends, beside what its disk can do: for the examples `sqlite_speed` and `postgres_speed`.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use super::{at, change_id, change_row};
use crate::{Append, ChangeFilter, Guard, NewEntry, Store, Stream, WaitingRow, Write};

/// How long each figure is measured.
pub const SECONDS: Duration = Duration::from_secs(3);

/// Numbers of concurrent callers that are measured.
pub const TASKS: [usize; 4] = [1, 16, 64, 256];

/// Entries of one stream before a caller goes on to its next one, like a change has them.
const STREAM_ENTRIES: u64 = 8;

/// What came out of one measurement.
#[derive(Debug, Clone, Copy)]
pub struct Figure {
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

impl Figure {
    #[must_use]
    pub fn of(mut times: Vec<Duration>, took: Duration) -> Self {
        times.sort_unstable();
        let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
        #[expect(clippy::cast_precision_loss, reason = "a count of seconds' work")]
        let per_second = times.len() as f64 / took.as_secs_f64();
        Self { per_second, p50: at(50), p99: at(99) }
    }

    #[must_use]
    pub fn line(&self, what: &str) -> String {
        let Self { per_second, p50, p99 } = self;
        format!("{what:<44}{per_second:>10.0}/s   p50 {p50:>9.2?}   p99 {p99:>9.2?}")
    }
}

/// What an append of the measurement holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// One entry.
    Entry,
    /// One entry, the row of its change and its timer: what a vote writes.
    EntryAndRows,
}

/// Appends by so many callers, each on changes of its own and under a guard.
pub async fn appends(store: &Arc<dyn Store>, tasks: usize, load: Load) -> Figure {
    static NEXT_CHANGE: AtomicU64 = AtomicU64::new(0);
    let started = Instant::now();
    let callers: Vec<_> = (0..tasks)
        .map(|_| {
            let store = Arc::clone(store);
            tokio::spawn(async move {
                let (mut times, mut change) = (Vec::new(), 0);
                for version in (0..STREAM_ENTRIES).cycle() {
                    if started.elapsed() > SECONDS {
                        break;
                    }
                    if version == 0 {
                        change = NEXT_CHANGE.fetch_add(1, Ordering::Relaxed);
                    }
                    let append = append(change, version, load);
                    let asked = Instant::now();
                    store.append(append).await.unwrap();
                    times.push(asked.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for caller in callers {
        times.extend(caller.await.unwrap());
    }
    Figure::of(times, started.elapsed())
}

/// An append with a leaf of about 400 bytes, and two disclosures in every second one.
fn append(n: u64, version: u64, load: Load) -> Append {
    let stream = Stream::named(&format!("change/{n:026}"));
    let mut event = json!({
        "v": 1, "time": "2026-11-22T10:00:00.000Z", "stream": stream.as_str(),
        "actor": {"person": "prs_01kaqf0000000000000000000p"}, "kind": "vote_recorded",
        "data": {"version": version, "text": "x".repeat(180)},
    });
    if version.is_multiple_of(2) {
        event["actor"]["address"] = json!({"$private": "192.0.2.1"});
        event["data"]["note"] = json!({"$private": "looks right to me, tested on staging"});
    }
    let sealed = ledger::seal::seal(&event, &mut || [7; 16]).unwrap();
    let writes = match load {
        Load::Entry => Vec::new(),
        Load::EntryAndRows => {
            let mut row = change_row(n);
            row.version = version + 1;
            row.snapshot = vec![b'x'; 3_000];
            let timer = Write::Timer { stream: stream.clone(), due_at: Some(at(60)) };
            vec![Write::Change(Box::new(row)), timer]
        }
    };
    Append {
        guards: vec![Guard { stream: stream.clone(), version }],
        entries: vec![NewEntry::new(stream, sealed.leaf, sealed.disclosures)],
        writes,
        ..Append::default()
    }
}

/// One thread that writes 4 KiB and waits for the disk.
#[must_use]
pub fn syncs(dir: &Path) -> Figure {
    let mut file = File::create(dir.join("probe")).unwrap();
    let page = [7_u8; 4096];
    let (started, mut times) = (Instant::now(), Vec::new());
    while started.elapsed() < SECONDS {
        let asked = Instant::now();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.write_all(&page).unwrap();
        file.sync_data().unwrap();
        times.push(asked.elapsed());
    }
    Figure::of(times, started.elapsed())
}

/// How long lists take with so many changes: the median of several runs of each filter.
pub async fn lists(store: &Arc<dyn Store>, changes: u64) -> Vec<String> {
    for start in (0..changes).step_by(1_000) {
        let rows = (start..(start + 1_000).min(changes)).map(change_row);
        let mut writes: Vec<Write> = rows.map(|row| Write::Change(Box::new(row))).collect();
        let waiting = WaitingRow {
            change: change_id(start),
            requirement: "owner".to_owned(),
            keys: vec!["owner@checkout".to_owned(), "cab@payments".to_owned()],
            due_at: Some(at(60)),
            risk_score: 5,
        };
        writes.push(Write::Waiting { change: change_id(start), rows: vec![waiting] });
        store.write(writes).await.unwrap();
    }
    let text = |text: &str| Some(text.to_owned());
    let page = || ChangeFilter { limit: 50, ..ChangeFilter::default() };
    let filters = [
        ("newest", page()),
        (
            "states approved, draft",
            ChangeFilter { states: vec!["approved".into(), "draft".into()], ..page() },
        ),
        ("service", ChangeFilter { service: text("payout"), ..page() }),
        (
            "service, no such risk",
            ChangeFilter { service: text("payout"), risk_level: text("none"), ..page() },
        ),
        (
            "environment, no such type",
            ChangeFilter { environment: text("production"), kind: text("none"), ..page() },
        ),
        ("no such type", ChangeFilter { kind: text("none"), ..page() }),
        ("number as text", ChangeFilter { text: text("chg-1042"), ..page() }),
        ("common word", ChangeFilter { text: text("deploy"), ..page() }),
        ("two common words", ChangeFilter { text: text("checkout production"), ..page() }),
        (
            "common word, rare state",
            ChangeFilter { text: text("deploy"), states: vec!["none".into()], ..page() },
        ),
        ("last page", ChangeFilter { before_number: Some(1_060), ..page() }),
    ];
    let mut lines = Vec::new();
    for (what, filter) in filters {
        let mut times = Vec::new();
        for _ in 0..15 {
            let asked = Instant::now();
            store.changes(&filter).await.unwrap();
            times.push(asked.elapsed());
        }
        lines.push(median(&format!("list of {changes} changes: {what}"), times));
    }
    let keys = ["owner@checkout".to_owned(), "cab@payments".to_owned()];
    let mut times = Vec::new();
    for _ in 0..15 {
        let asked = Instant::now();
        store.waiting(&keys, 50).await.unwrap();
        times.push(asked.elapsed());
    }
    lines.push(median("inbox of two keys", times));
    lines
}

fn median(what: &str, mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    format!("{what:<60}{:>10.2?}", times.get(times.len() / 2).copied().unwrap_or_default())
}
