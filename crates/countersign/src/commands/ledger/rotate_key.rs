//! `ledger rotate-key`: a new key for the log, on a data folder that no server is running on.

use std::path::PathBuf;

use anyhow::Result;

use crate::composition::Data;
use crate::context::Context;
use crate::exit::Exit;
use crate::offline;
use crate::output::Line;

const AFTER_HELP: &str = "\
Stop every server on this log first. The log gets an entry that names both keys, signed by both;
from there on only the new key signs. Receipts and exports from before stay valid under the old one,
and whoever pinned it is led to the new one by `ledger verify`.

Copy the new ledger.key to every other node, pin the new key where grants are checked offline, and
take a backup: older backups hold the old key.

Example:
  countersign ledger rotate-key --data /var/lib/countersign";

/// Arguments of `ledger rotate-key`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The data folder of a server that is not running
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Its PostgreSQL database, when it is not SQLite in that folder
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

/// Changes the key.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let data = Data { folder: &args.data, database: args.database.as_deref() };
    let rotated = offline::rotate_key(data)?;
    if context.out.json {
        context.out.json(&serde_json::json!({
            "old_key": rotated.old_key.to_string(),
            "new_key": rotated.new_key.to_string(),
            "size": rotated.size,
        }))?;
        return Ok(Exit::Ok);
    }
    context.out.line(&Line::new().good("✓ ").plain("the key of the log is now"));
    context.out.line(&Line::indented(2).bold(rotated.new_key.to_string()));
    context.out.line(&Line::indented(2).plain(format!("it took over from {}", rotated.old_key)));
    for step in [
        "copy ledger.key to every other node before it starts",
        "pin the new key where grants are checked offline",
        "take a backup: older ones hold the old key",
    ] {
        context.out.line(&Line::indented(2).info("→ ").plain(step));
    }
    Ok(Exit::Ok)
}
