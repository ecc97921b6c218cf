//! `policy activate` and `policy decline`: deciding on a proposal.

use anyhow::Result;
use api_types::policy::PolicyProposal;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::time::moment;
use crate::output::{Line, Out};

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

/// Makes it live, at once or after the delay of what may ask for less.
pub fn activate(args: &Args, context: &Context) -> Result<Exit> {
    let proposal = context.signed_in()?.activate_policy(&args.digest, &args.reason)?;
    let Some(at) = &proposal.live_at else { return done(context, &proposal, "is live") };
    let what = format!("goes live {}", moment(at, clock::now()));
    let exit = done(context, &proposal, &what)?;
    if !context.out.json {
        weaker(&context.out, &proposal, "because it may ask for less than the live bundle");
        let stop = format!("to stop it: countersign policy decline {} -m …", proposal.digest);
        context.out.line(&Line::indented(2).info("→ ").plain(stop));
    }
    Ok(exit)
}

/// In which ways it may ask for less.
pub(super) fn weaker(out: &Out, proposal: &PolicyProposal, title: &str) {
    if proposal.weaker.is_empty() {
        return;
    }
    out.line(&Line::indented(2).warn("! ").plain(title));
    for way in &proposal.weaker {
        out.line(&Line::indented(4).plain("· ").plain(way));
    }
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
