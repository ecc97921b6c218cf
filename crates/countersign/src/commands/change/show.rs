//! `change show`: what, why, who is needed, who decided.

use anyhow::Result;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::change::lines;
use crate::output::table;
use crate::output::time::moment;
use crate::output::tree::Depth;

/// Arguments of `change show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The change, by number or id
    #[arg(value_name = "CHG")]
    change: String,
    /// Show every rule, also those that do not concern this change
    #[arg(long)]
    all: bool,
    /// Show what happened, from the journal
    #[arg(long)]
    timeline: bool,
}

/// Shows a change.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let now = clock::now();
    if args.timeline {
        let mut entries = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = client.get_timeline(&args.change, cursor.as_deref())?;
            entries.extend(page.items);
            cursor = page.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        if context.out.json {
            context.out.json(&entries)?;
            return Ok(Exit::Ok);
        }
        let rows = entries.iter().map(|entry| {
            vec![
                entry.index.to_string(),
                moment(&entry.time, now),
                entry.actor.name.clone(),
                entry.summary.clone(),
            ]
        });
        let headings = ["entry", "when", "who", "what"];
        table::show(&context.out, &headings, rows.collect(), "nothing happened yet");
        return Ok(Exit::Ok);
    }
    let change = client.get_change(&args.change)?;
    if context.out.json {
        context.out.json(&change)?;
        return Ok(Exit::Ok);
    }
    let depth = if args.all { Depth::Whole } else { Depth::Relevant };
    context.out.lines(&lines(&change, depth, now));
    Ok(Exit::Ok)
}
