//! `ledger verify`: that the head is signed, and that the log only grew.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use ledger::checkpoint::extends;
use ledger::cosignature::rfc3339;
use ledger::export_dir::{TimeBound, VerifyOptions, verify_dir};
use ledger::{Checkpoint, Hash, WitnessKey};

use super::keys::{self, Keys};
use super::{Place, export, remembered, witnesses};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::offline;
use crate::output::Line;

const AFTER_HELP: &str = "\
Examples:
  countersign ledger verify                        signed head, grown since you last looked
  countersign ledger verify --full                 every entry, hashed here
  countersign ledger verify --checkpoint old.note  grown since a checkpoint kept elsewhere
  countersign ledger verify --witness VKEY         and until when entries existed, by a witness
  countersign ledger verify --data ./countersign-data   without the server

For an audit that trusts nothing of ours but a small program: countersign ledger export DIR, then
countersign-verify DIR.";

/// Arguments of `ledger verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Pinned key of the log [env: COUNTERSIGN_LEDGER_KEY]
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
    /// A checkpoint kept from before, which the log must continue
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// Fetch and check every entry
    #[arg(long)]
    full: bool,
    #[command(flatten)]
    trusted: witnesses::Trusted,
    #[command(flatten)]
    place: Place,
}

/// Verifies the log.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let trusted = args.trusted.keys()?;
    if let Some(data) = args.place.offline() {
        if !trusted.is_empty() {
            return Err(Failure::usage("--witness: not with --data or --database")
                .next("countersign ledger export DIR --data …, then countersign-verify DIR --witness …")
                .into());
        }
        return offline::verify(data);
    }
    let keys = keys::of_log(args.key.as_deref(), context)?;
    // Asked for before the head, which must continue all that witnesses have seen.
    let quorum = args.trusted.quorum();
    let seen = match trusted.as_slice() {
        [] => None,
        trusted => Some(witnesses::seen(trusted, quorum, context)?),
    };
    let note = context.anonymous()?.checkpoint()?;
    let head = keys.history.open_checkpoint(&note);
    let head = head.map_err(|e| broken(&format!("failed to {}", chain(&e))))?;
    let memory = remembered::path(&context.paths.state, &head.origin);
    let mut continued = Vec::new();
    if let Some(path) = &args.checkpoint {
        let known = std::fs::read_to_string(path)
            .with_context(|| format!("failed to read {}", path.display()))?;
        continued.push(check_growth(&known, &head, &keys, context)?);
    }
    if let Some(known) = remembered::read(&memory)? {
        continued.push(check_growth(&known, &head, &keys, context)?);
    }
    for note in seen.iter().flat_map(|seen| &seen.notes) {
        check_growth(note, &head, &keys, context)?;
    }
    let bound = seen.map(|seen| seen.bound);
    if args.full {
        check_every_entry(&keys, (&trusted, quorum), context)?;
    }
    remembered::write(&memory, &note)?;
    show(context, &head, (&continued, bound.as_ref()), args.full)?;
    keys.advise(context);
    Ok(Exit::Ok)
}

/// Checks that the head continues a known checkpoint; gives the size it had.
fn check_growth(known: &str, head: &Checkpoint, keys: &Keys, context: &Context) -> Result<u64> {
    let known = keys.history.open_checkpoint(known).map_err(|e| {
        broken(&format!(
            "a checkpoint kept from before is not by this key: failed to {}",
            chain(&e)
        ))
    })?;
    let mut proof = Vec::new();
    if known.size > 0 && known.size < head.size {
        let answer = context.signed_in()?.ledger_consistency(known.size, head.size)?;
        proof = answer
            .proof
            .iter()
            .map(|text| Hash::from_base64(text))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| broken(&format!("the server's proof can't be read: {e}")))?;
    }
    extends(&known, head, &proof).map_err(|e| broken(&format!("failed to {}", chain(&e))))?;
    Ok(known.size)
}

fn check_every_entry(
    keys: &Keys,
    (witnesses, quorum): (&[WitnessKey], usize),
    context: &Context,
) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("countersign-{}", crate::clock::random_key()));
    let exported = export::export(&folder, &keys.first, context);
    let verified = exported.map(|_| {
        let key = Some(keys.start());
        let options =
            VerifyOptions { key, full: true, witnesses, quorum, ..VerifyOptions::default() };
        verify_dir(&folder, &options).map(|_| ())
    });
    // The copy has done its work whatever came out.
    let _ = std::fs::remove_dir_all(&folder);
    verified?.map_err(|failure| {
        let first = failure.problems.first().map(ToString::to_string).unwrap_or_default();
        broken(&first)
    })
}

fn show(
    context: &Context,
    head: &Checkpoint,
    (continued, bound): (&[u64], Option<&TimeBound>),
    full: bool,
) -> Result<()> {
    if context.out.json {
        context.out.json(&serde_json::json!({
            "origin": head.origin,
            "size": head.size,
            "root": head.root,
            "continues": continued,
            "every_entry": full,
            "time_bound": bound.map(|bound| serde_json::json!({
                "entries_below": bound.size,
                "existed_before": rfc3339(bound.time),
                "witnesses": bound.witnesses,
            })),
        }))?;
        return Ok(());
    }
    context.out.line(
        &Line::new()
            .good("✓ ")
            .bold(&head.origin)
            .plain(format!(": {} entries under a valid signature", head.size)),
    );
    for size in continued {
        let words = format!("it continues the {size} entries seen before");
        context.out.line(&Line::indented(2).plain(words));
    }
    if let Some(bound) = bound {
        witnesses::show(context, bound, head.size);
    }
    if full {
        context.out.line(&Line::indented(2).plain("every entry was hashed here"));
    } else {
        context.out.line(&Line::indented(2).dim("every entry: --full"));
    }
    Ok(())
}

fn broken(why: &str) -> anyhow::Error {
    Failure::new(Exit::Error, format!("the log does not verify: {why}"))
        .next("keep this output and the old checkpoint: they are evidence")
        .into()
}

fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}
