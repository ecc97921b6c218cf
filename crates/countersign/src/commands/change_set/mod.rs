//! `change-set`: several changes that pass the gate together or not at all.

mod create;
mod list;
mod show;

use anyhow::Result;
use api_types::change_sets::{ChangeSet, ChangeSetState};
use clap::Subcommand;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::Line;
use crate::output::change::missing_words;
use crate::output::tree::{self, Depth};

const AFTER_HELP: &str = "\
Examples:
  countersign change-set create --title \"Sign in at checkout\" \\
      --reason \"neither works without the other\" --item checkout.json --item login.json
  countersign change-set list
  countersign change-set show set_01jd3k9q7h2v5n8m4c6b0tzxrw
  countersign vote approve CHG-1042 --revision 1      every item is decided by itself

All items pass the gate together or not at all. Where they span domains, every domain's authority must
agree, by distinct people: nobody speaks for two. Rejecting, withdrawing or holding one item stops all.";

/// Commands about change sets.
#[derive(Debug, Subcommand)]
#[command(after_help = AFTER_HELP)]
pub enum Command {
    /// Ask for several changes together
    Create(create::Args),
    /// List the sets, newest first
    List(list::Args),
    /// Show a set: its items, the domains that must agree, and how all stand
    Show(show::Args),
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Create(args) => create::run(&args, context),
        Command::List(args) => list::run(args, context),
        Command::Show(args) => show::run(&args, context),
    }
}

/// Shows a set for people, or as JSON.
fn said(context: &Context, set: &ChangeSet) -> Result<Exit> {
    if context.out.json {
        context.out.json(set)?;
        return Ok(Exit::Ok);
    }
    for line in lines(set) {
        context.out.line(&line);
    }
    context.out.line(&Line::new().dim(format!("{}{}", context.settings.server, set.url)));
    Ok(Exit::Ok)
}

fn lines(set: &ChangeSet) -> Vec<Line> {
    let state = set.state.title();
    let head = Line::new().info(&set.id).plain(" ").bold(&set.title).plain(": ");
    let mut lines = vec![match set.state {
        ChangeSetState::Approved => head.good(state),
        ChangeSetState::Waiting | ChangeSetState::Unknown => head.warn(state),
        ChangeSetState::Stopped => head.bad(state),
    }];
    lines.extend(set.reason.lines().map(|line| Line::indented(2).plain(line)));
    for domain in &set.authorities {
        let items: Vec<&str> = domain.items.iter().map(|i| i.number.as_str()).collect();
        let speakers: Vec<&str> = domain.speakers.iter().map(|p| p.name.as_str()).collect();
        let line = Line::new().bold(&domain.scope).dim(format!(" ({})", items.join(", ")));
        lines.push(match domain.missing {
            0 => line.good(" ✓ ").plain(speakers.join(", ")),
            n => line.warn(format!(" {n} missing ")).plain(speakers.join(", ")),
        });
    }
    for item in &set.items {
        let change = &item.change;
        lines.push(
            Line::new()
                .info(&change.number)
                .plain(format!(" {} → {}: ", change.service, change.environment))
                .plain(&change.title)
                .dim(format!(" (revision {}, {})", item.revision, change.state.title())),
        );
        if !item.missing.is_empty() {
            let needs = missing_words(&item.missing);
            lines.push(Line::indented(2).warn("needs ").plain(needs));
        }
    }
    lines.extend(tree::lines(&set.explanation, Depth::Relevant, clock::now()));
    lines
}
