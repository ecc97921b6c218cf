//! Approving several changes of one template in one step (C17). Each is voted on by itself: what is
//! refused for one is recorded for the others.

use domain::change::bulk::{check_named, of_one_template};
use domain::change::{ChangeEvent, InBulk, TemplateRef, Vote, VoteDecision, check_justification};
use domain::ids::{BulkId, ChangeId, ChangeNumber, PersonId};
use domain::refusal::Refusal;
use store::StoreError;

use super::VoteDraft;
use super::vote::Together;
use crate::pasts::Pasts;
use crate::principal::Principal;
use crate::{App, AppError, ChangeFacts, Recorded};

/// A change and the revision of it that the voter looked at.
pub type Looked = (ChangeId, u32);

/// Several changes of one template as they stand for one voter.
#[derive(Debug, Clone)]
pub struct Bulk {
    /// The template of all.
    pub template: TemplateRef,
    /// The changes, in the order they were named.
    pub items: Vec<BulkItem>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct BulkItem {
    /// The change, with what policy and votes say of it.
    pub facts: ChangeFacts,
    /// The revision that was named.
    pub expected_revision: u32,
    /// How it stands for the voter.
    pub standing: Standing,
}

/// How one change of several stands for a voter.
#[derive(Debug, Clone)]
pub enum Standing {
    /// They can approve it together with others, by this vote.
    Open(Box<Vote>),
    /// They approved this revision.
    Approved(Box<Vote>),
    /// They can't approve it so.
    Refused(Refusal),
}

/// What came of one change.
#[derive(Debug, Clone)]
pub struct BulkOutcome {
    /// The change.
    pub id: ChangeId,
    /// Its number.
    pub number: ChangeNumber,
    /// The vote, which may have been recorded before, or why there is none.
    pub vote: Result<Recorded<Vote>, Refusal>,
}

impl App {
    /// Several changes as they stand for the acting person before, or after, approving them in one step.
    /// Nothing is recorded.
    ///
    /// # Errors
    /// They can't be approved in one step, a machine asks, or they can't be read.
    pub async fn look_at_bulk(
        &self,
        principal: &Principal,
        changes: &[Looked],
    ) -> Result<Bulk, AppError> {
        let person = principal.acting_person("vote")?;
        let (template, all) = self.bulk_facts(principal, changes).await?;
        let together = self.together(template, changes.len());
        let items = all.into_iter().zip(changes).map(|(facts, (_, expected_revision))| {
            let draft = approval(*expected_revision, "");
            let would = self.voted(principal, &draft, Some(&together), &facts);
            let given = approved(&facts, person, *expected_revision);
            let standing = match (would.map(cast), given) {
                (Ok(Some(vote)), _) => Standing::Open(vote),
                (_, Some(vote)) => Standing::Approved(Box::new(vote)),
                (Err(AppError::Refused(refusal)), None) => Standing::Refused(refusal),
                (Err(error), None) => return Err(error),
                (Ok(None), None) => return Err(AppError::damaged("no vote after voting")),
            };
            Ok(BulkItem { facts, expected_revision: *expected_revision, standing })
        });
        let items = items.collect::<Result<_, AppError>>()?;
        Ok(Bulk { template: together.template, items })
    }

    /// Approves several changes of one template, each by a vote and an entry of its own. Sent again, it
    /// adds nothing to what it recorded.
    ///
    /// # Errors
    /// They can't be approved in one step: then nothing is recorded. Where the store fails between two
    /// votes, what came before is recorded, and the same request again goes on.
    pub async fn approve_in_bulk(
        &self,
        principal: &Principal,
        changes: &[Looked],
        justification: &str,
    ) -> Result<Vec<BulkOutcome>, AppError> {
        principal.acting_person("vote")?;
        check_justification(justification)?;
        let (template, all) = self.bulk_facts(principal, changes).await?;
        let together = self.together(template, changes.len());
        let mut outcomes = Vec::new();
        for (facts, (id, expected_revision)) in all.iter().zip(changes) {
            let draft = approval(*expected_revision, justification);
            let vote = match self.cast_vote(principal, id, &draft, Some(&together)).await {
                Ok(recorded) => Ok(recorded),
                Err(AppError::Refused(refusal)) => Err(refusal),
                Err(AppError::Store(StoreError::Late)) => {
                    Err(Refusal::Expired { at: facts.change.expiry().unwrap_or(facts.now) })
                }
                Err(other) => return Err(other),
            };
            outcomes.push(BulkOutcome { id: id.clone(), number: facts.change.number, vote });
        }
        Ok(outcomes)
    }

    /// The template by which a person could approve a change together with others now.
    pub(super) fn offered_in_bulk(
        &self,
        principal: &Principal,
        facts: &ChangeFacts,
    ) -> Option<TemplateRef> {
        let template = facts.change.bulk_template(facts.live_assessment(), None).ok()?.clone();
        let together = self.together(template, 1);
        let draft = approval(facts.change.revision().number, "");
        let events = self.voted(principal, &draft, Some(&together), facts).ok()?;
        (!events.is_empty()).then_some(together.template)
    }

    /// The changes as stored now, if they can be approved in one step.
    async fn bulk_facts(
        &self,
        principal: &Principal,
        changes: &[Looked],
    ) -> Result<(TemplateRef, Vec<ChangeFacts>), AppError> {
        let ids: Vec<ChangeId> = changes.iter().map(|(id, _)| id.clone()).collect();
        check_named(&ids)?;
        self.refresh().await?;
        let mut stored = self.load_changes(&ids).await?;
        stored.retain(|(change, _)| {
            let material = &change.revision().material;
            principal.reaches(&material.service, &material.environment)
        });
        if let Some(id) = ids.iter().find(|id| !stored.iter().any(|(change, _)| change.id == **id))
        {
            return Err(Refusal::NotFound { entity: "change", id: id.to_string() }.into());
        }
        let mut pasts = Pasts::new();
        self.read_pasts(&stored, &mut pasts).await?;
        let mut all = Vec::new();
        for (change, version) in stored {
            all.push(self.facts_among(change, version, &pasts).await?);
        }
        let candidates: Vec<_> =
            all.iter().map(|facts| (&*facts.change, facts.live_assessment())).collect();
        Ok((of_one_template(&candidates)?, all))
    }

    fn together(&self, template: TemplateRef, changes: usize) -> Together {
        let id = BulkId::new(self.ports.now(), self.ports.random());
        let changes = u32::try_from(changes).unwrap_or(u32::MAX);
        Together { bulk: InBulk { id, changes }, template }
    }
}

fn approval(expected_revision: u32, justification: &str) -> VoteDraft {
    VoteDraft {
        expected_revision,
        decision: VoteDecision::Approve,
        justification: justification.to_owned(),
        on_behalf_of: None,
        signature: None,
    }
}

/// The vote of some events.
fn cast(events: Vec<ChangeEvent>) -> Option<Box<Vote>> {
    events.into_iter().find_map(|event| match event {
        ChangeEvent::VoteRecorded(vote) => Some(vote),
        _ => None,
    })
}

/// The approval of a revision that a person gave and did not replace.
fn approved(facts: &ChangeFacts, person: &PersonId, revision: u32) -> Option<Vote> {
    let theirs = |v: &&Vote| {
        v.person == *person && v.revision == revision && v.decision == VoteDecision::Approve
    };
    facts.change.current_votes().find(theirs).cloned()
}
