//! `release`: lifts a hold.

use anyhow::Result;

use crate::commands::change::show_result;
use crate::context::Context;
use crate::exit::{Exit, Failure};

const AFTER_HELP: &str = "\
Examples:
  countersign release CHG-1042 --reason \"it was another service\"
  countersign release CHG-1042 --hold hld_01jd… --reason \"…\"    when there are several";

/// Arguments of `release`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// Which hold; needed when there are several
    #[arg(long, value_name = "HOLD")]
    hold: Option<String>,
    /// Why it may go on
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Lifts a hold.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let hold = match &args.hold {
        Some(hold) => hold.clone(),
        None => {
            let change = client.get_change(&args.change)?;
            match change.holds.as_slice() {
                [one] => one.id.clone(),
                [] => {
                    return Err(Failure::new(Exit::Error, "nothing holds this change").into());
                }
                several => {
                    let failure = several.iter().fold(
                        Failure::usage("several holds are in force; say which with --hold"),
                        |failure, hold| failure.next(format!("{} by {}", hold.id, hold.by.name)),
                    );
                    return Err(failure.into());
                }
            }
        }
    };
    let change = client.release_hold(&args.change, &hold, &args.reason)?;
    show_result(context, &change, "was released")
}
