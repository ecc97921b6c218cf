//! `grant verify`: checks a saved grant without the server.

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

use crate::clock;
use crate::context::Context;
use crate::deploy::artifact::ArtifactArg;
use crate::deploy::offline::{self, Proven};
use crate::exit::{Exit, Failure};
use crate::output::Line;
use crate::output::time::moment;

const AFTER_HELP: &str = "\
Example:
  countersign grant verify grant.json --key \"log.example.com+1a2b3c4d+AZ…\" --artifact ./app.bin

Proves with the pinned key that the grant is an entry of the log, and that it is in time and for
these artifacts. Nothing is asked over the network. Clocks may be off by 60 seconds. Whether the
grant was redeemed already only the server knows.

Exit codes: 0 valid, 10 not proven or for something else, 11 not yet, 12 expired.";

/// Commands about grants.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a saved grant without the server
    Verify(VerifyArgs),
}

/// Arguments of `grant verify`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct VerifyArgs {
    /// The saved grant
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Pinned key of the log [env: COUNTERSIGN_LEDGER_KEY]
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
    /// What would be deployed: a file, NAME=FILE, or NAME@sha256:… (repeat for several)
    #[arg(long = "artifact", value_name = "ARTIFACT")]
    artifacts: Vec<ArtifactArg>,
    /// The service it must be for
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// The environment it must be for
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
}

/// Runs one of them.
pub fn run(command: &Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Verify(args) => verify(args, context),
    }
}

fn verify(args: &VerifyArgs, context: &Context) -> Result<Exit> {
    let key = args.key.as_ref().or(context.settings.ledger_key.as_ref()).ok_or_else(|| {
        Failure::usage("the pinned key of the log is needed: --key VKEY")
            .next("get it once, in a way you trust: countersign ledger key")
    })?;
    let proven = offline::prove(&offline::read(&args.file)?, &offline::key(key)?)?;
    let proven = proven.check_time(clock::now())?;
    check_target(args, &proven)?;
    if context.out.json {
        context.out.json(&serde_json::json!({
            "valid": true,
            "grant": proven.grant,
            "entry": proven.index,
            "origin": proven.origin,
            "size": proven.size,
            "within_clock_tolerance": proven.within_skew,
            "clock_tolerance_seconds": offline::SKEW.as_secs(),
        }))?;
        return Ok(Exit::Ok);
    }
    context.out.lines(&words(&proven, args.artifacts.is_empty()));
    Ok(Exit::Ok)
}

fn check_target(args: &VerifyArgs, proven: &Proven) -> Result<()> {
    let grant = &proven.grant;
    let mut asked = api_types::gate::GateQuestion {
        change: None,
        service: args.service.clone().unwrap_or_else(|| grant.service.to_string()),
        environment: args.environment.clone().unwrap_or_else(|| grant.environment.to_string()),
        artifacts: Vec::new(),
        parameters: grant.parameters.clone(),
        plan: grant.plan.as_ref().map(|p| p.hash.to_string()),
        state_serial: grant.plan.as_ref().and_then(|p| p.state_serial.clone()),
    };
    if args.artifacts.is_empty() {
        let granted = grant
            .artifacts
            .iter()
            .map(|a| api_types::gate::AskedArtifact { name: None, digest: a.digest.to_string() });
        asked.artifacts = granted.collect();
    } else {
        for artifact in &args.artifacts {
            asked.artifacts.push(artifact.resolve()?.asked());
        }
    }
    proven.check_matches(&asked)
}

fn words(proven: &Proven, no_artifact_given: bool) -> Vec<Line> {
    let grant = &proven.grant;
    let now = clock::now();
    let ends = moment(&format!("{:.3}", grant.expires_at).into(), now);
    let mut lines = vec![
        Line::new()
            .good("✓ valid")
            .plain(": ")
            .info(grant.id.as_str())
            .plain(format!(" for {} in {}, until {ends}", grant.service, grant.environment)),
        Line::indented(2).dim(format!(
            "entry {} of {}, proven with a checkpoint over {} entries",
            proven.index, proven.origin, proven.size
        )),
        Line::indented(2).dim(format!("clocks may be off by {} s", offline::SKEW.as_secs())),
    ];
    if proven.within_skew {
        lines.push(Line::indented(2).warn("it is only in time because of that tolerance"));
    }
    for artifact in &grant.artifacts {
        lines.push(Line::indented(2).plain(&artifact.name).dim(format!("  {}", artifact.digest)));
    }
    if no_artifact_given {
        let words = "what you deploy was not compared: give it with --artifact";
        lines.push(Line::indented(2).warn(words));
    }
    lines
}
