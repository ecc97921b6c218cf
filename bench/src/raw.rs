//! What the machine gives: syncs to disk and SHA-256, to set everything else against.

use std::io::{Seek as _, SeekFrom, Write as _};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use sha2::{Digest as _, Sha256};

use crate::report::Report;

/// Syncs of 4 KiB writes a second, one after the other.
pub fn syncs_a_second() -> anyhow::Result<f64> {
    let mut file = tempfile::tempfile_in(".")?;
    let block = [7u8; 4096];
    let begun = Instant::now();
    let mut count = 0u32;
    while begun.elapsed() < Duration::from_secs(1) {
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&block)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}

/// Bytes of SHA-256 a second of processor time, in MB.
pub fn sha256_mb_a_second() -> anyhow::Result<f64> {
    let buffer = vec![7u8; 16 << 20];
    let (begun, cpu) = (Instant::now(), thread_seconds()?);
    let mut rounds = 0u32;
    while begun.elapsed() < Duration::from_millis(700) {
        std::hint::black_box(Sha256::digest(&buffer));
        rounds += 1;
    }
    Ok(f64::from(rounds) * 16.777_216 / (thread_seconds()? - cpu))
}

/// Processor seconds of this thread so far. Unlike the clock it does not count what others use of a
/// busy machine.
pub fn thread_seconds() -> anyhow::Result<f64> {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let on_cpu = stat.split_whitespace().next().context("no time in schedstat")?;
    Ok(on_cpu.parse::<f64>()? / 1e9)
}

/// Prints both.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    report
        .add("machine", "4 KiB write + fdatasync, one thread", syncs_a_second()?, "syncs/s")
        .print();
    report.add("machine", "SHA-256, one core", sha256_mb_a_second()?, "MB/s").print();
    Ok(())
}
