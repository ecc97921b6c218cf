//! `policy`: check, test and explain a bundle here; propose and activate it on the server.

mod activate;
mod against;
mod check;
pub mod drill;
mod enforce;
mod explain;
mod feasibility;
mod files;
mod history;
mod new;
mod offline;
mod propose;
mod replay;
mod revert;
mod shadow;
mod show;
mod test;
mod windows;

use anyhow::Result;
use clap::Subcommand;

use crate::context::Context;
use crate::exit::Exit;

/// Commands about policy.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find what is wrong with a bundle in a folder, and what would ask for less; nothing is sent
    Check(check::Args),
    /// Run a bundle's own test cases; nothing is sent
    Test(test::Args),
    /// What policy would say about a change, and why
    Explain(Box<explain::Args>),
    /// Who would be asked when, in the situations that policy describes
    Drill(drill::Args),
    /// Whether the people there are can meet it, hour by hour, and its weakest links
    Feasibility(feasibility::Args),
    /// How often deployments failed, by service and more, and what that proposes for risk
    History(history::Args),
    /// What a bundle would have said of past changes, compared with the live one
    Replay(replay::Args),
    /// A proposal beside the live bundle on everything that happens, deciding nothing
    Shadow(shadow::Args),
    /// The live bundle
    Show(show::Args),
    /// Proposals that wait for a decision, or that were decided
    Proposals(show::ProposalsArgs),
    /// Propose the bundle in a folder
    Propose(propose::Args),
    /// Propose that the gate blocks for a service where it only records
    Enforce(enforce::Args),
    /// Propose the bundle again that was live before the live one
    Revert(revert::Args),
    /// Make a proposed bundle live, at once or after a delay; somebody else than its author does this
    Activate(activate::Args),
    /// Turn a proposed bundle down, or stop one before its delay is over
    Decline(activate::Args),
    /// Spans in which live policy was weaker than before or after, and what was approved in them
    Windows(windows::Args),
    /// Print the JSON Schema of policy files, for completion in editors
    Schema(SchemaArgs),
    /// Start a bundle from one of the starters
    New(new::Args),
}

/// Arguments of `policy schema`.
#[derive(Debug, clap::Args)]
pub struct SchemaArgs {
    /// Print what conditions may name, as Markdown
    #[arg(long)]
    conditions: bool,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Check(args) => check::run(&args, context),
        Command::Test(args) => test::run(&args, context),
        Command::Explain(args) => explain::run(&args, context),
        Command::Drill(args) => drill::run(&args, context),
        Command::Feasibility(args) => feasibility::run(&args, context),
        Command::History(args) => history::run(&args, context),
        Command::Replay(args) => replay::run(&args, context),
        Command::Shadow(args) => shadow::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Proposals(args) => show::proposals(&args, context),
        Command::Propose(args) => propose::run(&args, context),
        Command::Enforce(args) => enforce::run(&args, context),
        Command::Revert(args) => revert::run(&args, context),
        Command::Activate(args) => activate::activate(&args, context),
        Command::Decline(args) => activate::decline(&args, context),
        Command::Windows(args) => windows::run(&args, context),
        Command::Schema(args) => {
            if args.conditions {
                context.out.raw(&policy::schema_reference());
            } else {
                context.out.raw(&serde_json::to_string_pretty(&policy::json_schema())?);
            }
            Ok(Exit::Ok)
        }
        Command::New(args) => new::run(&args, context),
    }
}
