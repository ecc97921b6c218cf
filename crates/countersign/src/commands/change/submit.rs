//! `change submit`: hands a draft in.

use anyhow::Result;
use api_types::changes::SubmissionRequest;

use super::show_result;
use crate::context::Context;
use crate::exit::Exit;

/// Arguments of `change submit`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// The revision you looked at; the current one when left out
    #[arg(long, value_name = "N")]
    expected_revision: Option<u32>,
}

/// Hands a draft in.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let expected_revision = match args.expected_revision {
        Some(revision) => revision,
        None => client.get_change(&args.change)?.revision.number,
    };
    let change = client.submit_change(&args.change, &SubmissionRequest { expected_revision })?;
    show_result(context, &change, "was handed in")
}
