//! `policy history`: what past deployments say of risk.

use anyhow::Result;
use api_types::risk_history::FailureRate;

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, table};

const AFTER_HELP: &str = "\
Examples:
  countersign policy history
  countersign policy history --json | jq -r '.rates[].factor // empty' >> risk.yaml

Each rate starts from the organisation's own, so that a few deployments say little, and is shown with
its 95% credible interval. What is proposed are lines for `factors` of risk.yaml; nothing changes until
somebody proposes such a bundle and somebody else makes it live.";

/// Arguments of `policy history`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {}

/// Shows it.
pub fn run(Args {}: &Args, context: &Context) -> Result<Exit> {
    let found = context.signed_in()?.get_risk_history()?;
    if context.out.json {
        context.out.json(&found)?;
        return Ok(Exit::Ok);
    }
    let rows = found.rates.iter().map(row).collect();
    let headings = ["deployments of", "failed", "rate", "95% credible", "proposed"];
    table::show(&context.out, &headings, rows, "nothing was deployed yet");
    let overall = format!(
        "{} of {} deployments failed in the last {} days",
        found.failed, found.total, found.days
    );
    context.out.line(&Line::new().dim(overall));
    for factor in found.rates.iter().filter_map(|rate| rate.factor.as_deref()) {
        context.out.line(&Line::new().plain(factor.trim_end()));
    }
    Ok(Exit::Ok)
}

fn row(of: &FailureRate) -> Vec<String> {
    let percent = |share: f64| format!("{:.0}%", share * 100.0);
    vec![
        format!("{} {}", of.by, of.name),
        format!("{} of {}", of.failed, of.total),
        percent(of.rate),
        format!("{} to {}", percent(of.low), percent(of.high)),
        of.advice.replace('_', " "),
    ]
}
