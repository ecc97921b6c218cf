//! Verification of a whole export against raw SHA-256: of short entries for how many, and of what an
//! organisation really records, with its disclosures, for how fast.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use ledger::checkpoint::Checkpoint;
use ledger::export_dir::{ExportStamp, ExportWriter, VerifyOptions, verify_dir};
use ledger::hash::leaf_hash;
use ledger::note::VerifierKey;
use ledger::tree::Frontier;
use store::Store;
use store_sqlite::SqliteStore;

use crate::fill::{Filled, fill};
use crate::report::Report;
use crate::site::{Site, key};
use crate::{Scale, raw, stores};

const ROUNDS: usize = 3;
/// Entries that a deployed change leaves, about.
const ENTRIES_A_CHANGE: usize = 6;

/// An export to verify.
struct Export<'a> {
    name: &'a str,
    dir: &'a Path,
    entries: usize,
    /// Bytes of its leaves: what SHA-256 has to take in at the least.
    bytes: usize,
    key: &'a VerifierKey,
}

/// Writes exports of many entries, then verifies them on one core and on two.
pub async fn measure(scale: Scale, report: &mut Report) -> anyhow::Result<()> {
    let temporary = tempfile::tempdir_in(".")?;
    let raw = raw::sha256_mb_a_second()?;
    let key = key()?.verifier();

    let dir = temporary.path().join("short");
    let bytes = short_entries(&dir, scale.entries)?;
    let entries = scale.entries;
    let short = Export { name: "short entries", dir: &dir, entries, bytes, key: &key };
    verify(&short, raw, report)?;

    let dir = temporary.path().join("organisation");
    let (entries, bytes) =
        an_organisation(temporary.path(), &dir, scale.entries / ENTRIES_A_CHANGE).await?;
    let real = Export { name: "an organisation's entries", dir: &dir, entries, bytes, key: &key };
    verify(&real, raw, report)
}

/// Leaves of about 340 bytes; gives the bytes of all of them.
fn short_entries(dir: &Path, entries: usize) -> anyhow::Result<usize> {
    let key = key()?;
    let mut writer = ExportWriter::create(dir)?;
    let mut frontier = Frontier::new();
    let mut bytes = 0usize;
    for n in 0..entries {
        let leaf = format!(
            r#"{{"actor":{{"type":"system"}},"data":{{"pad":"{:0<220}"}},"kind":"bench","stream":"bench/{}","time":"2026-01-01T00:00:00.000Z","v":1}}"#,
            n,
            n % 512
        );
        bytes += leaf.len();
        frontier.push(leaf_hash(leaf.as_bytes()));
        writer.push(leaf.as_bytes(), &[])?;
    }
    let checkpoint =
        Checkpoint { origin: key.name().to_owned(), size: frontier.size(), root: frontier.root() };
    writer.finish(&checkpoint.sign(&key)?, &key.verifier(), &stamp())?;
    Ok(bytes)
}

/// What the use cases record of that many changes, exported as an auditor gets it; gives entries and
/// bytes of their leaves.
async fn an_organisation(
    temporary: &Path,
    dir: &Path,
    changes: usize,
) -> anyhow::Result<(usize, usize)> {
    let folder = temporary.join("store");
    std::fs::create_dir(&folder)?;
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&folder, key()?, stores::now())?);
    let site = Site::start(store.clone()).await?;
    fill(&site, &mut Filled::default(), changes).await?;
    let mut bytes = 0;
    let mut next = 0;
    while let Some(last) = store.entries(next, 1_000).await?.iter().try_fold(None, |_, entry| {
        bytes += entry.leaf.len();
        anyhow::Ok(Some(entry.index))
    })? {
        next = last + 1;
    }
    site.app.export_ledger(dir, &key()?.verifier(), &stamp(), |_, _| {}).await?;
    store.close().await?;
    Ok((usize::try_from(next)?, bytes))
}

fn stamp() -> ExportStamp {
    ExportStamp { exported_at: "2026-01-01T00:00:00.000Z".to_owned(), tool: "bench".to_owned() }
}

fn verify(export: &Export<'_>, raw: f64, report: &mut Report) -> anyhow::Result<()> {
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let (entries, bytes) = (export.entries as f64, export.bytes as f64);
    anyhow::ensure!(export.entries > 0, "an export of nothing is not measured");
    let name = export.name;
    for threads in [1, 2] {
        let options = VerifyOptions { key: Some(export.key), threads, ..VerifyOptions::default() };
        let (seconds, cpu) = best(export.dir, &options).context(name.to_owned())?;
        if threads == 1 {
            // By processor time on both sides: a busy machine takes from neither.
            let what = format!("verify {name} of {:.0} bytes, of one core", bytes / entries);
            let figure = report.add("ledger", &what, bytes / 1e6 / cpu, "MB/s");
            figure.against("SHA-256 of one core", raw);
            let ratio = figure.ratio();
            figure.goal("≥ 0.6 a core", ratio >= 0.6).print();
        }
        let rate = entries / seconds;
        let figure = report.add("ledger", &format!("… entries, {threads} threads"), rate, "1/s");
        figure.goal("≥ 2 M/s", rate >= 2e6).print();
    }
    // What the hash tree alone leaves of raw SHA-256 when one hash is computed after the other: a leaf
    // has a byte of prefix and at least nine of padding, and there is one node of two blocks for it.
    let leaf_blocks = ((bytes / entries + 1.0 + 9.0) / 64.0).ceil();
    let share = bytes / entries / (64.0 * (leaf_blocks + 2.0));
    report.add("ledger", "… limit of the tree, one hash after the other", share, "of raw").print();
    Ok(())
}

/// Seconds and processor seconds of this thread of the quickest of a few rounds.
fn best(dir: &Path, options: &VerifyOptions<'_>) -> anyhow::Result<(f64, f64)> {
    let mut best = (f64::MAX, f64::MAX);
    for _ in 0..ROUNDS {
        let (begun, cpu) = (Instant::now(), raw::thread_seconds()?);
        verify_dir(dir, options).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        best.0 = best.0.min(begun.elapsed().as_secs_f64());
        best.1 = best.1.min(raw::thread_seconds()? - cpu);
    }
    Ok(best)
}
