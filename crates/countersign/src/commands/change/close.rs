//! `change close`: closes a change with its review.

use anyhow::Result;
use api_types::changes::ClosureRequest;

use super::show_result;
use crate::context::Context;
use crate::exit::Exit;

/// Arguments of `change close`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// What the review found
    #[arg(long, short = 'm', value_name = "TEXT")]
    review: String,
}

/// Closes a change.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let request = ClosureRequest { review: args.review.clone() };
    let change = context.signed_in()?.close_change(&args.change, &request)?;
    show_result(context, &change, "is closed")
}
