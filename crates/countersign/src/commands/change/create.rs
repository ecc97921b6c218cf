//! `change create`: asks for a change.

use anyhow::Result;

use super::args::Material;
use super::show_result;
use crate::context::Context;
use crate::exit::Exit;

const AFTER_HELP: &str = "\
Examples:
  countersign change create --service checkout --environment production \\
      --title \"Release 4.12.0\" --artifact ./app.bin --authors-from-git v4.11.0..HEAD
  countersign change create --service checkout --environment production \\
      --title \"Release 4.12.0\" --artifact registry.example.com/checkout@sha256:2c26… \\
      --kind standard --template routine-release
  countersign change create --file change.json --draft

Files are hashed here and only their digests are sent. Everybody with a hand in the change (its
requester, authors, committers) can't approve it.";

/// Arguments of `change create`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    material: Material,
    /// The change that this one takes the place of
    #[arg(long, value_name = "CHG")]
    supersedes: Option<String>,
    /// Keep it as a draft: nobody is asked yet
    #[arg(long)]
    draft: bool,
}

/// Asks for a change.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let mut request = args.material.over(args.material.base()?)?;
    if args.supersedes.is_some() {
        request.supersedes.clone_from(&args.supersedes);
    }
    if args.draft {
        request.submit = false;
    }
    let change = context.signed_in()?.create_change(&request)?;
    show_result(context, &change, if args.draft { "is a draft" } else { "was asked for" })
}
