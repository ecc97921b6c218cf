//! Explaining a change: the whole tree, and what the one who looks can do.

use std::sync::Arc;

use domain::actor::Actor;
use domain::change::Change;
use domain::eligibility::Capacity;
use domain::explanation::{Explanation, Outcome};
use domain::gate::{Answer, Question, Verdict};
use domain::ids::{ChangeId, QuestionId};
use domain::refusal::Refusal;
use domain::scheduling::Schedule;
use policy::Assessed;

use crate::principal::Principal;
use crate::{App, AppError, ChangeFacts};

/// A change with all that can be said about it now.
#[derive(Debug, Clone)]
pub struct Explained {
    /// The facts it was explained from.
    pub facts: ChangeFacts,
    /// What the gate would answer to a question for exactly this change.
    pub verdict: Verdict,
    /// What the one who looks can do.
    pub you: VoterView,
    /// When it can start at the soonest; `None` as for [`App::schedule`].
    pub schedule: Option<Schedule>,
}

/// What one person can do with a change, said before they try.
#[derive(Debug, Clone)]
pub struct VoterView {
    /// As whom a vote would count and for which roles, or why they can't vote.
    pub vote: Result<Vec<Capacity>, Refusal>,
    /// Whether they may hold it.
    pub may_hold: bool,
    /// Whether they may withdraw, submit or revise it.
    pub owns: bool,
    /// The minutes for which they may override its approvals, or why they may not.
    pub may_override: Result<u32, Refusal>,
}

impl App {
    /// Explains a change to a principal. Nothing is recorded.
    ///
    /// # Errors
    /// There is no such change, or it can't be read.
    pub async fn explain_change(
        &self,
        principal: &Principal,
        id: &ChangeId,
    ) -> Result<Explained, AppError> {
        let (change, version) = self.load_change(id).await?;
        self.explain(principal, change, version).await
    }

    /// Explains a change that this node has just recorded something about, from memory.
    ///
    /// # Errors
    /// As [`App::explain_change`].
    pub async fn explain_recorded(
        &self,
        principal: &Principal,
        id: &ChangeId,
    ) -> Result<Explained, AppError> {
        let (change, version) = self.recent_change(id).await?;
        self.explain(principal, change, version).await
    }

    async fn explain(
        &self,
        principal: &Principal,
        change: Arc<Change>,
        version: u64,
    ) -> Result<Explained, AppError> {
        let material = &change.revision().material;
        if !principal.reaches(&material.service, &material.environment) {
            let id = change.id.to_string();
            return Err(Refusal::NotFound { entity: "change", id }.into());
        }
        let facts = self.facts(change, version).await?;
        let verdict = facts.own_verdict();
        let you = voter_view(principal, &facts);
        let schedule = self.schedule(&facts).await?;
        self.remember_plan(&facts.change.id, schedule.as_ref());
        Ok(Explained { facts, verdict, you, schedule })
    }

    /// What the live policy would ask for, for a change nobody has asked for yet; the history is that of
    /// [`App::history`].
    ///
    /// # Errors
    /// No policy is live, or a field can't be accepted.
    pub fn explain_material(
        &self,
        principal: &Principal,
        material: domain::change::Material,
        history: policy::History<'_>,
    ) -> Result<Assessed, AppError> {
        material.check().map_err(Refusal::Fields)?;
        let now = self.ports.now();
        let actor = principal.actor.clone();
        let revision = domain::change::Revision::new(1, material, [0; 16], actor.clone(), now)
            .map_err(AppError::damaged)?;
        self.live().assess(&revision, &actor, history, now)
    }
}

impl ChangeFacts {
    /// What the gate would answer if exactly this change were deployed now.
    #[must_use]
    pub fn own_verdict(&self) -> Verdict {
        let material = &self.change.revision().material;
        let question = Question {
            id: QuestionId::new(self.now, [0; 10]),
            change: Some(self.change.id.clone()),
            service: material.service.clone(),
            environment: material.environment.clone(),
            artifacts: material.digests().into_iter().cloned().collect(),
            parameters: material.parameters.clone(),
            plan: material.plan.as_ref().map(|p| p.hash.clone()),
            state_serial: material.plan.as_ref().and_then(|p| p.state_serial.clone()),
            asked_by: Actor::System,
        };
        self.answer(&question, &self.change)
    }
}

fn voter_view(principal: &Principal, facts: &ChangeFacts) -> VoterView {
    let change = &facts.change;
    let directory = &facts.live.directory;
    let owns = change.is_own_or_admin(&principal.actor, directory);
    let Some(person) = principal.actor.person() else {
        let vote = Err(Refusal::PeopleOnly { action: "vote" });
        let may_override = Err(Refusal::PeopleOnly { action: "override approvals" });
        return VoterView { vote, may_hold: false, owns, may_override };
    };
    let open = matches!(
        change.state,
        domain::change::State::AwaitingApproval { .. } | domain::change::State::Approved { .. }
    );
    let vote = if open {
        change.may_vote(person, &facts.votable(), directory, facts.now)
    } else {
        Err(Refusal::IllegalState { action: "vote on", state: change.state.name() })
    };
    let may_hold = change.may_hold(person, directory);
    VoterView { vote, may_hold, owns, may_override: facts.may_override(person) }
}

impl Explained {
    /// How the approvals stand, under the recorded bundle and the live one.
    #[must_use]
    pub fn decisions(&self) -> &[domain::decision::Decision] {
        &self.facts.evaluation.decisions
    }

    /// Whether the one who looks can object: a rule approved this, or does after a review.
    #[must_use]
    pub fn may_object(&self) -> bool {
        use domain::change::State;
        let change = &self.facts.change;
        let digest = &change.revision().digest;
        let by_itself = match &change.state {
            State::AwaitingApproval { .. } => !change.lazy_reviews.is_empty(),
            State::Approved { .. } => {
                change.automatic_approvals.iter().any(|a| a.revision_digest == *digest)
            }
            _ => false,
        };
        by_itself && self.you.may_hold && change.objection().is_none()
    }

    /// Which rules applied and why, and the risk.
    #[must_use]
    pub fn routing(&self) -> Option<&Explanation> {
        self.facts.evaluation.assessed.as_deref().map(Assessed::explanation)
    }

    /// Whether nothing but time or people is missing.
    #[must_use]
    pub fn is_pending(&self) -> bool {
        self.verdict.answer == Answer::Pending
    }

    /// All parts that still miss somebody.
    pub fn missing(&self) -> impl Iterator<Item = &Explanation> {
        let nodes = self.verdict.explanation.walk_own();
        nodes.filter(|n| n.missing.is_some() && n.outcome != Outcome::Satisfied)
    }
}
