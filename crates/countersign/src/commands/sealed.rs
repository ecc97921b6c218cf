//! `sealed`: overrides that two people can open while neither identity provider nor server answers.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use api_types::sealed::{
    IssuedSealedOverride, Reconciliation, ReconciliationRequest, SealedOverrideRequest,
    SealedRevocationRequest,
};
use clap::Subcommand;
use jiff::SignedDuration;

use crate::clock;
use crate::context::Context;
use crate::deploy::offline;
use crate::deploy::question::duration;
use crate::deploy::sealed::{LocalRecord, prove, read};
use crate::exit::{Exit, Failure};
use crate::output::time::moment;
use crate::output::{Line, table};
use crate::system;

const AFTER_HELP: &str = "\
Examples:
  countersign sealed issue --service checkout --environment production \\
      --holder ben@example.com --holder cleo@example.com --out checkout.sealed.json
  countersign sealed verify checkout.sealed.json --key \"$VKEY\"
  countersign run --sealed checkout.sealed.json --incident INC-7 --reason \"…\" \\
      --service checkout --environment production --artifact app.bin -- ./deploy.sh
  countersign sealed reconcile

A sealed override is issued while all is well, if policy allows it, by who may override there. Two
other people hold one half of its code each. It opens once, only while the server does not answer, and
is never an approval: what was done is told afterwards, and reviewed as every override is.";

/// Commands about sealed overrides.
#[derive(Debug, Subcommand)]
#[command(after_help = AFTER_HELP)]
pub enum Command {
    /// Issue one: a document, and two halves of a code that are shown once
    Issue(IssueArgs),
    /// All sealed overrides, newest first
    List,
    /// Revoke one
    Revoke(RevokeArgs),
    /// Check a sealed document without the server
    Verify(VerifyArgs),
    /// Tell the server what this machine did while it did not answer
    Reconcile(ReconcileArgs),
}

/// Arguments of `sealed issue`.
#[derive(Debug, clap::Args)]
pub struct IssueArgs {
    /// The service
    #[arg(long, value_name = "NAME")]
    service: String,
    /// The environment
    #[arg(long, value_name = "NAME")]
    environment: String,
    /// Who holds a half, by e-mail, user name or id (twice; neither is you)
    #[arg(long = "holder", value_name = "WHO", required = true)]
    holders: Vec<String>,
    /// For how long, such as 720h; as long as policy allows when left out
    #[arg(long, value_name = "TIME", value_parser = duration)]
    valid: Option<SignedDuration>,
    /// Where to write the document
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Arguments of `sealed revoke`.
#[derive(Debug, clap::Args)]
pub struct RevokeArgs {
    /// The sealed override
    #[arg(value_name = "ID")]
    id: String,
    /// Why
    #[arg(long, short = 'm', value_name = "TEXT")]
    reason: String,
}

/// Arguments of `sealed verify`.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// The sealed document
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Pinned key of the log [env: COUNTERSIGN_LEDGER_KEY]
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
}

/// Arguments of `sealed reconcile`.
#[derive(Debug, clap::Args)]
pub struct ReconcileArgs {
    /// The folder of the record; this user's when left out
    #[arg(value_name = "DIR")]
    record: Option<PathBuf>,
}

/// Runs one of them.
pub fn run(command: Command, context: &Context) -> Result<Exit> {
    match command {
        Command::Issue(args) => issue(args, context),
        Command::List => list(context),
        Command::Revoke(args) => revoke(args, context),
        Command::Verify(args) => verify(&args, context),
        Command::Reconcile(args) => reconcile(&args, context),
    }
}

fn issue(args: IssueArgs, context: &Context) -> Result<Exit> {
    let minutes = |valid: SignedDuration| {
        u32::try_from(valid.as_mins()).map_err(|_| Failure::usage("--valid is too long"))
    };
    // The halves are shown once: what can't be written is found before there are any.
    if args.out.exists() {
        return Err(Failure::usage(format!("`{}` exists", args.out.display())).into());
    }
    system::write_private(&args.out, "")
        .with_context(|| format!("failed to write {}", args.out.display()))?;
    let request = SealedOverrideRequest {
        service: args.service,
        environment: args.environment,
        holders: args.holders,
        valid_minutes: args.valid.map(minutes).transpose()?,
    };
    let issued = context.signed_in().and_then(|c| Ok(c.issue_sealed_override(&request)?));
    let issued = match issued {
        Ok(issued) => issued,
        Err(error) => {
            let _ = std::fs::remove_file(&args.out);
            return Err(error);
        }
    };
    let text = serde_json::to_string_pretty(&issued.document)?;
    let written = system::write_private(&args.out, &text);
    if context.out.json {
        context.out.json(&issued)?;
    } else {
        context.out.lines(&issued_lines(&issued, &args.out));
    }
    written.with_context(|| format!("failed to write {}", args.out.display()))?;
    Ok(Exit::Ok)
}

