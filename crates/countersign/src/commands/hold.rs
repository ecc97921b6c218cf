//! `hold`: nothing is let through until it is released.

use anyhow::Result;

use crate::commands::change::show_result;
use crate::context::Context;
use crate::exit::Exit;

const AFTER_HELP: &str = "\
Example:
  countersign hold CHG-1042 --reason \"error rate is up, looking into it\"

A hold wins every race: a grant that was given is refused at redemption while it is there.";

/// Arguments of `hold`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// Why
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Places a hold.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let change = context.signed_in()?.hold_change(&args.change, &args.reason)?;
    show_result(context, &change, "is on hold")
}
