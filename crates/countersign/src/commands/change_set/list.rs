//! `change-set list`: the sets there are, newest first.

use anyhow::Result;
use api_types::change_sets::{ChangeSetSummary, ChangeSetsQuery};

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, table};

/// Arguments of `change-set list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Also sets of which every item is over
    #[arg(long)]
    all: bool,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 30)]
    limit: u32,
    /// Where the page begins: `next_cursor` of the page before
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

/// Lists sets.
pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let open = (!args.all).then_some(true);
    let query = ChangeSetsQuery { open, limit: Some(args.limit), cursor: args.cursor };
    let page = context.signed_in()?.list_change_sets(&query)?;
    let out = &context.out;
    if out.json {
        out.json(&page)?;
        return Ok(Exit::Ok);
    }
    let headings = ["set", "state", "title", "items", "not agreed yet", "plan can't be met"];
    let rows = page.items.iter().map(row).collect();
    let none = match open {
        Some(_) => "no change set is open; --all shows those that are over",
        None => "there is no change set",
    };
    table::show(out, &headings, rows, none);
    if let Some(next) = &page.next_cursor {
        out.line(&Line::new().dim(format!("more: --cursor {next}")));
    }
    Ok(Exit::Ok)
}

fn row(set: &ChangeSetSummary) -> Vec<String> {
    let broken = set.items.iter().filter(|item| item.plan_problem.is_some());
    let broken: Vec<&str> = broken.map(|item| item.number.as_str()).collect();
    let items: Vec<&str> = set.items.iter().map(|item| item.number.as_str()).collect();
    vec![
        set.id.clone(),
        set.state.title().to_owned(),
        set.title.clone(),
        items.join(", "),
        set.missing.join(", "),
        broken.join(", "),
    ]
}
