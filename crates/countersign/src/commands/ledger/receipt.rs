//! `ledger receipt`: the proof that an entry is in the log.

use anyhow::Result;
use base64::Engine as _;
use ledger::Receipt;

use super::keys;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Line;

const AFTER_HELP: &str = "\
Examples:
  countersign ledger receipt 1042
  countersign ledger receipt 1042 --tlog-proof > entry-1042.tlog-proof
  countersign ledger receipt 1042 --json | jq .leaf

The proof is checked here before it is shown.";

/// Arguments of `ledger receipt`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Index of the entry
    #[arg(value_name = "INDEX")]
    index: u64,
    /// Print the proof in C2SP tlog-proof form
    #[arg(long, conflicts_with = "json")]
    tlog_proof: bool,
    /// Pinned key of the log [env: COUNTERSIGN_LEDGER_KEY]
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
}

/// Gets and checks a proof.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let entry = client.ledger_entry(args.index)?;
    let leaf = base64::engine::general_purpose::STANDARD
        .decode(&entry.leaf_base64)
        .map_err(|_| not_proven("its leaf is not base64"))?;
    let receipt: Receipt = serde_json::from_value(serde_json::to_value(&entry.receipt)?)
        .map_err(|e| not_proven(&format!("its receipt can't be read: {e}")))?;
    let keys = keys::of_log(args.key.as_deref(), context)?;
    let checkpoint = keys.history.verify_receipt(&receipt, &leaf);
    let checkpoint = checkpoint.map_err(|e| not_proven(&format!("{e}")))?;
    if receipt.index != args.index {
        return Err(not_proven("the server answered about another entry"));
    }
    if context.out.json {
        context.out.json(&entry)?;
    } else if args.tlog_proof {
        context.out.raw(&receipt.to_tlog_proof());
    } else {
        context.out.raw(&serde_json::to_string_pretty(&entry.leaf)?);
    }
    context.out.note(&Line::new().good("✓ ").plain(format!(
        "entry {} is in {}, under a checkpoint over {} entries",
        args.index, checkpoint.origin, checkpoint.size
    )));
    keys.advise(context);
    Ok(Exit::Ok)
}

fn not_proven(why: &str) -> anyhow::Error {
    Failure::new(Exit::Denied, format!("the entry is not proven: failed to {why}")).into()
}
