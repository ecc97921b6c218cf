//! `ledger export`: the whole log in a folder that verifies without a server.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use client::{Client, ClientError};
use ledger::export_dir::{ExportStamp, ExportWriter};
use ledger::tile::{Entries, TILE_WIDTH, TileId};
use ledger::{Checkpoint, Disclosure, VerifierKey};

use super::{Place, keys};
use crate::clock;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::offline;
use crate::output::Line;
use crate::output::progress::Progress;

const AFTER_HELP: &str = "\
Example:
  countersign ledger export ./audit-2026 && countersign-verify ./audit-2026

The folder must be empty or new. Private texts you may read are included, each checkable against
its entry; secrets never are.";

/// Entries whose private values are fetched at the same time.
const THREADS: usize = 8;
const COMMITMENT: &[u8] = b"\"$commitment\"";

/// Arguments of `ledger export`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The folder to write
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Pinned key of the log [env: COUNTERSIGN_LEDGER_KEY]
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
    #[command(flatten)]
    place: Place,
}

/// Exports the log.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    if let Some(data) = args.place.offline() {
        return offline::export(data, &args.dir);
    }
    let keys = keys::of_log(args.key.as_deref(), context)?;
    let head = export(&args.dir, &keys.first, context)?;
    let key = keys.start();
    if context.out.json {
        let folder = args.dir.display().to_string();
        context
            .out
            .json(&serde_json::json!({ "dir": folder, "size": head.size, "root": head.root }))?;
    } else {
        context.out.line(
            &Line::new()
                .good("✓ ")
                .plain(format!("{} entries of {} in ", head.size, head.origin))
                .bold(args.dir.display().to_string()),
        );
        let command = format!("countersign-verify {} --key \"{key}\"", args.dir.display());
        context.out.line(&Line::indented(2).info("→ ").plain(command));
    }
    keys.advise(context);
    Ok(Exit::Ok)
}

/// Writes the log as of its current head. `key` is its first key.
pub fn export(dir: &Path, key: &VerifierKey, context: &Context) -> Result<Checkpoint> {
    let client = context.signed_in()?;
    let note = client.checkpoint()?;
    let head = Checkpoint::parse_unverified(&note)
        .map_err(|e| Failure::new(Exit::Error, format!("the checkpoint can't be used: {e}")))?;
    let mut writer = ExportWriter::create(dir)?;
    let progress = Progress::new(context.out);
    while writer.size() < head.size {
        if context.out.terminal {
            progress.waiting_for(&format!("{} of {} entries", writer.size(), head.size));
        }
        let first = writer.size();
        let bundle = bundle(&client, first / TILE_WIDTH, head.size)?;
        let leaves: Vec<&[u8]> = Entries::new(&bundle)
            .take(usize::try_from(head.size - first).unwrap_or(usize::MAX))
            .collect::<Result<_, _>>()
            .context("failed to read the entries the server gave")?;
        if leaves.is_empty() {
            return Err(Failure::new(Exit::Error, "the server gave an empty bundle").into());
        }
        let disclosures = disclosures(&client, first, &leaves)?;
        for (leaf, disclosed) in leaves.iter().zip(&disclosures) {
            writer.push(leaf, disclosed)?;
        }
    }
    progress.end();
    let stamp = ExportStamp {
        exported_at: format!("{:.3}", clock::now()),
        tool: concat!("countersign ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    let mut from = Some(0);
    while let Some(start) = from {
        let (notes, next) = client.cosigned(start)?;
        // Later ones are of entries that are not in this copy.
        let mut of_this = notes.iter().take_while(|note| {
            Checkpoint::parse_unverified(note).is_ok_and(|seen| seen.size <= head.size)
        });
        of_this.try_for_each(|note| writer.push_cosigned(note))?;
        from = next.filter(|next| *next > start && *next <= head.size);
    }
    writer.finish(&note, key, &stamp)?;
    Ok(head)
}

/// The bundle of entries below one tile. A partial one may have become full meanwhile.
fn bundle(client: &Client, index: u64, size: u64) -> Result<Vec<u8>> {
    let outside = || Failure::new(Exit::Error, format!("there is no bundle {index}"));
    let tile = TileId::in_tree(0, index, size).ok_or_else(outside)?;
    match client.ledger_file(&tile.entries_path()) {
        Err(ClientError::Problem(problem)) if problem.status == 404 && !tile.is_full() => {
            let full = TileId { width: u16::try_from(TILE_WIDTH)?, ..tile };
            Ok(client.ledger_file(&full.entries_path())?)
        }
        bundle => Ok(bundle?),
    }
}

/// The private values of neighbouring entries, in order.
fn disclosures(client: &Client, first: u64, leaves: &[&[u8]]) -> Result<Vec<Vec<Disclosure>>> {
    let mut all: Vec<Result<Vec<Disclosure>>> = Vec::new();
    all.resize_with(leaves.len(), || Ok(Vec::new()));
    let has_private =
        |leaf: &[u8]| leaf.windows(COMMITMENT.len()).any(|window| window == COMMITMENT);
    let mut wanted: Vec<_> = all
        .iter_mut()
        .zip(leaves)
        .zip(first..)
        .filter(|((_, leaf), _)| has_private(leaf))
        .map(|((slot, _), index)| (slot, index))
        .collect();
    let share = wanted.len().div_ceil(THREADS).max(1);
    std::thread::scope(|scope| {
        for part in wanted.chunks_mut(share) {
            scope.spawn(move || {
                for (slot, index) in part {
                    **slot = of_entry(client, *index);
                }
            });
        }
    });
    all.into_iter().collect()
}

fn of_entry(client: &Client, index: u64) -> Result<Vec<Disclosure>> {
    let entry = client.ledger_entry(index)?;
    let shown = entry.disclosures.iter().filter(|d| d.salt.is_some() && d.value.is_some());
    shown
        .map(|d| {
            let disclosure = serde_json::json!({
                "path": d.path, "class": d.class, "salt": d.salt, "value": d.value,
            });
            serde_json::from_value(disclosure)
                .with_context(|| format!("failed to read a private value of entry {index}"))
        })
        .collect()
}
