//! Reporting the outcome; what can't be reported now is kept and reported later.

use api_types::deployments::{Deployment, DeploymentOutcome, OutcomeRequest};

use super::execute::Run;
use crate::deploy::child::Ended;
use crate::deploy::spool::{Spool, Unsent};
use crate::output::Line;

/// Where the outcome of one run goes.
pub struct Report<'a> {
    run: &'a Run<'a>,
    change: String,
    deployment: Option<String>,
    grant: String,
}

impl<'a> Report<'a> {
    /// Of a deployment that the server knows.
    pub fn of(run: &'a Run<'a>, deployment: &Deployment) -> Self {
        Self {
            run,
            change: deployment.change.clone(),
            deployment: Some(deployment.id.clone()),
            grant: deployment.grant.clone(),
        }
    }

    /// Of a deployment that the server does not know yet.
    pub fn offline(run: &'a Run<'a>, change: &str, grant: &str) -> Self {
        Self { run, change: change.to_owned(), deployment: None, grant: grant.to_owned() }
    }

    /// Reports how the command ended.
    pub fn send(&self, ended: Ended, note: Option<String>) {
        let outcome = if ended.is_success() {
            DeploymentOutcome::Successful
        } else {
            DeploymentOutcome::Failed
        };
        self.deliver(OutcomeRequest { outcome, exit_code: Some(ended.reported()), note });
    }

    /// Reports that the command was not run.
    pub fn send_failed(&self, note: &str) {
        self.deliver(OutcomeRequest {
            outcome: DeploymentOutcome::Failed,
            exit_code: None,
            note: Some(note.to_owned()),
        });
    }

    fn deliver(&self, outcome: OutcomeRequest) {
        let out = &self.run.context.out;
        let words = outcome.outcome.as_str().replace('_', " ");
        let Some(deployment) = &self.deployment else {
            self.keep(outcome, "the server could not be reached");
            return;
        };
        match self.run.client.finish_deployment(&self.change, deployment, &outcome) {
            Ok(_) => out.note(
                &Line::new().good("✓ ").plain(format!("reported: {words}  ")).dim(deployment),
            ),
            Err(error) => self.keep(outcome, &error.to_string()),
        }
    }

    fn keep(&self, outcome: OutcomeRequest, why: &str) {
        let context = self.run.context;
        let unsent = Unsent {
            server: context.settings.server.clone(),
            change: self.change.clone(),
            deployment: self.deployment.clone(),
            grant: self.grant.clone(),
            outcome,
        };
        let kept = Spool::new(&context.paths.state).keep(&unsent);
        context.out.note(&Line::new().warn("the outcome was not reported: ").plain(why));
        let next = match (&kept, &self.deployment) {
            (Ok(_), _) => "report it later: countersign deployment finish".to_owned(),
            (Err(_), Some(deployment)) => format!(
                "report it later: countersign deployment finish {deployment} --change {} --outcome {}",
                self.change,
                unsent.outcome.outcome.as_str().replace('_', "-")
            ),
            (Err(_), None) => format!("note it down: the grant {} was used", self.grant),
        };
        context.out.note(&Line::indented(2).info("→ ").plain(next));
        match kept {
            Ok(path) => context.out.note(&Line::indented(2).dim(path.display().to_string())),
            Err(error) => context.out.note(&Line::indented(2).bad(format!("{error:#}"))),
        }
    }
}
