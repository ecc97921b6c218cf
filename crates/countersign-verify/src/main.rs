//! `countersign-verify`: the auditor's offline check of a Countersign log.
//!
//! Uses the `ledger` crate and nothing else of ours, so that what an auditor has to read and trust
//! stays small. Must not use the network, and must not change what it verifies.

mod args;
mod human;
mod machine;
mod receipt;
mod signatures;

use std::io::{IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use args::{Command, ExportArgs, Parsed};
use ledger::export_dir::{Failure, Progress, VerifyOptions, VerifyReport, verify_dir};

/// Verified.
const VERIFIED: u8 = 0;
/// Something is wrong with what was verified, or it cannot be read.
const PROBLEM: u8 = 1;
/// The command line cannot be understood.
const USAGE: u8 = 2;

/// A verification that ran to its end, with the time it took.
struct Outcome {
    result: Result<VerifyReport, Box<Failure>>,
    elapsed: Duration,
}

fn main() -> ExitCode {
    let code = match args::parse(std::env::args_os().skip(1)) {
        Parsed::Text(text) => {
            say(text);
            VERIFIED
        }
        Parsed::Wrong(why) => {
            complain(&format!("{why}\nTry `countersign-verify --help`."));
            USAGE
        }
        Parsed::Run(command) => run(&command).unwrap_or_else(|error| {
            complain(&format!("cannot verify: {error:#}"));
            PROBLEM
        }),
    };
    ExitCode::from(code)
}

fn run(command: &Command) -> anyhow::Result<u8> {
    match command {
        Command::Receipt(receipt) => receipt::run(receipt),
        Command::Export(export) => {
            let outcome = verify(export)?;
            if let (Some(out), Ok(report)) = (&export.signatures, &outcome.result) {
                signatures::write(out, &report.signed_votes)?;
            }
            let text = if export.json {
                machine::render(&outcome)
            } else {
                human::render(&export.dir, &outcome, human::Style::of_terminal())
            };
            say(&text);
            Ok(if outcome.result.is_ok() { VERIFIED } else { PROBLEM })
        }
    }
}

fn verify(export: &ExportArgs) -> anyhow::Result<Outcome> {
    let key = export.key.as_deref().map(args::read_key).transpose()?;
    let known: Vec<String> = export
        .checkpoints
        .iter()
        .map(|path| {
            std::fs::read_to_string(path)
                .with_context(|| format!("read the checkpoint `{}`", path.display()))
        })
        .collect::<anyhow::Result<_>>()?;
    let witnesses =
        export.witnesses.iter().map(args::read_witness).collect::<anyhow::Result<Vec<_>>>()?;
    let shown = AtomicU64::new(0);
    let show = |progress: Progress| show_progress(progress, &shown);
    let visible = !export.json && std::io::stderr().is_terminal();
    let options = VerifyOptions {
        key: key.as_ref(),
        threads: export.threads,
        full: export.full,
        known: &known,
        witnesses: &witnesses,
        quorum: export.quorum,
        progress: visible.then_some(&show),
    };
    let start = Instant::now();
    let result = verify_dir(&export.dir, &options);
    let elapsed = start.elapsed();
    if visible {
        clear_progress();
    }
    Ok(Outcome { result, elapsed })
}

/// Shows each per cent once, whichever thread gets there first.
fn show_progress(progress: Progress, shown: &AtomicU64) {
    let percent = progress.done.saturating_mul(100) / progress.total.max(1);
    if shown.fetch_max(percent, Ordering::Relaxed) < percent {
        let mut out = std::io::stderr().lock();
        let _ = write!(out, "\r{percent:>3} %  {} of {} entries", progress.done, progress.total);
        let _ = out.flush();
    }
}

fn clear_progress() {
    let _ = write!(std::io::stderr(), "\r\x1b[K");
}

/// Prints a result; a reader that went away is no error of ours.
fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "countersign-verify: {text}");
}
