//! `change withdraw`: takes a change back.

use anyhow::Result;

use super::show_result;
use crate::context::Context;
use crate::exit::Exit;

/// Arguments of `change withdraw`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// Why
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Takes a change back.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let change = context.signed_in()?.withdraw_change(&args.change, &args.reason)?;
    show_result(context, &change, "was withdrawn")
}
