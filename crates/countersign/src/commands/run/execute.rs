//! Using a grant and running the command (A01: what runs is what was approved).

use std::ffi::OsString;
use std::io::ErrorKind;

use anyhow::{Context as _, Result};
use api_types::gate::{AskedArtifact, GateQuestion, VerdictAnswer};
use api_types::grants::GrantWithReceipt;
use client::{Client, ClientError};
use domain::ids::OverrideId;

use super::report::Report;
use crate::clock;
use crate::context::Context;
use crate::deploy::artifact::{Artifact, Swapped};
use crate::deploy::child::{Ended, Supervisor};
use crate::deploy::offline::Proven;
use crate::deploy::record::Record;
use crate::deploy::spool::Spool;
use crate::exit::{Exit, Failure};
use crate::output::tree::Depth;
use crate::output::{Line, verdict};

/// One run of a command.
pub struct Run<'a> {
    pub client: &'a Client,
    pub context: &'a Context,
    pub question: &'a GateQuestion,
    pub command: &'a [OsString],
}

impl Run<'_> {
    /// Redeems the grant and runs the command.
    pub fn with_grant(
        &self,
        grant: &GrantWithReceipt,
        mut artifacts: Vec<Artifact>,
    ) -> Result<Exit> {
        if let Err(swapped) = check_all(&mut artifacts, Artifact::check_again) {
            return self.refuse_swapped(&swapped);
        }
        // Signals are received from here on, so that none can leave the redeemed grant without an
        // outcome.
        let supervisor = Supervisor::new().context("failed to supervise the command")?;
        let redemption = self.client.redeem_grant(&grant.grant.id).map_err(refused)?;
        let record = Record::of(&grant.grant, &redemption);
        self.log(&record);
        let report = Report::of(self, &redemption.deployment);
        // Redeeming took a moment: files that were touched meanwhile are hashed once more.
        if let Err(swapped) = check_all(&mut artifacts, Artifact::check_untouched) {
            report.send_failed("an artifact was replaced before the command began");
            return self.refuse_swapped(&swapped);
        }
        let ended = supervisor.run(self.command, &record.variables());
        let (ended, note) = self.ended(ended);
        report.send(ended, note);
        Ok(Exit::Command(ended.exit_code()))
    }

    /// Runs the command with a grant that was proven while the server can't be reached (J01). It is
    /// redeemed when its outcome is reported.
    pub fn with_saved_grant(&self, proven: &Proven, mut artifacts: Vec<Artifact>) -> Result<Exit> {
        if let Err(swapped) = check_all(&mut artifacts, Artifact::check_again) {
            return Err(swapped_error(&swapped));
        }
        let grant = &proven.grant;
        if !Spool::new(&self.context.paths.state).use_offline(grant.id.as_str())? {
            let message = "this grant was used on this machine already (already_consumed)";
            return Err(Failure::new(Exit::Denied, message)
                .next("a grant lets one deployment through; ask the gate for another one")
                .into());
        }
        let supervisor = Supervisor::new().context("failed to supervise the command")?;
        let record = Record {
            change: grant.change.as_str(),
            revision: grant.revision,
            service: grant.service.as_str(),
            environment: grant.environment.as_str(),
            artifacts: grant.artifacts.iter().map(|a| a.digest.as_str()).collect(),
            grant: grant.id.as_str(),
            deployment: None,
            entry: proven.index,
            policy: &grant.policy,
            approvals: &[],
            approved: grant.override_id.is_none(),
            override_id: grant.override_id.as_ref().map(OverrideId::as_str),
        };
        self.log(&record);
        let (ended, note) = self.ended(supervisor.run(self.command, &record.variables()));
        Report::offline(self, grant.change.as_str(), grant.id.as_str()).send(ended, note);
        Ok(Exit::Command(ended.exit_code()))
    }

    /// Runs the command although nothing allows it: the gate only records here.
    pub fn observed(&self, answer: &VerdictAnswer, mut artifacts: Vec<Artifact>) -> Result<Exit> {
        self.context.out.notes(&verdict::lines(answer, Depth::Relevant, clock::now()));
        let supervisor = Supervisor::new().context("failed to supervise the command")?;
        if let Err(swapped) = check_all(&mut artifacts, Artifact::check_again) {
            return self.refuse_swapped(&swapped);
        }
        let (ended, _) = self.ended(supervisor.run(self.command, &[]));
        Ok(Exit::Command(ended.exit_code()))
    }

    /// The approval goes into the deployment's own log (M2.5).
    pub(super) fn log(&self, record: &Record<'_>) {
        self.context.out.note(&Line::of(record.line()));
    }

    pub(super) fn ended(&self, ended: std::io::Result<Ended>) -> (Ended, Option<String>) {
        match ended {
            Ok(ended @ Ended::Signal(signal)) => (ended, Some(format!("ended by signal {signal}"))),
            Ok(ended) => (ended, None),
            Err(error) => {
                let program = self.command.first().map(|p| p.to_string_lossy()).unwrap_or_default();
                let words = format!("the command `{program}` could not be run: {error}");
                self.context.out.note(&Line::new().bad("error: ").plain(&words));
                let code = if error.kind() == ErrorKind::NotFound { 127 } else { 126 };
                (Ended::Code(code), Some(words))
            }
        }
    }

    /// Tells the gate what would have been deployed instead, so that both digests are on record.
    fn refuse_swapped(&self, swapped: &Swapped) -> Result<Exit> {
        if let Some(digest) = &swapped.now {
            let mut asked = self.question.clone();
            asked.artifacts.retain(|a| a.digest != swapped.asked);
            asked
                .artifacts
                .push(AskedArtifact { name: Some(swapped.name.clone()), digest: digest.clone() });
            // What counts here is that it is recorded; the refusal stands whatever is answered.
            let _ = self.client.ask_gate(&asked, 0);
        }
        Err(swapped_error(swapped))
    }
}

pub(super) fn check_all(
    artifacts: &mut [Artifact],
    check: impl Fn(&mut Artifact) -> Result<(), Swapped>,
) -> Result<(), Swapped> {
    artifacts.iter_mut().try_for_each(check)
}

pub(super) fn swapped_error(swapped: &Swapped) -> anyhow::Error {
    let now = swapped.now.as_deref().unwrap_or("it can't be read any more");
    Failure::new(
        Exit::Denied,
        format!(
            "`{}` is not what was approved (digest_mismatch): approved {}; now {now}",
            swapped.name, swapped.asked
        ),
    )
    .next("the command was not run; find out who replaced the file")
    .next("to deploy the new file, ask for a change for it")
    .into()
}

/// A refused redemption is a no of the gate.
fn refused(error: ClientError) -> anyhow::Error {
    let Some(problem) = error.problem().filter(|p| p.status < 500) else { return error.into() };
    let exit = match problem.code.as_str() {
        "expired" | "approval_expired" | "superseded" => Exit::Expired,
        "unauthenticated" => Exit::Error,
        _ => Exit::Denied,
    };
    let message = format!("the grant can't be used: {} ({})", problem.detail, problem.code);
    let failure = Failure::new(exit, message);
    problem.next_actions.iter().fold(failure, |f, action| f.next(action.clone())).into()
}
