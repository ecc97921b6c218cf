//! Verification of a whole export against raw SHA-256.

use std::path::Path;
use std::time::Instant;

use ledger::checkpoint::Checkpoint;
use ledger::export_dir::{ExportStamp, ExportWriter, VerifyOptions, verify_dir};
use ledger::hash::leaf_hash;
use ledger::tree::Frontier;

use crate::report::Report;
use crate::site::key;
use crate::{Scale, raw};

const ROUNDS: usize = 3;

/// Writes an export of many entries, then verifies it on one core and on two.
pub fn measure(scale: Scale, report: &mut Report) -> anyhow::Result<()> {
    let dir = tempfile::tempdir_in(".")?;
    let dir = dir.path().join("export");
    let key = key()?;
    let mut writer = ExportWriter::create(&dir)?;
    let mut frontier = Frontier::new();
    let mut bytes = 0usize;
    for n in 0..scale.entries {
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
    let stamp = ExportStamp {
        exported_at: "2026-01-01T00:00:00.000Z".to_owned(),
        tool: "bench".to_owned(),
    };
    let pinned = key.verifier();
    writer.finish(&checkpoint.sign(&key)?, &pinned, &stamp)?;
    let raw = raw::sha256_mb_a_second()?;
    for threads in [1, 2] {
        let options = VerifyOptions { key: Some(&pinned), threads, ..VerifyOptions::default() };
        let (seconds, cpu) = best(&dir, &options)?;
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let (entries, megabytes) = (scale.entries as f64 / seconds, bytes as f64 / 1e6);
        if threads == 1 {
            // By processor time on both sides: a busy machine takes from neither.
            let figure =
                report.add("ledger", "verify an export, of one core", megabytes / cpu, "MB/s");
            figure.against("SHA-256 of one core", raw);
            let ratio = figure.ratio();
            figure.goal("≥ 0.6 a core", ratio >= 0.6).print();
        }
        let figure = report.add("ledger", &format!("… entries, {threads} threads"), entries, "1/s");
        figure.goal("≥ 2 M/s", entries >= 2e6).print();
    }
    limit(bytes, scale.entries, report);
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

/// What the hash tree alone leaves of raw SHA-256 when one hash is computed after the other: a leaf
/// has a byte of prefix and at least nine of padding, and there is one node of two blocks for it.
fn limit(bytes: usize, entries: usize, report: &mut Report) {
    let leaf_blocks = (bytes / entries + 1 + 9).div_ceil(64);
    #[expect(clippy::cast_precision_loss, reason = "counts are small")]
    let share = bytes as f64 / entries as f64 / (64 * (leaf_blocks + 2)) as f64;
    report.add("ledger", "… limit of the tree, one hash after the other", share, "of raw").print();
}
