//! `policy propose`: proposes the bundle in a folder.

use std::path::PathBuf;

use anyhow::Result;
use api_types::policy::{PolicyProposal, PolicyProposalRequest};

use super::{files, offline};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Line;

const AFTER_HELP: &str = "\
Example:
  countersign policy propose ./my-bundle --reason \"two owners for payments, after INC-77\"

It is checked and its test cases are run here first, and on the server again. It is live only once
somebody else activates it; and if it may ask for less than the live bundle, only after the delay which
that sets with `weaker_after` in bundle.yaml.";

/// Arguments of `policy propose`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The bundle's folder
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Why
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Proposes a bundle.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let bundle = offline::load(&args.dir, context)?;
    let failed = bundle.test().failures().count();
    if failed > 0 {
        return Err(Failure::new(Exit::Error, format!("{failed} of its test cases fail"))
            .next(format!("countersign policy test {}", args.dir.display()))
            .into());
    }
    let files = files::wire(bundle.files().to_vec());
    let request = PolicyProposalRequest { files, reason: args.reason.clone() };
    let proposal = context.signed_in()?.propose_policy(&request)?;
    proposed(context, &proposal)
}

/// Shows what was proposed, and what comes next.
pub(super) fn proposed(context: &Context, proposal: &PolicyProposal) -> Result<Exit> {
    if context.out.json {
        context.out.json(proposal)?;
        return Ok(Exit::Ok);
    }
    context.out.line(
        &Line::new()
            .good("✓ ")
            .plain("proposed ")
            .bold(&proposal.name)
            .plain("  ")
            .info(&proposal.digest),
    );
    if !proposal.weak_links.is_empty() {
        super::feasibility::show(&context.out, &proposal.weak_links);
    }
    for group in &proposal.unknown_groups {
        context.out.line(&Line::new().warn("! ").plain(&group.words));
    }
    super::activate::weaker(
        &context.out,
        proposal,
        "it may ask for less than the live bundle, so it waits once it is activated",
    );
    let command = format!("somebody else: countersign policy activate {} -m …", proposal.digest);
    context.out.line(&Line::indented(2).info("→ ").plain(command));
    Ok(Exit::Ok)
}
