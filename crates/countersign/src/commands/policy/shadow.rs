//! `policy shadow`: a proposal beside the live bundle.

use anyhow::Result;
use api_types::shadow::{Shadow, ShadowChange, ShadowEnd, ShadowReport, ShadowSaid};
use clap::Subcommand;

use super::replay::whom;
use crate::clock;
use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::output::bar::Bar;
use crate::output::time::moment;
use crate::output::{Line, Out, table};

const AFTER_HELP: &str = "\
Examples:
  countersign policy shadow start sha256:4f…
  countersign policy shadow show
  countersign policy shadow show --json | jq '.verdicts | {stopped, opened}'
  countersign policy shadow stop sha256:4f…

A shadow is a proposal that runs beside the live bundle on everything that happens from here on. It
decides nothing, asks nobody and blocks nothing; `show` says whom it would have asked and which
verdicts of the gate would have been others, as if it had gone live when it started. One runs at a
time, until it is stopped or its proposal is decided on.";

/// Arguments of `policy shadow`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Have a proposal run beside the live bundle from here on
    Start(Which),
    /// Take the shadow out again; what it found can still be read
    Stop(Which),
    /// What a shadow found so far
    Show(Show),
}

/// A proposal.
#[derive(Debug, clap::Args)]
struct Which {
    /// Digest of the proposed bundle; see `policy proposals`
    #[arg(value_name = "DIGEST")]
    digest: String,
}

/// Which shadow.
#[derive(Debug, clap::Args)]
struct Show {
    /// Digest of its bundle; the last shadow when left out
    #[arg(value_name = "DIGEST")]
    digest: Option<String>,
}

/// Runs one of them.
pub fn run(args: &Args, context: &Context) -> Result<Exit> {
    match &args.command {
        Command::Start(which) => {
            let shadow = context.signed_in()?.start_shadow(&which.digest)?;
            done(
                context,
                &shadow,
                "runs as a shadow; read it with `countersign policy shadow show`",
            )
        }
        Command::Stop(which) => {
            let shadow = context.signed_in()?.stop_shadow(&which.digest)?;
            done(context, &shadow, "is stopped as a shadow")
        }
        Command::Show(which) => show(which.digest.as_deref(), context),
    }
}

fn done(context: &Context, shadow: &Shadow, what: &str) -> Result<Exit> {
    if context.out.json {
        context.out.json(shadow)?;
    } else {
        let line = Line::new().good("✓ ").bold(short(&shadow.digest)).plain(format!(" {what}"));
        context.out.line(&line);
    }
    Ok(Exit::Ok)
}

fn short(digest: &str) -> String {
    digest.chars().take(19).collect()
}

fn show(digest: Option<&str>, context: &Context) -> Result<Exit> {
    let client = context.signed_in()?;
    let mut bar = Bar::new("following");
    let mut calls: u64 = 0;
    let report = loop {
        let report = client.get_shadow(digest)?;
        bar.show(report.entries, report.of);
        if report.done {
            break report;
        }
        // Several servers behind one address each follow it once; more than that is no progress.
        calls += 1;
        if calls > 1_000 + report.of / 100 {
            return Err(Failure::new(Exit::Error, "the shadow is not followed to its end")
                .next("try again, or ask one server directly")
                .into());
        }
    };
    bar.done();
    if context.out.json {
        context.out.json(&report)?;
    } else {
        report_in_words(&context.out, &report);
    }
    Ok(Exit::Ok)
}

fn report_in_words(out: &Out, report: &ShadowReport) {
    let now = clock::now();
    let shadow = &report.shadow;
    out.line(
        &Line::new()
            .bold(&report.name)
            .dim(format!("  {}  ", short(&shadow.digest)))
            .plain("beside the live ")
            .bold(&report.base_name)
            .dim(format!("  {}", short(&report.base))),
    );
    let started = moment(&shadow.started_at, now);
    let end =
        |end: &ShadowEnd| format!("; {} by {}, {}", end.how, end.by.name, moment(&end.at, now));
    let ended = shadow.ended.as_ref().map(end).unwrap_or_default();
    out.line(&Line::new().dim(format!("started by {}, {started}{ended}", shadow.started_by.name)));
    let of = &report.verdicts;
    out.line(&Line::new().plain(format!(
        "{} verdicts: {} the same, {} would have been stopped, {} let through, {} otherwise",
        of.all, of.same, of.stopped, of.opened, of.otherwise
    )));
    let of = &report.assessments;
    out.line(&Line::new().plain(format!(
        "{} assessments: {} the same, {} stricter, {} looser, {} both, {} only in risk or terms",
        of.all, of.same, of.stricter, of.looser, of.both, of.other
    )));
    differences(out, report);
    changes(out, report);
    trust(out, report);
}

fn differences(out: &Out, report: &ShadowReport) {
    let answers = report.verdicts.answers.iter();
    let rows: Vec<_> =
        answers.map(|of| vec![said(&of.live), said(&of.shadow), of.verdicts.to_string()]).collect();
    if !rows.is_empty() {
        out.line(&Line::new());
        table::show(out, &["the gate said", "it would have said", "verdicts"], rows, "");
    }
    out.line(&Line::new());
    let way = |stricter| match stricter {
        Some(true) => "stricter",
        Some(false) => "looser",
        None => "",
    };
    let rows = report
        .differences
        .iter()
        .map(|of| vec![of.title.clone(), of.assessments.to_string(), way(of.stricter).to_owned()]);
    let headings = ["what would differ", "assessments", "policy is"];
    table::show(out, &headings, rows.collect(), "policy would ask for the same");
    let rows: Vec<_> = report
        .roles
        .iter()
        .map(|of| vec![of.roles.clone(), format!("+{}", of.added), format!("−{}", of.removed)])
        .collect();
    if !rows.is_empty() {
        out.line(&Line::new());
        table::show(out, &["who", "asked more", "asked less"], rows, "");
    }
}

fn changes(out: &Out, report: &ShadowReport) {
    if report.changes.is_empty() {
        return;
    }
    out.line(&Line::new());
    out.line(&Line::new().plain(format!("{} changes differ; the newest:", report.moved)));
    let rows = report.changes.iter().map(|of| {
        vec![
            of.number.clone(),
            format!("{} in {}", of.service, of.environment),
            whom(&of.differences, &[("+", &of.added), ("−", &of.removed)]),
            verdict(of),
        ]
    });
    table::show(out, &["change", "of", "policy asks", "at the gate"], rows.collect(), "");
}

fn verdict(of: &ShadowChange) -> String {
    let words = of.verdict.as_ref().map(|v| format!("{} → {}", said(&v.live), said(&v.shadow)));
    words.unwrap_or_default()
}

fn said(of: &ShadowSaid) -> String {
    let recorded = if of.enforced || of.answer == "allow" { "" } else { ", only recorded" };
    format!("{} ({}{recorded})", of.answer, of.code)
}

fn trust(out: &Out, report: &ShadowReport) {
    out.line(&Line::new());
    let again = &report.reproduced;
    if again.different == 0 {
        let words = format!("{} records came out again, exactly", again.identical);
        out.line(&Line::new().good("✓ ").plain(words));
    } else {
        let words = format!(
            "{} records did not come out again: {}",
            again.different,
            again.examples.join(", ")
        );
        out.line(&Line::new().bad("✗ ").plain(words));
        let help = "erased personal data can be the reason; else tell the operator";
        out.line(&Line::indented(2).info("→ ").plain(help));
    }
    for one in &report.uncompared_named {
        let words = format!("entry {} is not compared: {}", one.index, one.why);
        out.line(&Line::new().warn("! ").plain(words));
    }
}
