//! `deployment finish`: reports how a deployment went.

use anyhow::Result;
use api_types::deployments::{DeploymentOutcome, OutcomeRequest};
use clap::{Subcommand, ValueEnum};

use crate::context::Context;
use crate::deploy::spool::{self, Spool};
use crate::exit::{Exit, Failure};
use crate::output::Line;

const AFTER_HELP: &str = "\
Examples:
  countersign deployment finish                 reports what `run` could not report earlier
  countersign deployment finish dep_01jd… --change CHG-1042 --outcome failed --exit-code 3 \
      --note \"health check\"
  countersign deployment finish dep_01jd… --change CHG-1042 --outcome rolled-back";

/// Commands about deployments.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Report how a deployment went
    Finish(FinishArgs),
}

/// Arguments of `deployment finish`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct FinishArgs {
    /// The deployment; all that were kept on this machine when left out
    #[arg(value_name = "DEPLOYMENT", requires_all = ["change", "outcome"])]
    deployment: Option<String>,
    /// The change it belongs to
    #[arg(long, value_name = "CHG", requires = "deployment")]
    change: Option<String>,
    /// How it ended
    #[arg(long, value_enum, requires = "deployment")]
    outcome: Option<OutcomeArg>,
    /// Exit code of the deployment command
    #[arg(long, value_name = "N", requires = "deployment", allow_negative_numbers = true)]
    exit_code: Option<i32>,
    /// A few words about it
    #[arg(long, value_name = "TEXT", requires = "deployment")]
    note: Option<String>,
}

/// See [`DeploymentOutcome`].
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum OutcomeArg {
    Successful,
    WithIssues,
    Failed,
    RolledBack,
}

impl From<OutcomeArg> for DeploymentOutcome {
    fn from(outcome: OutcomeArg) -> Self {
        match outcome {
            OutcomeArg::Successful => Self::Successful,
            OutcomeArg::WithIssues => Self::WithIssues,
            OutcomeArg::Failed => Self::Failed,
            OutcomeArg::RolledBack => Self::RolledBack,
        }
    }
}

/// Runs one of them.
pub fn run(command: &Command, context: &Context) -> Result<Exit> {
    let Command::Finish(args) = command;
    match (&args.deployment, &args.change, args.outcome) {
        (Some(deployment), Some(change), Some(outcome)) => {
            let request = OutcomeRequest {
                outcome: outcome.into(),
                exit_code: args.exit_code,
                note: args.note.clone(),
            };
            let client = context.signed_in()?;
            let deployment = client.finish_deployment(change, deployment, &request)?;
            if context.out.json {
                context.out.json(&deployment)?;
            } else {
                let words = format!("reported: {}", request.outcome.as_str().replace('_', " "));
                context.out.line(&Line::new().good("✓ ").plain(words));
            }
            Ok(Exit::Ok)
        }
        _ => send_kept(context),
    }
}

fn send_kept(context: &Context) -> Result<Exit> {
    let spool = Spool::new(&context.paths.state);
    let kept = spool.all(&context.settings.server)?;
    let client = context.signed_in()?;
    let mut failed = 0;
    let mut sent = Vec::new();
    for unsent in &kept {
        match spool::send(&client, unsent) {
            Ok(deployment) => {
                spool.remove(unsent)?;
                sent.push(deployment);
            }
            Err(error) if error.is_unknown() => return Err(error.into()),
            Err(error) => {
                failed += 1;
                let what = unsent.deployment.as_deref().unwrap_or(&unsent.grant);
                let line = Line::new().bad("✗ ").info(what).plain(format!(": {error}"));
                context.out.note(&line);
            }
        }
    }
    if context.out.json {
        context.out.json(&sent)?;
    } else {
        context.out.line(&Line::of(format!("{} reported", sent.len())));
    }
    if failed > 0 {
        return Err(Failure::new(Exit::Error, format!("{failed} could not be reported"))
            .next("report by id: countersign deployment finish dep_… --change CHG-… --outcome …")
            .into());
    }
    Ok(Exit::Ok)
}
