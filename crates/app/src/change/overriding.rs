//! Opening the gate for an emergency without its approvals, and reviewing that afterwards.

use domain::change::{
    Change, ChangeEvent, Override, OverrideClaim, OverrideTerms, ReviewClaim, ReviewOutcome,
};
use domain::gate::{Question, Standing, Verdict};
use domain::ids::{ChangeId, OverrideId, PersonId};
use domain::organisation::{OrganisationEvent, RegisteredOverride, RegisteredUse};
use domain::refusal::Refusal;
use policy::Assessed;
use store::Stream;

use crate::facts::ChangeFacts;
use crate::journal::Plan;
use crate::principal::Principal;
use crate::{App, AppError, Recorded};

/// What is handed in to override.
#[derive(Debug, Clone)]
pub struct OverrideDraft {
    /// The revision they saw.
    pub expected_revision: u32,
    /// Why it can't wait.
    pub reason: String,
    /// For how long; as long as policy allows when left out.
    pub minutes: Option<u32>,
}

impl App {
    /// Opens the gate once for a change, without its approvals. The record is durable before this
    /// returns; the gate opens when it is asked after that, never before.
    ///
    /// # Errors
    /// See [`Change::open_override`]; or a machine asks.
    pub async fn open_override(
        &self,
        principal: &Principal,
        id: &ChangeId,
        draft: &OverrideDraft,
    ) -> Result<Recorded<OverrideId>, AppError> {
        let (person, account) = principal.acting_account("override approvals")?;
        let override_id = OverrideId::new(self.ports.now(), self.ports.random());
        let recorded = self
            .change_action(id, &principal.actor, |facts| {
                let directory = &facts.live.directory;
                if !directory.is_usable(account) {
                    return Err(Refusal::NotActive { person: person.clone() }.into());
                }
                let claim = OverrideClaim {
                    id: override_id.clone(),
                    person: person.clone(),
                    account: account.clone(),
                    expected_revision: draft.expected_revision,
                    reason: draft.reason.clone(),
                    minutes: draft.minutes,
                    policy: facts.policy_digest(),
                };
                let terms = facts.override_terms();
                let event = facts.change.open_override(claim, terms, directory, facts.now)?;
                let owed = match &event {
                    ChangeEvent::OverrideOpened(opened) => registered(&facts.change, opened),
                    _ => return Err(AppError::damaged("an override that was not opened")),
                };
                let owed = OrganisationEvent::OverrideRegistered(owed);
                let mut plan = Plan::new(vec![event], override_id.clone());
                plan.others.push((Stream::organisation(), owed.into()));
                Ok(plan)
            })
            .await?;
        self.refresh().await?;
        Ok(recorded)
    }

    /// Records the independent review of an override.
    ///
    /// # Errors
    /// See [`Change::review_override`]; or a machine asks.
    pub async fn review_override(
        &self,
        principal: &Principal,
        id: &ChangeId,
        of: &OverrideId,
        outcome: ReviewOutcome,
        findings: &str,
    ) -> Result<Recorded<()>, AppError> {
        let (person, account) = principal.acting_account("review an override")?;
        let recorded = self
            .change_action(id, &principal.actor, |facts| {
                let claim = ReviewClaim {
                    id: of.clone(),
                    person: person.clone(),
                    account: account.clone(),
                    outcome,
                    findings: findings.to_owned(),
                };
                let directory = &facts.live.directory;
                let event = facts.change.review_override(claim, directory, facts.now)?;
                let mut plan = Plan::new(vec![event], ());
                let settled = OrganisationEvent::OverrideSettled { id: of.clone() };
                plan.others.push((Stream::organisation(), settled.into()));
                Ok(plan)
            })
            .await?;
        self.refresh().await?;
        Ok(recorded)
    }
}

/// What the organisation keeps of an override: that its review is owed.
pub(super) fn registered(change: &Change, opened: &Override) -> RegisteredOverride {
    let material = &change.revision().material;
    let sealed = opened.sealed.as_ref().map(|told| RegisteredUse {
        sealed: told.sealed.clone(),
        record: told.record.clone(),
        with: told.holders.get(1).cloned(),
    });
    RegisteredOverride {
        id: opened.id.clone(),
        change: change.id.clone(),
        number: change.number,
        service: material.service.clone(),
        environment: material.environment.clone(),
        by: opened.by.clone(),
        incident: opened.incident.clone(),
        opened_at: opened.opened_at,
        review_due_at: opened.review_due_at,
        reviewed: false,
        sealed,
    }
}

impl ChangeFacts {
    /// What the gate says to a question about this change, which may be further than the facts by
    /// events that were decided just now.
    #[must_use]
    pub fn answer(&self, question: &Question, change: &Change) -> Verdict {
        let (freezes, maintenance) = (self.freezes(), self.maintenance());
        let joint = self.joint(change);
        let standing = Standing {
            freezes: &freezes,
            maintenance: &maintenance,
            reruns_after_failure: change.assessment.as_ref().map_or(0, |a| a.reruns_after_failure),
            decisions: &self.evaluation.decisions,
            found_digest: self.found_digest(),
            joint: joint.as_ref().map(|j| &j.explanation),
            witnesses: self.witnesses,
            override_terms: self.override_terms(),
            directory: &self.live.directory,
        };
        domain::gate::answer(question, change, standing, self.now)
    }

    /// On which terms live policy lets this change be overridden. None where policy refuses the
    /// change as it is: an override passes over missing approvals and nothing else.
    #[must_use]
    pub fn override_terms(&self) -> Option<&OverrideTerms> {
        let bundle = self.live.policy.live()?;
        if matches!(self.evaluation.assessed.as_deref(), Some(Assessed::Refused { .. }) | None) {
            return None;
        }
        let tier = bundle.tier_of(self.change.revision().material.environment.as_str())?;
        bundle.override_terms(tier.number)
    }

    /// For how many minutes a person may override, or why they may not.
    ///
    /// # Errors
    /// What [`App::open_override`] would say.
    pub fn may_override(&self, person: &PersonId) -> Result<u32, Refusal> {
        let (terms, directory) = (self.override_terms(), &self.live.directory);
        let may = self.change.may_override(person, terms, directory, self.now);
        may.map(|(terms, _)| terms.minutes)
    }
}
