//! `vote`: approve, reject, request changes, abstain.

mod in_bulk;
mod sign;

use std::path::PathBuf;

use anyhow::Result;
use api_types::changes::Change;
use api_types::signing::VoteStatementQuery;
use api_types::votes::{Decision, VoteReceipt, VoteRequest};
use clap::Subcommand;
use client::Client;

use crate::clock;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Line;
use crate::output::change::{lines, missing_words};
use crate::output::tree::Depth;
use crate::system;

const AFTER_HELP: &str = "\
Examples:
  countersign vote approve CHG-1042                       shows the change and asks
  countersign vote approve CHG-1042 --revision 2 -m \"reviewed, tests are green\"
  countersign vote approve CHG-1042 --sign-with ~/.ssh/id_ed25519
  countersign vote request-changes CHG-1042 --revision 2 -m \"the migration needs a way back\"

A vote is for one revision. Without a terminal, --revision says which one you looked at, so that
nobody decides on something they have not seen.

Where policy wants the vote signed, --sign-with names an SSH key that you registered with
`countersign key add`. Its signature goes on the record with the vote, and anybody can verify it.";

/// Decisions.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say yes
    #[command(after_help = AFTER_HELP)]
    Approve(Args),
    /// Say no: ends the change
    Reject(Args),
    /// Not like this: blocks until there is a new revision or you vote again
    RequestChanges(Args),
    /// Seen, and no opinion
    Abstain(Args),
    /// Say yes to several changes of one template, each by a vote of its own
    #[command(after_help = in_bulk::AFTER_HELP)]
    ApproveInBulk(in_bulk::Args),
}

/// Arguments of all decisions.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// The revision you looked at
    #[arg(long, value_name = "N")]
    revision: Option<u32>,
    /// Why; needed to reject and to request changes
    #[arg(long, short = 'm', value_name = "TEXT", default_value = "")]
    justification: String,
    /// Use the right of somebody who lets you answer for them, or your own (a person's id)
    #[arg(long, value_name = "PERSON")]
    on_behalf_of: Option<String>,
    /// Sign the vote with this SSH key (its public half if an agent holds it)
    #[arg(long, value_name = "KEY")]
    sign_with: Option<PathBuf>,
}

/// Votes.
pub fn run(command: &Command, context: &Context) -> Result<Exit> {
    let (decision, args) = match command {
        Command::Approve(args) => (Decision::Approve, args),
        Command::Reject(args) => (Decision::Reject, args),
        Command::RequestChanges(args) => (Decision::RequestChanges, args),
        Command::Abstain(args) => (Decision::Abstain, args),
        Command::ApproveInBulk(args) => return in_bulk::run(args, context),
    };
    let client = context.signed_in()?;
    let expected_revision = match args.revision {
        Some(revision) => revision,
        None => look_and_ask(&client, args, decision, context)?,
    };
    let statement =
        VoteStatementQuery { expected_revision, decision, on_behalf_of: args.on_behalf_of.clone() };
    let key = args.sign_with.as_deref();
    let signature =
        key.map(|key| sign::sign(&client, &args.change, &statement, key)).transpose()?;
    let request = VoteRequest {
        expected_revision,
        decision,
        justification: args.justification.clone(),
        on_behalf_of: args.on_behalf_of.clone(),
        signature,
    };
    let receipt = client.record_vote(&args.change, &request)?;
    if context.out.json {
        context.out.json(&receipt)?;
    } else {
        context.out.lines(&recorded(&receipt));
    }
    Ok(Exit::Ok)
}

/// Shows the change and asks; gives the revision that was shown.
fn look_and_ask(
    client: &Client,
    args: &Args,
    decision: Decision,
    context: &Context,
) -> Result<u32> {
    if !system::can_ask() {
        return Err(Failure::usage("say which revision you looked at: --revision N")
            .next(format!("countersign change show {}", args.change))
            .into());
    }
    let change = client.get_change(&args.change)?;
    context.out.notes(&lines(&change, Depth::Relevant, clock::now()));
    let question = question(&change, decision);
    let answer = system::ask(&question)?;
    if !matches!(answer.trim(), "y" | "yes") {
        return Err(Failure::new(Exit::Error, "nothing was recorded").into());
    }
    Ok(change.revision.number)
}

fn question(change: &Change, decision: Decision) -> String {
    let word = decision.as_str().replace('_', " ");
    // The number comes from the server and goes to a terminal: only its plain characters.
    let number: String = change.number.chars().filter(char::is_ascii_graphic).collect();
    format!("{word}, revision {} of {number}? [y/N] ", change.revision.number)
}

fn recorded(receipt: &VoteReceipt) -> Vec<Line> {
    let (vote, change) = (&receipt.vote, &receipt.change);
    let word = vote.decision.as_str().replace('_', " ");
    let signed = if vote.signature.is_some() { ", signed" } else { "" };
    let mut lines = vec![
        Line::new()
            .good("✓ ")
            .plain(format!("recorded: {word}{signed}, revision {} of ", vote.revision))
            .info(&change.number)
            .plain(format!("; the change is {}", change.state.title())),
    ];
    if let Some(why) = &vote.why_not {
        lines.push(Line::indented(2).warn("it does not count: ").plain(&why.detail));
    }
    if !change.missing.is_empty() {
        let needs = format!("still needs {}", missing_words(&change.missing));
        lines.push(Line::indented(2).plain(needs));
    }
    match &receipt.receipt {
        Some(proof) => lines.push(Line::indented(2).dim(format!("log entry {}", proof.index))),
        None => lines.push(Line::indented(2).dim("it had been recorded before")),
    }
    lines
}
