//! `object`: no rule approves it by itself, and people decide.

use anyhow::Result;
use api_types::automation::ObjectionRequest;

use crate::commands::change::show_result;
use crate::context::Context;
use crate::exit::Exit;

const AFTER_HELP: &str = "\
Examples:
  countersign object CHG-1042
  countersign object CHG-1042 --reason \"the partner bank is not told yet\"

Where policy lets a rule approve after a review, one objection is enough: nothing automatic approves
this revision any more, and people are asked. It also takes back what a rule has approved and nobody
has deployed. A new revision gets a new review. To stop the change itself, hold it or reject it.";

/// Arguments of `object`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// Why, if you want to say
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: Option<String>,
}

/// Objects.
pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let request = ObjectionRequest { reason: args.reason };
    let change = context.signed_in()?.object_to_change(&args.change, &request)?;
    show_result(context, &change, "is for people to decide")
}
