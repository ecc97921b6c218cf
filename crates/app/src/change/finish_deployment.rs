//! Reporting how a deployment ended.

use domain::change::{ChangeEvent, DeploymentOutcome, State};
use domain::ids::{ChangeId, DeploymentId};
use domain::organisation::{Verb, access};
use domain::private::Private;
use domain::refusal::Refusal;

use crate::journal::Plan;
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

/// How a deployment ended.
#[derive(Debug, Clone)]
pub struct DeploymentReport {
    /// How.
    pub outcome: DeploymentOutcome,
    /// Exit code of its command.
    pub exit_code: Option<i32>,
    /// What is to be said about it.
    pub note: Option<String>,
}

impl App {
    /// Records how a deployment ended. The same report again changes nothing.
    ///
    /// # Errors
    /// There is no such deployment, it ended otherwise, or somebody else began it.
    pub async fn finish_deployment(
        &self,
        principal: &Principal,
        change: &ChangeId,
        deployment: &DeploymentId,
        report: DeploymentReport,
    ) -> Result<Recorded<()>, AppError> {
        principal.may(Verb::Gate, "report deployments")?;
        self.change_action(change, &principal.actor, |facts| {
            let found = facts.change.deployments.iter().find(|d| d.id == *deployment);
            let Some(found) = found else {
                let id = deployment.to_string();
                return Err(Refusal::NotFound { entity: "deployment", id }.into());
            };
            let admin = principal
                .actor
                .person()
                .is_some_and(|p| facts.live.directory.holds(p, access::ADMIN));
            if found.by.principal() != principal.id() && !admin {
                let who = "whoever began it, and admins";
                return Err(Refusal::NotEntitled { action: "report this deployment", who }.into());
            }
            if found.outcome == Some(report.outcome) {
                return Ok(Plan::new(Vec::new(), ()));
            }
            if !matches!(&facts.change.state, State::Implementing { deployment: d, .. } if d == deployment)
            {
                let state = facts.change.state.name();
                return Err(Refusal::IllegalState { action: "report a deployment of", state }.into());
            }
            let event = ChangeEvent::DeploymentFinished {
                deployment: deployment.clone(),
                outcome: report.outcome,
                exit_code: report.exit_code,
                note: report.note.clone().map(Private::from),
            };
            Ok(Plan::new(vec![event], ()))
        })
        .await
    }
}
