//! `policy enforce`: proposes that the gate blocks for a service where it only records.

use anyhow::Result;
use api_types::policy::PolicyProposalRequest;
use domain::event::PolicyFile;
use domain::ids::{EnvironmentName, ServiceName};
use policy::Bundle;

use super::{files, propose};
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::Line;

const AFTER_HELP: &str = "\
Examples:
  countersign findings let-through                       what would have been stopped, by place
  countersign policy enforce checkout --environment staging -m \"four weeks without a finding\"
  countersign policy enforce checkout --environment staging -m \"…\" --dry-run   only show the edit

The live bundle gets one entry under `enforce` in environments.yaml, and is proposed. The gate blocks
once somebody else activates it. The strictest wins: no entry makes a gate record only.";

/// Arguments of `policy enforce`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The service
    #[arg(value_name = "SERVICE")]
    service: ServiceName,
    /// The environment
    #[arg(long, value_name = "NAME")]
    environment: EnvironmentName,
    /// Why
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
    /// Show environments.yaml as it would be; nothing is proposed
    #[arg(long)]
    dry_run: bool,
}

/// Proposes it.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let live = client.get_policy()?.files;
    let live: Vec<_> =
        live.into_iter().map(|f| PolicyFile { path: f.path, text: f.text }).collect();
    let bundle = load(&live)?.enforcing(&args.service, &args.environment);
    // What the server would refuse is said before anything is sent.
    let bundle = load(&bundle)?;
    if args.dry_run {
        let edited = bundle.files().iter().filter(|file| !live.contains(file));
        for line in edited.flat_map(|file| file.text.lines()) {
            context.out.line(&Line::of(line));
        }
        return Ok(Exit::Ok);
    }
    let files = files::wire(bundle.files().to_vec());
    let request = PolicyProposalRequest { files, reason: args.reason.clone() };
    propose::proposed(context, &client.propose_policy(&request)?)
}

fn load(files: &[PolicyFile]) -> Result<Bundle> {
    let refused = |found: Vec<policy::Diagnostic>| {
        let words: Vec<String> = found.iter().map(ToString::to_string).collect();
        Failure::new(Exit::Error, words.join("\n"))
            .next("the environments of the live policy: countersign policy show")
            .into()
    };
    Bundle::load(files).map(|loaded| loaded.bundle).map_err(refused)
}
