//! `change list`: finds changes.

use anyhow::Result;
use api_types::changes::ChangesQuery;

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::change::{HEADINGS, row};
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign change list --state awaiting_approval,approved
  countersign change list --service checkout --environment production --limit 10
  countersign change list --requester me --json | jq '.items[].number'
  countersign change list payments migration";

/// Arguments of `change list`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Words of the title, number, service or requester
    #[arg(value_name = "WORDS")]
    text: Vec<String>,
    /// State; several with commas
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    /// Service
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Environment
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// standard, normal or emergency
    #[arg(long, value_name = "KIND")]
    kind: Option<String>,
    /// Risk level, as policy names it
    #[arg(long, value_name = "LEVEL")]
    risk: Option<String>,
    /// Person or service account id, or `me`
    #[arg(long, value_name = "WHO")]
    requester: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 30)]
    limit: u32,
    /// Where the page begins: `next_cursor` of the page before
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

/// Lists changes.
pub fn run(args: Args, context: &Context) -> Result<Exit> {
    let text = args.text.join(" ");
    let query = ChangesQuery {
        state: args.state.map(|s| s.replace('-', "_")),
        service: args.service,
        environment: args.environment,
        kind: args.kind,
        risk_level: args.risk,
        requester: args.requester,
        text: (!text.is_empty()).then_some(text),
        limit: Some(args.limit),
        cursor: args.cursor,
    };
    let page = context.signed_in()?.list_changes(&query)?;
    if context.out.json {
        context.out.json(&page)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let rows = page.items.iter().map(|change| row(change, now)).collect();
    table::show(&context.out, &HEADINGS, rows, "no change is like that");
    if let Some(cursor) = &page.next_cursor {
        context.out.note(&Line::new().dim(format!("there are more: --cursor {cursor}")));
    }
    Ok(Exit::Ok)
}
