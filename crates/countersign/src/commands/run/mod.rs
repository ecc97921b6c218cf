//! `run`: asks, waits, and runs a command once exactly this is approved.

mod decide;
mod execute;
mod report;
mod sealed;

use std::ffi::OsString;

use anyhow::Result;
use api_types::gate::{Answer, VerdictAnswer};
use jiff::SignedDuration;

use crate::clock;
use crate::commands::gate::{save_grant, saved_grant, verify_grant};
use crate::context::Context;
use crate::deploy::artifact;
use crate::deploy::question::{AskArgs, TargetArgs, duration};
use crate::deploy::sealed::LocalRecord;
use crate::exit::Exit;
use crate::output::tree::Depth;
use crate::output::{Line, verdict};

const AFTER_HELP: &str = "\
Examples:
  countersign run --service checkout --environment production --artifact ./app.bin -- ./deploy.sh
  countersign run --service checkout --environment production --artifact img@sha256:2c26… \\
      --change CHG-1042 --wait 2h -- kubectl apply -f app.yaml
  countersign run … --authors-from-git v4.11.0..HEAD --title \"Release 4.12.0\" -- ./deploy.sh

What happens: files are hashed; if no change for exactly this is known, one is asked for; while it
is pending, you see who is needed; once allowed, files are hashed again, the grant is used, and the
command runs. Its outcome is reported. Ctrl-C reaches the command and is recorded as a failure.

The command finds COUNTERSIGN_CHANGE, COUNTERSIGN_REVISION, COUNTERSIGN_SERVICE,
COUNTERSIGN_ENVIRONMENT, COUNTERSIGN_GRANT, COUNTERSIGN_DEPLOYMENT, COUNTERSIGN_APPROVERS and
COUNTERSIGN_APPROVAL (JSON) in its environment. The same JSON is written to standard error, so that
the log of the deployment says who approved it.

Exit codes: that of the command once it ran; otherwise 10 denied, 11 still pending, 12 expired or
superseded, 13 unknown or unreachable, and 1 or 2 for errors.";

/// Arguments of `run`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub ask: AskArgs,
    #[command(flatten)]
    pub request: decide::RequestArgs,
    #[command(flatten)]
    pub sealed: sealed::SealedArgs,
    /// How long to wait while the answer is pending; 0 does not wait
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = duration)]
    pub wait: SignedDuration,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Asks, waits and runs.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    if let Some(path) = &args.sealed.sealed {
        return sealed::run(args, path, context);
    }
    let artifacts = artifact::resolve(&args.target.artifacts)?;
    let mut question = args.target.question(&artifacts, args.ask.change.as_deref())?;
    let client = context.for_deployment(args.ask.sandbox)?;
    let decided = decide::decide(&client, args, &mut question, context);
    let run =
        execute::Run { client: &client, context, question: &question, command: &args.command };
    let verdict = match decided {
        Ok(verdict) => verdict,
        Err(error) => {
            return match saved_grant(&error, &args.ask, &question, context)? {
                Some(proven) => run.with_saved_grant(&proven, artifacts),
                None => Err(error),
            };
        }
    };
    if LocalRecord::new(None, &context.paths.state).has_untold() {
        let words = "a sealed override was used on this machine and not told yet: ";
        let next = "countersign sealed reconcile";
        context.out.note(&Line::new().warn(words).plain(next));
    }
    verify_grant(&verdict, &args.ask, &question, context)?;
    save_grant(&verdict, &args.ask)?;
    match &verdict.grant {
        Some(grant) if verdict.answer == Answer::Allow => {
            context.out.note(&verdict::headline(&verdict));
            run.with_grant(grant, artifacts)
        }
        _ if !verdict.enforced => run.observed(&verdict, artifacts),
        _ => refuse(&verdict, context),
    }
}

/// Says why the command is not run.
fn refuse(verdict: &VerdictAnswer, context: &Context) -> Result<Exit> {
    if context.out.json {
        context.out.json(verdict)?;
    } else {
        context.out.notes(&verdict::lines(verdict, Depth::Relevant, clock::now()));
        context.out.note(&Line::new().bold("the command was not run"));
        for action in next(verdict) {
            context.out.note(&Line::indented(2).info("→ ").plain(action));
        }
    }
    // Without a grant nothing opens, whatever the answer claims.
    Ok(match Exit::of_verdict(verdict.exit_code) {
        Exit::Ok => Exit::Unknown,
        exit => exit,
    })
}

fn next(verdict: &VerdictAnswer) -> Vec<String> {
    const OVER: [&str; 8] = [
        "already_consumed",
        "rejected",
        "cancelled",
        "closed",
        "expired",
        "approval_expired",
        "superseded",
        "window_closed",
    ];
    let mut actions = Vec::new();
    if verdict.answer == Answer::Pending {
        actions.push("run the same command again later: it finds its change".to_owned());
    }
    if verdict.code == "digest_mismatch" {
        actions.push(
            "deploy the approved artifact, or ask for a change for this one: --new".to_owned(),
        );
    }
    if OVER.contains(&verdict.code.as_str()) {
        actions.push("ask for a new change: the same command with --new".to_owned());
    }
    if let Some(change) = &verdict.change {
        actions.push(format!("countersign change show {}", change.number));
    }
    actions
}
