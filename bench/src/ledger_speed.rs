//! Verification of a whole export against raw SHA-256.

use ledger::checkpoint::Checkpoint;
use ledger::export_dir::{ExportStamp, ExportWriter, VerifyOptions, verify_dir};
use ledger::hash::leaf_hash;
use ledger::tree::Frontier;

use crate::report::Report;
use crate::site::key;
use crate::{Scale, raw};

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
    let raw = raw::sha256_mb_a_second();
    for threads in [1, 2] {
        let options = VerifyOptions { key: Some(&pinned), threads, ..VerifyOptions::default() };
        let begun = std::time::Instant::now();
        verify_dir(&dir, &options).map_err(|e| anyhow::anyhow!("{e:?}"))?;
        let seconds = begun.elapsed().as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let (entries, megabytes) = (scale.entries as f64 / seconds, bytes as f64 / 1e6 / seconds);
        let figure = report.add(
            "ledger",
            &format!("verify an export, {threads} threads"),
            megabytes,
            "MB/s",
        );
        figure.against("SHA-256 of one core", raw);
        let (ratio, wanted) = (figure.ratio(), 0.6 * f64::from(u32::try_from(threads)?));
        figure.goal("≥ 0.6 a core", ratio >= wanted).print();
        let figure = report.add("ledger", &format!("… entries, {threads} threads"), entries, "1/s");
        figure.goal("≥ 2 M/s", entries >= 2e6).print();
    }
    Ok(())
}
