//! `policy feasibility`: whether rules can be met by the people there are.

use std::path::PathBuf;

use anyhow::Result;
use api_types::feasibility::{KnownWeakLink, NeedFeasibility, PolicyFeasibility, WeakLink};
use api_types::policy::PolicyCheckRequest;

use super::{files, offline};
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Line, Out, table};

/// Services named with since when.
const KNOWN_SHOWN: usize = 3;

const AFTER_HELP: &str = "\
Examples:
  countersign policy feasibility
  countersign policy feasibility --weeks 8 --json | jq '.weak_links[].message'
  countersign policy feasibility ./my-bundle

Counts, hour by hour, who could answer each need of each rule: whoever holds a role and works then, `+` whoever
answers for one of them while a delegation holds. Where approvals must be signed, only people with a key count. With a folder, its bundle is looked at
with the people who are there now. The exit code is 1 when changes would get stuck.";

/// Arguments of `policy feasibility`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// A bundle's folder; the live bundle when left out
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,
    /// How many weeks ahead
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=8), conflicts_with = "dir")]
    weeks: u16,
}

/// Looks at it.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let out = &context.out;
    let links = match &args.dir {
        Some(dir) => {
            let bundle = offline::load(dir, context)?;
            let files = files::wire(bundle.files().to_vec());
            let checked = client.check_policy(&PolicyCheckRequest { files })?;
            if out.json {
                out.json(&checked.weak_links)?;
            }
            checked.weak_links
        }
        None => {
            let found = client.get_policy_feasibility(args.weeks)?;
            if out.json {
                out.json(&found)?;
            } else {
                needs(out, &found);
            }
            found.weak_links
        }
    };
    if !out.json {
        show(out, &links);
    }
    Ok(if links.iter().any(|link| link.blocks) { Exit::Error } else { Exit::Ok })
}

fn needs(out: &Out, found: &PolicyFeasibility) {
    let row = |need: &NeedFeasibility| {
        let enough = need.available.iter().filter(|n| u32::from(**n) >= need.count).count();
        let share = enough * 100 / need.available.len().max(1);
        vec![
            need.need.clone(),
            need.count.to_string(),
            people(need),
            need.service.clone().unwrap_or_default(),
            format!("{share} %"),
        ]
    };
    let headings = ["need", "needs", "people", "hardest for", "hours met"];
    table::show(out, &headings, found.needs.iter().map(row).collect(), "no rule asks for anybody");
    for conflict in &found.conflicts {
        let words = format!(
            "{} in {}: {} needs {} distinct people, and there can be {}",
            conflict.service,
            conflict.environment,
            conflict.needs.join(" and "),
            conflict.needed,
            conflict.possible
        );
        out.line(&Line::new().bad("✗ ").plain(words));
    }
    for unknown in &found.unknown {
        out.line(&Line::new().warn("! ").plain(unknown));
    }
}

/// `3`, or `3 +1` with somebody who answers for one of them for a time.
fn people(need: &NeedFeasibility) -> String {
    match need.delegates {
        0 => need.people.to_string(),
        more => format!("{} +{more}", need.people),
    }
}

/// Since when nightly looks have found it, for the first few services.
fn known(link: &WeakLink) -> Option<String> {
    let one = |known: &KnownWeakLink| match &known.service {
        Some(service) => format!("for {service} since {}", known.since),
        None => format!("since {}", known.since),
    };
    let mut said: Vec<String> = link.known.iter().take(KNOWN_SHOWN).map(one).collect();
    if said.is_empty() {
        return None;
    }
    match link.known.len() - said.len() {
        0 => {}
        more => said.push(format!("and for {more} more")),
    }
    Some(format!("found nightly {}", said.join(", ")))
}

/// Shows weak links, the worst first.
pub fn show(out: &Out, links: &[WeakLink]) {
    if links.is_empty() {
        out.line(&Line::new().good("✓ ").plain("no weak link was found"));
    }
    for link in links {
        let mark = if link.blocks { Line::new().bad("✗ ") } else { Line::new().warn("! ") };
        let place = format!("  {}:{}", link.file, link.line);
        out.line(&mark.plain(&link.message).dim(place));
        out.line(&Line::indented(2).info("→ ").plain(&link.help));
        if let Some(known) = known(link) {
            out.line(&Line::indented(2).dim(known));
        }
    }
}
