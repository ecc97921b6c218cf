//! `ledger checkpoint`: the signed head, to be kept outside.

use anyhow::Result;

use crate::context::Context;
use crate::exit::Exit;

const AFTER_HELP: &str = "\
Example:
  countersign ledger checkpoint >> /mnt/elsewhere/checkpoints

A checkpoint that is kept outside the server is what a cut or rewritten log is held against.";

/// Arguments of `ledger checkpoint`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {}

/// Prints the checkpoint.
pub fn run(_args: &Args, context: &Context) -> Result<Exit> {
    let note = context.anonymous()?.checkpoint()?;
    if context.out.json {
        context.out.json(&serde_json::json!({ "checkpoint": note }))?;
    } else {
        context.out.raw(&note);
    }
    Ok(Exit::Ok)
}
