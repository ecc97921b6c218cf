//! Running a command with a sealed override while no server answers (G03).

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use api_types::gate::GateQuestion;
use domain::change::{self, DeploymentOutcome, Digest};
use domain::sealed::{Ended, Entry, Opened};

use super::Args;
use super::execute::{Run, check_all, swapped_error};
use crate::clock;
use crate::commands::gate::pinned;
use crate::context::Context;
use crate::deploy::artifact::Artifact;
use crate::deploy::child::Supervisor;
use crate::deploy::record::Record;
use crate::deploy::sealed::{LocalRecord, Proven, prove, read};
use crate::deploy::{artifact, offline};
use crate::exit::{Exit, Failure};
use crate::output::Line;
use crate::system;

const HALVES: [&str; 2] = ["COUNTERSIGN_SEALED_HALF_1", "COUNTERSIGN_SEALED_HALF_2"];

/// How a sealed override is used.
#[derive(Debug, Clone, clap::Args)]
pub struct SealedArgs {
    /// A sealed document to run under while no server answers; it is no approval
    #[arg(long, value_name = "FILE", requires = "incident", conflicts_with_all = ["grant", "change"])]
    pub sealed: Option<PathBuf>,
    /// With --sealed: the incident it answers
    #[arg(long, value_name = "TEXT", requires = "sealed")]
    incident: Option<String>,
    /// With --sealed: a file with one half of the code (twice, in the order of the holders); asked for,
    /// or taken from COUNTERSIGN_SEALED_HALF_1 and _2, when left out
    #[arg(long = "half-file", value_name = "FILE", requires = "sealed")]
    half_files: Vec<PathBuf>,
    /// With --sealed: the folder of the record that is kept of it; this user's when left out
    #[arg(long, value_name = "DIR", requires = "sealed")]
    record: Option<PathBuf>,
}

/// Runs the command under the sealed override. Nothing is written before all else was checked; what is
/// written is durable before the command begins.
pub fn run(args: &Args, path: &std::path::Path, context: &Context) -> Result<Exit> {
    let mut artifacts = artifact::resolve(&args.target.artifacts)?;
    let question = args.target.question(&artifacts, None)?;
    let key = pinned(&args.ask, context).ok_or_else(|| {
        Failure::usage("a sealed document is worth nothing without the pinned key of the log")
            .next("give it: --key VKEY, COUNTERSIGN_LEDGER_KEY, or ledger_key in config.toml")
    })?;
    let proven = prove(&read(path)?, &offline::key(&key)?)?;
    proven.check_time(clock::now())?;
    proven.check_target(&question.service, &question.environment)?;
    let client = context.client()?.refusing_sandbox();
    refuse_while_answering(&client, &question, context)?;
    let proofs = proven.check_halves(&halves(&args.sealed.half_files, &proven)?)?;
    if let Err(swapped) = check_all(&mut artifacts, Artifact::check_again) {
        return Err(swapped_error(&swapped));
    }
    let opened = opened(args, &question, &proven, proofs)?;
    let run = Run { client: &client, context, question: &question, command: &args.command };
    let record = LocalRecord::new(args.sealed.record.as_deref(), &context.paths.state);
    run.with_sealed(&proven, opened, &record)
}

/// While the server answers, whatever it says, the way past approvals is an override there.
fn refuse_while_answering(
    client: &client::Client,
    question: &GateQuestion,
    context: &Context,
) -> Result<()> {
    match client.ask_gate(question, 0) {
        Err(error) if error.is_unknown() => {
            let words = error.to_string();
            context.out.note(&Line::new().warn("the server can't be reached: ").plain(words));
            Ok(())
        }
        _ => Err(Failure::new(Exit::Denied, "the server answers: a sealed override opens nothing")
            .next("ask for an emergency change and override it: countersign override open CHG-…")
            .into()),
    }
}