fn issued_lines(issued: &IssuedSealedOverride, out: &std::path::Path) -> Vec<Line> {
    let sealed = &issued.document.sealed_override;
    let until = moment(&sealed.valid_until, clock::now());
    let place = format!(" for {} in {}, until {until}", sealed.service, sealed.environment);
    let mut lines = vec![
        Line::new().good("✓ issued ").info(&sealed.id).plain(place),
        Line::indented(2).plain(format!("document: {}", out.display())),
        Line::new().warn("these halves are shown once; give each to its holder and keep neither:"),
    ];
    for half in &issued.halves {
        lines.push(Line::indented(2).plain(&half.holder.name).plain(": ").bold(&half.half));
    }
    lines
}

fn list(context: &Context) -> Result<Exit> {
    let all = context.signed_in()?.list_sealed_overrides()?;
    if context.out.json {
        context.out.json(&all)?;
        return Ok(Exit::Ok);
    }
    let now = clock::now();
    let rows = all.iter().map(|sealed| {
        let holders: Vec<&str> = sealed.holders.iter().map(|p| p.name.as_str()).collect();
        vec![
            sealed.id.clone(),
            format!("{} → {}", sealed.service, sealed.environment),
            sealed.by.name.clone(),
            holders.join(", "),
            moment(&sealed.valid_until, now),
            sealed.state.title().to_owned(),
        ]
    });
    let headings = ["sealed override", "where", "by", "holders", "until", "state"];
    table::show(&context.out, &headings, rows.collect(), "there are no sealed overrides");
    Ok(Exit::Ok)
}

fn revoke(args: RevokeArgs, context: &Context) -> Result<Exit> {
    let request = SealedRevocationRequest { reason: args.reason };
    let revoked = context.signed_in()?.revoke_sealed_override(&args.id, &request)?;
    if context.out.json {
        context.out.json(&revoked)?;
    } else {
        let words = " is revoked; a machine that can't reach the server does not know";
        context.out.line(&Line::new().good("✓ ").info(&revoked.id).plain(words));
    }
    Ok(Exit::Ok)
}

fn verify(args: &VerifyArgs, context: &Context) -> Result<Exit> {
    let key = args.key.as_ref().or(context.settings.ledger_key.as_ref()).ok_or_else(|| {
        Failure::usage("the pinned key of the log is needed: --key VKEY")
            .next("get it once, in a way you trust: countersign ledger key")
    })?;
    let proven = prove(&read(&args.file)?, &offline::key(key)?)?;
    proven.check_time(clock::now())?;
    if context.out.json {
        context.out.json(&serde_json::json!({
            "valid": true,
            "sealed_override": proven.sealed,
            "entry": proven.index,
            "origin": proven.origin,
        }))?;
        return Ok(Exit::Ok);
    }
    let sealed = &proven.sealed;
    let until = moment(&format!("{:.3}", sealed.valid_until).into(), clock::now());
    let place = format!(" for {} in {}, until {until}", sealed.service, sealed.environment);
    let entry = format!("entry {} of {}", proven.index, proven.origin);
    context.out.lines(&[
        Line::new().good("✓ valid").plain(": ").info(sealed.id.as_str()).plain(place),
        Line::indented(2).dim(entry),
        Line::indented(2).dim("whether it was used or revoked only the server knows"),
    ]);
    Ok(Exit::Ok)
}

fn reconcile(args: &ReconcileArgs, context: &Context) -> Result<Exit> {
    let record = LocalRecord::new(args.record.as_deref(), &context.paths.state);
    let lines = record.lines()?;
    if lines.is_empty() {
        let message = format!("there is no record at {}", record.path().display());
        return Err(Failure::usage(message).into());
    }
    let count = lines.len();
    let told = context.signed_in()?.reconcile_sealed_overrides(&ReconciliationRequest { lines })?;
    record.told(count)?;
    if context.out.json {
        context.out.json(&told)?;
    } else {
        context.out.lines(&told_lines(&told));
    }
    Ok(Exit::Ok)
}

fn told_lines(told: &Reconciliation) -> Vec<Line> {
    let now = clock::now();
    let mut lines = Vec::new();
    if !told.intact {
        lines.push(
            Line::new().warn("the record was changed after it was written; that is on record"),
        );
    }
    for one in &told.uses {
        let (summary, again) = (&one.summary, if one.known { ", as before" } else { "" });
        let due = moment(&summary.review_due_at, now);
        let words = format!(": overridden, not approved{again}; its review is due {due}");
        lines.push(Line::new().good("✓ ").info(&summary.change.number).plain(words));
        for problem in &one.problems {
            lines.push(Line::indented(2).warn(problem));
        }
    }
    lines
}
