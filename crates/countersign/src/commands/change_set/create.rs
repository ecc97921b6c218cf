//! `change-set create`: asks for several changes together.

use std::path::PathBuf;

use anyhow::Result;
use api_types::change_sets::ChangeSetRequest;

use crate::commands::change::read_request;
use crate::context::Context;
use crate::exit::Exit;

/// Arguments of `change-set create`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// One line
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// Why these belong together
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
    /// A change request as JSON; see `change schema` (repeat for 2 to 20 items)
    #[arg(long = "item", value_name = "FILE", required = true)]
    items: Vec<PathBuf>,
    /// Keep all items as drafts: nobody is asked yet
    #[arg(long)]
    draft: bool,
}

/// Asks for a set.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let items = args.items.iter().map(|path| read_request(path)).collect::<Result<_>>()?;
    let (title, reason) = (args.title.clone(), args.reason.clone());
    let request = ChangeSetRequest { title, reason, items, submit: !args.draft };
    super::said(context, &context.signed_in()?.create_change_set(&request)?)
}
