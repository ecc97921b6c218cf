//! Finding or asking for the change, and waiting for the decision.

use anyhow::{Context as _, Result};
use api_types::changes::ChangeRequest;
use api_types::gate::{Answer, GateQuestion, VerdictAnswer};
use api_types::material::{Artifact, Contribution, Contributor, Plan};
use client::Client;
use jiff::SignedDuration;

use super::Args;
use crate::context::Context;
use crate::deploy::declared::Declared;
use crate::deploy::{git, wait};
use crate::exit::Failure;
use crate::output::progress::Progress;
use crate::output::tree::needs;
use crate::output::{Line, verdict};

/// What is needed to ask for a change.
#[derive(Debug, Clone, clap::Args)]
pub struct RequestArgs {
    /// Title of the change, if one is asked for
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Why it is needed
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(super) reason: String,
    /// Take authors, committers and the source from these commits, such as v1.2..HEAD
    #[arg(long, value_name = "RANGE")]
    authors_from_git: Option<String>,
    /// Somebody who had a hand in it, by e-mail or user name; can't approve it (repeat)
    #[arg(long = "author", value_name = "WHO")]
    authors: Vec<String>,
    /// Ask for a new change even if one for exactly this is known
    #[arg(long, conflicts_with = "change")]
    new: bool,
    #[command(flatten)]
    declared: Declared,
}

/// The decision on what would be deployed; the question then names its change.
pub fn decide(
    client: &Client,
    args: &Args,
    question: &mut GateQuestion,
    context: &Context,
) -> Result<VerdictAnswer> {
    let mut found = None;
    if !args.request.new {
        let first = client.ask_gate(question, 0)?;
        if first.change.is_some() || args.ask.change.is_some() || !first.enforced {
            found = Some(first);
        }
    }
    let first = match found {
        Some(first) => first,
        None => {
            question.change = Some(ask_for_change(client, args, question, context)?);
            client.ask_gate(question, 0)?
        }
    };
    if let Some(change) = &first.change {
        question.change = Some(change.number.clone());
    }
    if first.answer != Answer::Pending || !first.enforced || args.wait == SignedDuration::ZERO {
        return Ok(first);
    }
    announce(&first, context);
    let progress = Progress::new(context.out);
    progress.waiting_for(&wait::words(&first));
    let decided = wait::until_decided(client, question, args.wait, &progress);
    progress.end();
    decided
}

fn announce(pending: &VerdictAnswer, context: &Context) {
    context.out.note(&verdict::headline(pending));
    for missing in &pending.missing {
        context.out.note(&Line::indented(2).warn("needs ").plain(needs(missing)));
    }
    if let Some(change) = &pending.change {
        let page = format!("{}{}", context.settings.server, change.url);
        context.out.note(&Line::indented(2).dim(page));
    }
}

fn ask_for_change(
    client: &Client,
    args: &Args,
    question: &GateQuestion,
    context: &Context,
) -> Result<String> {
    let request = request(&args.request, question)?;
    let change = client.create_change(&request).map_err(|error| match error.code() {
        Some("not_entitled" | "out_of_scope") => anyhow::Error::from(
            Failure::new(
                crate::exit::Exit::Error,
                format!(
                    "no change for exactly this is known, and asking for one was refused: {error}"
                ),
            )
            .next("let somebody ask for it, then: --change CHG-…")
            .next("or use a token with the verb `request`"),
        ),
        _ => error.into(),
    })?;
    context.out.note(
        &Line::new()
            .good("✓ ")
            .plain("asked for ")
            .info(&change.number)
            .plain(": ")
            .plain(&change.revision.title),
    );
    Ok(change.number)
}

fn request(args: &RequestArgs, question: &GateQuestion) -> Result<ChangeRequest> {
    let names: Vec<_> = question.artifacts.iter().filter_map(|a| a.name.as_deref()).collect();
    let what = if names.is_empty() { "the plan".to_owned() } else { names.join(", ") };
    let title = args.title.clone().unwrap_or_else(|| {
        let title = format!("Deploy {what} of {} to {}", question.service, question.environment);
        title.chars().take(150).collect()
    });
    let mut request = ChangeRequest::new(&title, &question.service, &question.environment);
    request.reason.clone_from(&args.reason);
    request.parameters = question.parameters.clone();
    request.artifacts = question
        .artifacts
        .iter()
        .map(|a| Artifact {
            name: a.name.clone().unwrap_or_default(),
            digest: a.digest.clone(),
            reference: None,
        })
        .collect();
    request.plan = question
        .plan
        .as_ref()
        .map(|hash| Plan { hash: hash.clone(), state_serial: question.state_serial.clone() });
    for identity in &args.authors {
        let identity = identity.clone();
        request.contributors.push(Contributor { contribution: Contribution::Author, identity });
    }
    if let Some(range) = &args.authors_from_git {
        request
            .contributors
            .extend(git::contributors(range).context("failed to find the authors")?);
        request.source = Some(git::source(range)?);
    }
    args.declared.put(&mut request)?;
    Ok(request)
}
