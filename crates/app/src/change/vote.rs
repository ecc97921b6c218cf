//! Recording a decision of a person.

use domain::authentication::StepUp;
use domain::change::{Vote, VoteDecision};
use domain::ids::{ChangeId, PersonId};
use domain::refusal::Refusal;

use super::settle::settled;
use crate::journal::{Plan, fold};
use crate::principal::Principal;
use crate::signing::SignatureDraft;
use crate::{App, AppError, Recorded};

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
        let person = principal.acting_person("vote")?;
        let domain::actor::Actor::Person { account, .. } = &principal.actor else {
            return Err(Refusal::PeopleOnly { action: "vote" }.into());
        };
        self.change_action(id, &principal.actor, |facts| {
            let change = &facts.change;
            let requirements = facts.votable();
            let ballot = self.ballot(principal, draft, facts)?;
            if !facts.live.directory.is_usable(account) {
                return Err(Refusal::NotActive { person: person.clone() }.into());
            }
            let events = change.vote(ballot, &requirements, &facts.live.directory, facts.now)?;
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
}

impl crate::ChangeFacts {
    /// What an approval asks of how the voter signed in, by the record and by the live bundle.
    #[must_use]
    pub fn step_up(&self) -> Vec<StepUp> {
        let live = self.evaluation.assessed.as_deref().and_then(policy::Assessed::assessment);
        self.change.assessments().chain(live).filter_map(|a| a.step_up.clone()).collect()
    }

    /// The requirements a vote may answer: those on the record and those of the live bundle.
    #[must_use]
    pub fn votable(&self) -> Vec<domain::requirement::Requirement> {
        let live = self.evaluation.assessed.as_deref().and_then(policy::Assessed::assessment);
        let mut all: Vec<domain::requirement::Requirement> = Vec::new();
        for requirement in self.change.assessments().chain(live).flat_map(|a| &a.requirements) {
            if !all.contains(requirement) {
                all.push(requirement.clone());
            }
        }
        self.change.with_exceptions(&all).into_owned()
    }
}
