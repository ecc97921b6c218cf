//! Recording a decision of a person.

use domain::authentication::StepUp;
use domain::change::{Assessment, ChangeEvent, InBulk, TemplateRef, Vote, VoteDecision};
use domain::ids::{ChangeId, PersonId};
use domain::refusal::Refusal;

use super::settle::settled;
use crate::journal::{Plan, fold};
use crate::principal::Principal;
use crate::signing::SignatureDraft;
use crate::{App, AppError, ChangeFacts, Recorded};

/// What a person hands in.
#[derive(Debug, Clone)]
pub struct VoteDraft {
    /// The revision they saw.
    pub expected_revision: u32,
    /// What they say.
    pub decision: VoteDecision,
    /// Why.
    pub justification: String,
    /// Whose right they use: a delegator's or their own. Without it their own, if they have one.
    pub on_behalf_of: Option<PersonId>,
    /// Their signature over its statement, if they give one.
    pub signature: Option<SignatureDraft>,
}

/// The step that a vote is one of several in, and the template of all their changes.
#[derive(Debug, Clone)]
pub(super) struct Together {
    pub(super) bulk: InBulk,
    pub(super) template: TemplateRef,
}

impl App {
    /// Records a person's vote on the revision they saw. The same vote again returns the first.
    ///
    /// # Errors
    /// State, revision, separation of duties or roles don't allow it, or a machine asks.
    pub async fn record_vote(
        &self,
        principal: &Principal,
        id: &ChangeId,
        draft: &VoteDraft,
    ) -> Result<Recorded<Vote>, AppError> {
        self.cast_vote(principal, id, draft, None).await
    }

    /// The same, alone or together with others.
    pub(super) async fn cast_vote(
        &self,
        principal: &Principal,
        id: &ChangeId,
        draft: &VoteDraft,
        together: Option<&Together>,
    ) -> Result<Recorded<Vote>, AppError> {
        let person = principal.acting_person("vote")?;
        self.change_action(id, &principal.actor, |facts| {
            let change = &facts.change;
            let events = self.voted(principal, draft, together, facts)?;
            let events = settled(Some(change), events, facts)?;
            let after = fold(Some(change), &events, facts.now)?;
            let vote = after
                .as_ref()
                .unwrap_or(change)
                .current_votes()
                .find(|v| v.person == *person)
                .cloned()
                .ok_or_else(|| AppError::damaged("no vote after voting"))?;
            let mut plan = Plan::new(events, vote);
            plan.not_after = change.expiry();
            Ok(plan)
        })
        .await
    }

    /// What a vote would record.
    pub(super) fn voted(
        &self,
        principal: &Principal,
        draft: &VoteDraft,
        together: Option<&Together>,
        facts: &ChangeFacts,
    ) -> Result<Vec<ChangeEvent>, AppError> {
        let (change, directory) = (&facts.change, &facts.live.directory);
        let mut ballot = self.ballot(principal, draft, facts)?;
        if !directory.is_usable(&ballot.account) {
            return Err(Refusal::NotActive { person: ballot.person }.into());
        }
        if let Some(Together { bulk, template }) = together {
            change.bulk_template(facts.live_assessment(), Some(template))?;
            ballot.bulk = Some(bulk.clone());
        }
        Ok(change.vote(ballot, &facts.votable(), directory, facts.now)?)
    }
}

impl ChangeFacts {
    /// What the live bundle says, if it can say.
    #[must_use]
    pub fn live_assessment(&self) -> Option<&Assessment> {
        self.evaluation.assessed.as_deref().and_then(policy::Assessed::assessment)
    }

    /// What an approval asks of how the voter signed in, by the record and by the live bundle.
    #[must_use]
    pub fn step_up(&self) -> Vec<StepUp> {
        self.change
            .assessments()
            .chain(self.live_assessment())
            .filter_map(|a| a.step_up.clone())
            .collect()
    }

    /// The requirements a vote may answer: those on the record and those of the live bundle.
    #[must_use]
    pub fn votable(&self) -> Vec<domain::requirement::Requirement> {
        let live = self.live_assessment();
        let mut all: Vec<domain::requirement::Requirement> = Vec::new();
        for requirement in self.change.assessments().chain(live).flat_map(|a| &a.requirements) {
            if !all.contains(requirement) {
                all.push(requirement.clone());
            }
        }
        self.change.with_exceptions(&all).into_owned()
    }
}
