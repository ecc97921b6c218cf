//! `change-set show`: how the items of a set stand, each by itself and all together.

use anyhow::Result;

use crate::context::Context;
use crate::exit::Exit;

/// Arguments of `change-set show`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The set
    #[arg(value_name = "SET")]
    set: String,
}

/// Shows a set.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    super::said(context, &context.signed_in()?.get_change_set(&args.set)?)
}
