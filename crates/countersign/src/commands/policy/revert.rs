//! `policy revert`: proposes the bundle again that was live before.

use anyhow::Result;
use api_types::policy::PolicyRevertRequest;

use crate::context::Context;
use crate::exit::Exit;

const AFTER_HELP: &str = "\
Examples:
  countersign policy revert -m \"two owners again, INC-81 would have been caught\"
  countersign policy revert --to sha256:5f2c… -m \"back to the rules of spring\"

It is proposed as any bundle is, and live once somebody else activates it: at once if it asks for no less
than the live bundle, otherwise after the delay that the live bundle sets.";

/// Arguments of `policy revert`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Digest of an earlier bundle, instead of the one before the live one; see `policy proposals --decided`
    #[arg(long, value_name = "DIGEST")]
    to: Option<String>,
    /// Why
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Proposes it.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let request = PolicyRevertRequest { digest: args.to.clone(), reason: args.reason.clone() };
    let proposal = context.signed_in()?.revert_policy(&request)?;
    super::propose::proposed(context, &proposal)
}
