//! `ledger entries`: the newest entries.

use anyhow::Result;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::table;
use crate::output::time::moment;

/// Arguments of `ledger entries`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only entries before this index
    #[arg(long, value_name = "INDEX")]
    before: Option<u64>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: u32,
}

/// Lists entries.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let entries = context.signed_in()?.ledger_entries(args.before, Some(args.limit))?;
    if context.out.json {
        context.out.json(&entries)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let rows = entries.items.iter().map(|entry| {
        vec![
            entry.index.to_string(),
            moment(&entry.time, now),
            entry.actor.name.clone(),
            entry.kind.clone(),
            entry.summary.clone(),
        ]
    });
    let headings = ["entry", "when", "who", "kind", "what"];
    table::show(&context.out, &headings, rows.collect(), "the log is empty");
    Ok(Exit::Ok)
}
