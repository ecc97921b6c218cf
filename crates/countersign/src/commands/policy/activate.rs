//! `policy activate` and `policy decline`: deciding on a proposal.

use anyhow::Result;
use api_types::policy::PolicyProposal;

use crate::context::Context;
use crate::exit::Exit;
use crate::output::Line;

/// Arguments of `policy activate` and `policy decline`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Digest of the proposed bundle; see `policy proposals`
    #[arg(value_name = "DIGEST")]
    digest: String,
    /// Why
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Makes it live.
pub fn activate(args: &Args, context: &Context) -> Result<Exit> {
    let proposal = context.signed_in()?.activate_policy(&args.digest, &args.reason)?;
    done(context, &proposal, "is live")
}

/// Turns it down.
pub fn decline(args: &Args, context: &Context) -> Result<Exit> {
    let proposal = context.signed_in()?.decline_policy(&args.digest, &args.reason)?;
    done(context, &proposal, "was declined")
}

fn done(context: &Context, proposal: &PolicyProposal, what: &str) -> Result<Exit> {
    if context.out.json {
        context.out.json(proposal)?;
    } else {
        context.out.line(
            &Line::new()
                .good("✓ ")
                .bold(&proposal.name)
                .plain(format!(" {what}  "))
                .dim(&proposal.digest),
        );
        if !proposal.weak_links.is_empty() {
            super::feasibility::show(&context.out, &proposal.weak_links);
        }
    }
    Ok(Exit::Ok)
}
