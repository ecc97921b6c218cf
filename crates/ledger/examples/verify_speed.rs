//! How fast an export is verified, against raw SHA-256 over a large buffer in the same run.
//!
//! `cargo run --release -p ledger --example verify_speed -- [ENTRIES] [DATA_BYTES] [--json]`

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use ledger::export_dir::{ExportStamp, ExportWriter, VerifyOptions, verify_dir};
use ledger::{Checkpoint, Frontier, SigningKey, leaf_hash};
use sha2::Digest as _;

const ORIGIN: &str = "example.com/log";
const ROUNDS: usize = 5;

/// A leaf of the size real ones have: about 290 bytes and the padding in its data.
fn leaf(number: u64, padding: usize) -> Vec<u8> {
    let commitment = ledger::hash::sha256(&number.to_be_bytes());
    format!(
        "{{\"actor\":{{\"account\":\"acc_01k8xw3c5r6t7v8w9x0y1z2a3b\",\"kind\":\"person\"}},\
         \"data\":{{\"comment\":{{\"$commitment\":\"{commitment}\"}},\"padding\":\"{:x<padding$}\"}},\
         \"kind\":\"vote_recorded\",\"stream\":\"change/chg_{number:026}\",\
         \"time\":\"2026-11-22T10:00:00.000Z\",\"v\":1}}",
        ""
    )
    .into_bytes()
}

fn generate(
    dir: &Path,
    entries: u64,
    padding: usize,
    key: &SigningKey,
) -> Result<u64, Box<dyn Error>> {
    let mut writer = ExportWriter::create(dir)?;
    let mut frontier = Frontier::new();
    let mut bytes = 0;
    for number in 0..entries {
        let leaf = leaf(number, padding);
        bytes += leaf.len() as u64;
        frontier.push(leaf_hash(&leaf));
        writer.push(&leaf, &[])?;
    }
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: entries, root: frontier.root() };
    let note = checkpoint.sign(key)?;
    let stamp = ExportStamp {
        exported_at: "2026-11-22T12:00:00.000Z".to_owned(),
        tool: "verify_speed".to_owned(),
    };
    writer.finish(&note, &key.verifier(), &stamp)?;
    Ok(bytes)
}

/// Best of several rounds, in seconds.
fn best(mut run: impl FnMut()) -> f64 {
    let timed = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        run();
        start.elapsed().as_secs_f64()
    });
    timed.fold(f64::INFINITY, f64::min)
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut json = false;
    let mut numbers = Vec::new();
    for argument in std::env::args().skip(1) {
        match argument.parse::<u64>() {
            Ok(number) => numbers.push(number),
            Err(_) => json |= argument == "--json",
        }
    }
    let entries = numbers.first().copied().unwrap_or(500_000);
    let padding = numbers.get(1).copied().unwrap_or(160) as usize;
    let dir = tempfile::tempdir()?;
    let key = SigningKey::from_seed(ORIGIN, &[7; 32])?;
    let bytes = generate(dir.path(), entries, padding, &key)?;

    let buffer = vec![0x5a_u8; 64 << 20];
    let raw = buffer.len() as f64
        / best(|| {
            std::hint::black_box(sha2::Sha256::digest(&buffer));
        });
    let pinned = key.verifier();
    let mut report = String::new();
    let mut intact = true;
    let mut line = |name: &str, threads: usize, full: bool| {
        let options =
            VerifyOptions { key: Some(&pinned), threads, full, ..VerifyOptions::default() };
        let seconds = best(|| {
            intact &= verify_dir(dir.path(), &options).is_ok();
        });
        let (per_second, rate) = (entries as f64 / seconds, bytes as f64 / seconds);
        let ratio = rate / raw / threads as f64;
        let _ = if json {
            writeln!(
                report,
                "{{\"what\":\"{name}\",\"threads\":{threads},\"entries_per_s\":{per_second:.0},\
                 \"bytes_per_s\":{rate:.0},\"ratio_to_sha256_per_core\":{ratio:.3}}}"
            )
        } else {
            writeln!(
                report,
                "{name:<22} {threads} thread(s)  {:>6.2} M entries/s  {:>6.0} MB/s  {ratio:.2} of raw SHA-256 per core",
                per_second / 1e6,
                rate / 1e6
            )
        };
    };
    line("verify", 1, false);
    line("verify", 2, false);
    line("verify --full", 2, true);
    let average = bytes / entries.max(1);
    if json {
        println!(
            "{{\"what\":\"sha256\",\"bytes_per_s\":{raw:.0},\"average_entry_bytes\":{average}}}"
        );
    } else {
        println!("{entries} entries of {average} bytes; raw SHA-256 {:.0} MB/s", raw / 1e6);
    }
    print!("{report}");
    if intact { Ok(()) } else { Err("the export did not verify".into()) }
}
