//! `gate`: asks whether exactly this may be deployed now. Exit codes carry the answer.

use anyhow::{Context as _, Result};
use api_types::gate::{GateQuestion, VerdictAnswer};
use client::ClientError;
use jiff::SignedDuration;

use crate::clock;
use crate::context::Context;
use crate::deploy::question::{AskArgs, TargetArgs, duration};
use crate::deploy::{artifact, offline, wait};
use crate::exit::{Exit, Failure};
use crate::output::progress::Progress;
use crate::output::time::moment;
use crate::output::tree::Depth;
use crate::output::{Line, verdict};
use crate::system;

const AFTER_HELP: &str = "\
Examples:
  countersign gate --service checkout --environment production --artifact ./app.bin
  countersign gate --change CHG-1042 --service checkout --environment production \\
      --artifact img@sha256:2c26… --wait 30m --save-grant grant.json
  countersign gate … --grant grant.json --key \"$VKEY\"     also when the server is down

Exit codes: 0 allowed, 10 denied, 11 pending, 12 expired or superseded, 13 unknown or
unreachable. Only 0 is a yes. When the server can't be reached, a saved grant that is still in
time is verified here with the pinned key; clocks may be off by 60 seconds.";

/// Arguments of `gate`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    target: TargetArgs,
    #[command(flatten)]
    ask: AskArgs,
    /// How long to wait while the answer is pending, such as 30m
    #[arg(long, value_name = "TIME", default_value = "0", value_parser = duration)]
    wait: SignedDuration,
    /// Show every rule, also those that do not concern this change
    #[arg(long)]
    all: bool,
}

/// Asks the gate.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    let artifacts = artifact::resolve(&args.target.artifacts)?;
    let question = args.target.question(&artifacts, args.ask.change.as_deref())?;
    let client = context.for_deployment(args.ask.sandbox)?;
    let progress = Progress::new(context.out);
    let answer = wait::until_decided(&client, &question, args.wait, &progress);
    progress.end();
    let verdict = match answer {
        Ok(verdict) => verdict,
        Err(error) => return without_server(error, &args.ask, &question, context),
    };
    verify_grant(&verdict, &args.ask, &question, context)?;
    save_grant(&verdict, &args.ask)?;
    if context.out.json {
        context.out.json(&verdict)?;
    } else {
        let depth = if args.all { Depth::Whole } else { Depth::Relevant };
        context.out.lines(&verdict::lines(&verdict, depth, clock::now()));
    }
    Ok(Exit::of_verdict(verdict.exit_code))
}

/// Falls back on a saved grant when nothing else is known (J01).
fn without_server(
    error: anyhow::Error,
    ask: &AskArgs,
    question: &GateQuestion,
    context: &Context,
) -> Result<Exit> {
    let Some(proven) = saved_grant(&error, ask, question, context)? else { return Err(error) };
    let grant = &proven.grant;
    if context.out.json {
        context.out.json(&serde_json::json!({
            "answer": "allow",
            "offline": true,
            "grant": grant.id,
            "change": grant.change,
            "expires_at": format!("{:.3}", grant.expires_at),
            "clock_tolerance_seconds": offline::SKEW.as_secs(),
            "unreachable": format!("{error:#}"),
        }))?;
    } else {
        context.out.line(
            &Line::new()
                .good("✓ allowed")
                .plain(": the saved grant ")
                .info(grant.id.as_str())
                .plain(" proves it; the server could not be asked"),
        );
    }
    Ok(Exit::Ok)
}

/// A saved grant that answers the question, when the server could not be asked and one is named.
pub fn saved_grant(
    error: &anyhow::Error,
    ask: &AskArgs,
    question: &GateQuestion,
    context: &Context,
) -> Result<Option<offline::Proven>> {
    let unreachable = error.downcast_ref::<ClientError>().is_some_and(ClientError::is_unknown);
    let Some(path) = ask.grant.as_ref().filter(|_| unreachable) else { return Ok(None) };
    context.out.note(&Line::new().warn("the server can't be reached: ").plain(error.to_string()));
    let key = pinned(ask, context).ok_or_else(|| {
        Failure::usage("a saved grant is worth nothing without the pinned key of the log")
            .next("give it: --key VKEY, COUNTERSIGN_LEDGER_KEY, or ledger_key in config.toml")
    })?;
    let proven = offline::prove(&offline::read(path)?, &offline::key(&key)?)?;
    let proven = proven.check_time(clock::now())?;
    proven.check_matches(question)?;
    let tolerance = format!("clocks may be off by {} s", offline::SKEW.as_secs());
    let ends = moment(&format!("{:.3}", proven.grant.expires_at).into(), clock::now());
    context
        .out
        .note(&Line::new().dim(format!("checked offline: the grant ends {ends}; {tolerance}")));
    Ok(Some(proven))
}

/// The pinned key, from the flag or the settings.
pub fn pinned(ask: &AskArgs, context: &Context) -> Option<String> {
    ask.key.clone().or_else(|| context.settings.ledger_key.clone())
}

/// Checks the grant's proof with the pinned key, and that it is for what was asked. Without a
/// pinned key the server's word counts.
pub fn verify_grant(
    verdict: &VerdictAnswer,
    ask: &AskArgs,
    question: &GateQuestion,
    context: &Context,
) -> Result<()> {
    let (Some(grant), Some(key)) = (&verdict.grant, pinned(ask, context)) else { return Ok(()) };
    let proven = offline::prove(grant, &offline::key(&key)?)?;
    proven.check_matches(question)?;
    if proven.grant.id.as_str() != grant.grant.id {
        let message = "the server's words and the proven log entry are about different grants";
        return Err(Failure::new(Exit::Denied, message).into());
    }
    context.out.note(
        &Line::new()
            .good("✓ ")
            .dim(format!("log entry {} proves the grant ({})", proven.index, proven.origin)),
    );
    Ok(())
}

/// Saves the grant with its proof, if there is one and a place for it.
pub fn save_grant(verdict: &VerdictAnswer, ask: &AskArgs) -> Result<()> {
    if let (Some(grant), Some(path)) = (&verdict.grant, &ask.save_grant) {
        let text = serde_json::to_string_pretty(grant)?;
        system::write_private(path, &text)
            .with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(())
}
