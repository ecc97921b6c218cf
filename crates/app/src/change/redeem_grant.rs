//! Redeeming a grant: once, by whom it was given to, and only if the gate would still say yes.

use std::sync::Arc;

use domain::change::{Change, ChangeEvent, Deployment, Grant};
use domain::event::{Envelope, ExposureEvent, GateEvent};
use domain::explanation::Outcome;
use domain::gate::{Answer, Verdict};
use domain::ids::{DeploymentId, GrantId, QuestionId};
use domain::organisation::Verb;
use domain::refusal::Refusal;

use store::Stream;

use super::ask_gate::answered;
use super::create::gate_stream;
use crate::facts::ChangeFacts;
use crate::journal::{Plan, fold, open};
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

/// A deployment that may begin now.
#[derive(Debug, Clone)]
pub struct Redeemed {
    /// The deployment.
    pub deployment: Deployment,
    /// Its change.
    pub change: Arc<Change>,
}

impl App {
    /// The grant with this id.
    ///
    /// # Errors
    /// There is none.
    pub async fn load_grant(&self, id: &GrantId) -> Result<(Grant, u64), AppError> {
        let missing = || Refusal::NotFound { entity: "grant", id: id.to_string() };
        let entry = self.store.grant(id).await?.ok_or_else(missing)?;
        let envelope: Envelope<GateEvent> = open(&entry)?;
        let GateEvent::GateAnswered { grant, .. } = envelope.event;
        match grant {
            Some(grant) if grant.id == *id => Ok((*grant, entry.index)),
            _ => Err(missing().into()),
        }
    }

    /// Redeems a grant and begins its deployment.
    ///
    /// # Errors
    /// There is no such grant, it was used or expired, somebody else asks, or the gate says
    /// something else than yes by now. A refusal is on the record as well.
    pub async fn redeem_grant(
        &self,
        principal: &Principal,
        id: &GrantId,
    ) -> Result<Recorded<Redeemed>, AppError> {
        principal.may(Verb::Gate, "redeem grants")?;
        let (grant, _) = self.load_grant(id).await?;
        if !principal.reaches(&grant.service, &grant.environment) {
            return Err(AppError::OutOfScope { action: "redeem grants for this target" });
        }
        let deployment = DeploymentId::new(self.ports.now(), self.ports.random());
        let question = QuestionId::new(self.ports.now(), self.ports.random());
        let recorded = self
            .change_action(&grant.change, &principal.actor, |facts| {
                plan_redemption(principal, &grant, &deployment, &question, facts)
            })
            .await?;
        let value = recorded.value?;
        Ok(Recorded { value, commit: recorded.commit, leaves: recorded.leaves })
    }
}

/// Either the redemption, or the recorded refusal.
fn plan_redemption(
    principal: &Principal,
    grant: &Grant,
    deployment: &DeploymentId,
    question: &QuestionId,
    facts: &ChangeFacts,
) -> Result<Plan<Result<Redeemed, AppError>>, AppError> {
    let change = &facts.change;
    change.check_redeemable(grant, &principal.actor, facts.now)?;
    let question = grant.question(question.clone(), principal.actor.clone());
    let mut verdict = facts.answer(&question, change);
    if verdict.answer == Answer::Allow && verdict.override_id != grant.override_id {
        verdict = Verdict::single(
            Outcome::Denied,
            "grant_basis_moved",
            "the grant rests on something else than what opens the gate now; ask again",
        );
    }
    if verdict.answer != Answer::Allow {
        let event = answered(&question, &verdict, true, facts.policy_digest(), None);
        let refusal = Refusal::Policy { code: verdict.code, reason: verdict.summary };
        let reasons = Box::new(verdict.explanation);
        let mut plan = Plan::new(Vec::new(), Err(AppError::RefusedByPolicy { refusal, reasons }));
        plan.others.push((gate_stream(Some(&change.id)), event.into()));
        return Ok(plan);
    }
    let begun = Deployment {
        id: deployment.clone(),
        grant: grant.id.clone(),
        by: principal.actor.clone(),
        began_at: facts.now,
        ended_at: None,
        outcome: None,
        exit_code: None,
        note: None,
        override_id: grant.override_id.clone(),
    };
    let events = vec![ChangeEvent::GrantRedeemed {
        grant: grant.id.clone(),
        deployment: Box::new(begun.clone()),
    }];
    let after = fold(Some(change), &events, facts.now)?
        .ok_or_else(|| AppError::damaged("no change after a redemption"))?;
    let redeemed = Redeemed { deployment: begun, change: Arc::new(after) };
    let mut plan = Plan::new(events, Ok(redeemed));
    plan.not_after = Some(grant.expires_at);
    let taken = ExposureEvent::RiskTaken {
        change: change.id.clone(),
        revision: grant.revision,
        deployment: deployment.clone(),
        points: change.assessment.as_ref().map(|assessment| assessment.risk.score),
    };
    plan.others.push((Stream::exposure(&grant.service, &grant.environment), taken.into()));
    Ok(plan)
}
