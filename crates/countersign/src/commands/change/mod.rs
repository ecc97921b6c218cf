//! `change`: ask for changes and see how they stand.

mod args;
mod brief;
mod close;
mod create;
mod list;
mod revise;
mod show;
mod submit;
mod withdraw;

pub use args::read as read_request;

use anyhow::Result;
use api_types::changes::Change;
use clap::Subcommand;

use crate::context::Context;
use crate::exit::Exit;
use crate::output::Line;
use crate::output::change::missing_words;

/// Commands about changes.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask for a change
    Create(Box<create::Args>),
    /// Find changes
    List(list::Args),
    /// Show a change: what, why, who is needed, who decided
    Show(show::Args),
    /// Read a change in plain words before you decide, with a read receipt
    Brief(brief::Args),
    /// Make a new revision; all votes on earlier ones are void
    Revise(Box<revise::Args>),
    /// Hand a draft in
    Submit(submit::Args),
    /// Take a change back
    Withdraw(withdraw::Args),
    /// Close a change with its review
    Close(close::Args),
    /// Print the JSON Schema of the change record
    Schema,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Create(args) => create::run(&args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Brief(args) => brief::run(&args, context),
        Command::Revise(args) => revise::run(&args, context),
        Command::Submit(args) => submit::run(&args, context),
        Command::Withdraw(args) => withdraw::run(&args, context),
        Command::Close(args) => close::run(&args, context),
        Command::Schema => {
            context.out.raw(&serde_json::to_string_pretty(&api_types::change_schema())?);
            Ok(Exit::Ok)
        }
    }
}

/// Says what became of a change.
pub fn show_result(context: &Context, change: &Change, what: &str) -> Result<Exit> {
    if context.out.json {
        context.out.json(change)?;
        return Ok(Exit::Ok);
    }
    context.out.line(
        &Line::new()
            .good("✓ ")
            .info(&change.number)
            .plain(format!(" {what}: "))
            .plain(&change.revision.title)
            .dim(format!(" (revision {}, {})", change.revision.number, change.state.title())),
    );
    if !change.missing.is_empty() {
        context.out.line(&Line::indented(2).warn("needs ").plain(missing_words(&change.missing)));
    }
    let page = format!("{}{}", context.settings.server, change.url);
    context.out.line(&Line::indented(2).dim(page));
    Ok(Exit::Ok)
}