fn halves(files: &[PathBuf], proven: &Proven) -> Result<[String; 2]> {
    let read = |path: &PathBuf| {
        std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))
    };
    match files {
        [first, second] => return Ok([read(first)?, read(second)?]),
        [] => {}
        _ => return Err(Failure::usage("give --half-file twice, once for each holder").into()),
    }
    let [first, second] = HALVES.map(std::env::var);
    if let (Ok(first), Ok(second)) = (first, second) {
        return Ok([first, second]);
    }
    if !system::can_ask() {
        return Err(Failure::usage("both halves of the code are needed, and nobody can be asked")
            .next(format!("give --half-file twice, or set {} and {}", HALVES[0], HALVES[1]))
            .into());
    }
    let [first, second] = &proven.holders;
    let ask = |who: &str| system::ask_hidden(&format!("half of {who}: "));
    Ok([ask(first)?, ask(second)?])
}

fn opened(
    args: &Args,
    question: &GateQuestion,
    proven: &Proven,
    proofs: [Digest; 2],
) -> Result<Opened> {
    let incident = args.sealed.incident.clone().unwrap_or_default();
    let reason = args.request.reason.clone();
    for (flag, text) in [("--incident", &incident), ("--reason", &reason)] {
        if text.trim().is_empty() || text.len() > 4_000 {
            return Err(Failure::usage(format!("say {flag} in 1 to 4,000 bytes")).into());
        }
    }
    let digest = |text: &str| {
        text.parse::<Digest>().map_err(|e| anyhow::Error::from(Failure::usage(e.to_string())))
    };
    let artifact = |a: &api_types::gate::AskedArtifact| {
        let (name, digest) = (a.name.clone().unwrap_or_default(), digest(&a.digest)?);
        anyhow::Ok(change::Artifact { name, digest, reference: None })
    };
    let plan = question.plan.as_deref().map(digest).transpose()?;
    Ok(Opened {
        sealed: proven.sealed.id.clone(),
        service: proven.sealed.service.clone(),
        environment: proven.sealed.environment.clone(),
        artifacts: question.artifacts.iter().map(artifact).collect::<Result<_>>()?,
        parameters: question.parameters.clone(),
        plan: plan.map(|hash| change::Plan { hash, state_serial: question.state_serial.clone() }),
        incident,
        reason,
        ran_by: system::user_and_machine(),
        proofs,
    })
}

impl Run<'_> {
    fn with_sealed(&self, proven: &Proven, opened: Opened, record: &LocalRecord) -> Result<Exit> {
        let supervisor = Supervisor::new().context("failed to supervise the command")?;
        if !record.spend(&opened.sealed)? {
            let message =
                "this sealed override was used on this machine already (already_consumed)";
            return Err(Failure::new(Exit::Denied, message)
                .next("it opens once; use another one")
                .into());
        }
        let (id, artifacts) = (opened.sealed.clone(), opened.artifacts.clone());
        let began = record.append(clock::now(), Entry::Opened(Box::new(opened)))?;
        let line = Record {
            change: "",
            revision: 0,
            service: proven.sealed.service.as_str(),
            environment: proven.sealed.environment.as_str(),
            artifacts: artifacts.iter().map(|a| a.digest.as_str()).collect(),
            grant: "",
            deployment: None,
            entry: proven.index,
            policy: &proven.sealed.policy,
            approvals: &[],
            approved: false,
            override_id: Some(id.as_str()),
        };
        self.log(&line);
        let (ended, _) = self.ended(supervisor.run(self.command, &line.variables()));
        let outcome = match ended.is_success() {
            true => DeploymentOutcome::Successful,
            false => DeploymentOutcome::Failed,
        };
        let exit_code = Some(ended.reported());
        let entry = Entry::Ended(Ended { of: began, outcome, exit_code });
        let out = &self.context.out;
        if let Err(error) = record.append(clock::now(), entry) {
            out.note(&Line::new().bad("error: ").plain(format!("{error:#}")));
        }
        out.note(
            &Line::new()
                .warn("run under a sealed override, not approved")
                .plain(format!("; recorded at {}", record.path().display())),
        );
        let next = "once the server answers: countersign sealed reconcile";
        out.note(&Line::indented(2).info("→ ").plain(next));
        Ok(Exit::Command(ended.exit_code()))
    }
}
