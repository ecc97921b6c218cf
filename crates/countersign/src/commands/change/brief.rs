//! `change brief`: a change in plain words for somebody who decides on it, opened and confirmed.

use anyhow::Result;
use api_types::briefings::{AcknowledgementRequest, Briefing};

use crate::clock;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::Line;
use crate::output::time::moment;

const AFTER_HELP: &str = "\
Examples:
  countersign change brief CHG-1042                        what you are asked, without a record of it
  countersign change brief CHG-1042 --open                 the same, with a read receipt
  countersign change brief CHG-1042 --acknowledge legal    confirm the sentence of your role, then vote";

/// Arguments of `change brief`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The change
    #[arg(value_name = "CHG")]
    change: String,
    /// Put on the record that you opened it
    #[arg(long)]
    open: bool,
    /// Confirm the sentence of this role of yours (repeat for several)
    #[arg(long, value_name = "ROLE")]
    acknowledge: Vec<String>,
}

/// Shows a briefing, and records what was asked for.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let mut briefing = if args.open {
        client.open_briefing(&args.change)?
    } else {
        client.get_briefing(&args.change)?
    };
    if !args.acknowledge.is_empty() {
        let request = AcknowledgementRequest {
            shown: briefing.shown.clone(),
            roles: args.acknowledge.clone(),
        };
        briefing = client.acknowledge_briefing(&args.change, &request)?;
    }
    if context.out.json {
        context.out.json(&briefing)?;
        return Ok(Exit::Ok);
    }
    for line in lines(&briefing) {
        context.out.line(&line);
    }
    Ok(Exit::Ok)
}

fn lines(briefing: &Briefing) -> Vec<Line> {
    let now = clock::now();
    let mut lines = vec![
        Line::new()
            .info(&briefing.number)
            .plain(" ")
            .bold(&briefing.title)
            .dim(format!(" (revision {})", briefing.revision)),
    ];
    match &briefing.plain_summary {
        Some(text) => lines.extend(text.lines().map(|line| Line::indented(2).plain(line))),
        None => lines.push(Line::indented(2).dim("nothing is written in plain words")),
    }
    lines.extend(briefing.reason.lines().map(|line| Line::indented(2).plain(line)));
    let when = match &briefing.window {
        Some(w) => format!("from {} to {}", moment(&w.from, now), moment(&w.until, now)),
        None => "any time after it is approved".to_owned(),
    };
    lines.push(Line::indented(2).dim(format!("when: {when}; risk: {}", briefing.risk_level)));
    for ask in &briefing.asks {
        lines.push(Line::new().bold(&ask.role).plain(format!(": {}", ask.why)));
        if let Some(sentence) = &ask.acknowledgement {
            let confirmed = briefing.acknowledged.contains(&ask.role);
            let mark = if confirmed { "confirmed" } else { "to confirm" };
            lines.push(Line::indented(2).dim(format!("{mark}: ")).plain(sentence));
        }
    }
    lines.push(match &briefing.opened_at {
        Some(at) => Line::new().good("✓ ").dim(format!("you opened this {}", moment(at, now))),
        None => Line::new().dim("not opened yet: --open puts it on the record"),
    });
    lines
}
